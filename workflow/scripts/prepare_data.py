"""Prepare one task's data: read, check, split, and write canonical rows."""

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
        f"{info['task']} ({info['type']}): {rows['train']} train and {rows['validation']} validation rows, "
        f"{len(info['labels']) if info['labels'] else 'no'} labels, {left_out} rows left out"
    )


run(main)
