"""What holds for the rows of every type."""

import pytest
from canonical_rows import fails, labeled, question


@pytest.mark.parametrize("split", ["train", "validation"])
def test_empty_data(split):
    parts = {"train": labeled(0, 1), "validation": labeled(0, 1)} | {split: []}
    fails(f"The {split} data is empty", "classification", parts["train"], parts["validation"], where="task mine")


def test_drop_labels_needs_labels():
    fails("has no meaning for extractive_qa", "extractive_qa", [question()], drop_labels=["x"], where="drop_labels")
