from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from intertask.methods.facts import Facts, Past, Rows, View


def test_only_what_every_job_knows_is_required():
    fact = Facts("t", "tagging", 5)
    assert fact.paired is False
    optional = [field.name for field in fields(Facts) if field.name not in ("task", "type", "rows", "paired")]
    assert all(getattr(fact, name) is None for name in optional)


@pytest.mark.parametrize(
    "fact",
    [
        Facts("t", "tagging", 5),
        Past("m", True, Facts("t", "tagging", 5)),
        Rows(np.arange(3), ()),
        View(np.arange(3), np.zeros(3)),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_facts_cannot_be_changed_and_every_field_is_described(fact):
    for field in fields(fact):
        with pytest.raises(FrozenInstanceError):
            setattr(fact, field.name, None)
        assert f"{field.name}: " in type(fact).__doc__
