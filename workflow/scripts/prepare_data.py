"""Prepare the data of one task: read, check and split the rows, and write them in the canonical form."""

from intertask.config import Task
from intertask.data import prepare
from intertask.execution.script import arguments, run
from intertask.words import count


def main() -> None:
    options = arguments(__doc__, "out")
    recipe = options.recipe
    info = prepare(Task.model_validate(recipe["task"]), recipe["seed"], options.out, recipe)
    rows, removed = info["rows"], info["removed"]
    left_out = removed["in_validation"] + sum(removed["dropped_labels"].values()) + sum(removed["bad_rows"].values())
    print(
        f"{info['task']} ({info['type'].replace('_', ' ')}): {count(rows['train'], 'training row')}, "
        f"{count(rows['validation'], 'validation row')}, {count(len(info['labels'] or []), 'label')}, "
        f"{count(left_out, 'row')} left out"
    )


run(main)
