"""What the types with named labels share."""

import pytest

from intertask.errors import IntertaskError
from intertask.types.label_names import check_several_classes, named_outputs


def test_one_class_is_refused_in_train_only():
    with pytest.raises(IntertaskError, match="one class only: 'yes'") as error:
        check_several_classes([1, 1], "train", ["no", "yes"], "task mine: a.csv")
    assert error.value.where == "task mine: a.csv"
    check_several_classes([1, 1], "validation", ["no", "yes"], "task mine: a.csv")
    check_several_classes([1, 0], "train", ["no", "yes"], "task mine: a.csv")


def test_outputs_have_the_names_of_the_labels():
    settings = named_outputs({"labels": ["no", "yes"]})
    assert settings == {"num_labels": 2, "id2label": {0: "no", 1: "yes"}, "overwrite_ok": True}
