"""Small tables of transfers."""

import pytest

from intertask.config import load_config
from intertask.errors import IntertaskError

HEADER = "setting\ttarget\tsource\tseed\tmetric\tvalue"
#: One setting, one target, two sources and none, two seeds; line 2 is the first row.
ROWS = [
    *("s t a 1 accuracy 80", "s t a 2 accuracy 82", "s t b 1 accuracy 70.5", "s t b 2 accuracy 71"),
    *("s t none 1 accuracy 60", "s t none 2 accuracy 61"),
]


def config(file, **observed):
    names = {"sources": ["a", "b"], "targets": ["t"]}
    return load_config({**names, "observed": {"file": str(file), **observed}}).observed


def target(setting, name, *values, metric="accuracy"):
    """Rows of one target: a value for each of the sources a, b, …, one seed."""
    return [f"{setting} {name} {source} 1 {metric} {v}" for source, v in zip("abcdef", values, strict=False)]


def scales(result):
    return {(line["setting"], line["target"]): (line["scale"], line["scale_from"]) for line in result.about}


def fails(call, match, where=None):
    with pytest.raises(IntertaskError, match=match) as error:
        call()
    assert error.value.fix
    if where is not None:
        assert error.value.where.endswith(where)
