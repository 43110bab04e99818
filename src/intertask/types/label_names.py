"""What the types with named labels share: classification and tagging."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import IntertaskError
from . import Info


def check_several_classes(found: Iterable[int], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Check that the training rows have at least two classes.

    Args:
        found: Classes of all rows of the split, repeated or not.
        split: 'train' or 'validation'; only the training rows are checked.
        labels: Names of the classes.
        location: The task and its file, for the message.

    Raises:
        IntertaskError: They have one class only.
    """
    if split != "train":
        return
    classes = set(found)
    if len(classes) < 2:
        raise IntertaskError(
            f"The training data has one class only: {labels[classes.pop()]!r}.",
            location,
            "give rows of two or more classes, or check 'columns:' and 'drop_labels:'",
        )


def named_outputs(info: Info) -> dict[str, Any]:
    """Return the settings of a head with one output per label, which replaces a head of the same name."""
    labels = info["labels"]
    return {"num_labels": len(labels), "id2label": dict(enumerate(labels)), "overwrite_ok": True}
