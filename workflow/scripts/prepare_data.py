"""Prepare the data of one task: read, check and split the rows, and write them in the canonical form."""

from intertask.config import Task
from intertask.data import prepare
from intertask.execution.script import arguments, run


def main() -> None:
    options = arguments(__doc__, "out")
    recipe = options.recipe
    info = prepare(Task.model_validate(recipe["task"]), recipe["seed"], options.out, recipe)
    rows, removed = info["rows"], info["removed"]
    left_out = removed["in_validation"] + sum(removed["dropped_labels"].values()) + sum(removed["bad_rows"].values())
    print(
        f"{info['task']} ({info['type'].replace('_', ' ')}): {rows['train']:,} training rows, "
        f"{rows['validation']:,} validation rows, {len(info['labels'] or [])} labels, {left_out:,} rows left out"
    )


run(main)
