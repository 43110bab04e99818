"""The file of features: which tensors of an earlier file are kept, and which files are refused."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from intertask.errors import IntertaskError
from intertask.models.evidence.feature_files import kept_features, rows_fingerprint
from intertask.types.units import Units

MADE_FROM = {"data": "d1", "rows": "r1", "recipe": "{}"}
COMPUTED = {"north": {"device": "cpu"}, "south": {"device": "cuda"}}


def units(*positions: int) -> Units:
    number = np.arange(len(positions))
    return Units([{}] * len(positions), number, np.array(positions), number, ())


@pytest.fixture
def rows(tmp_path):
    """Features under the base model, of two units at the positions 3 and 5."""
    made = units(3, 5)
    arrays = {key: getattr(made, key) for key in ("text", "position", "groups")}
    save_file(arrays, tmp_path / "rows.safetensors", {"data": "d1", "fingerprint": "r1"})
    return tmp_path / "rows.safetensors"


@pytest.fixture
def features(tmp_path):
    arrays = {"features/north": np.ones((2, 4)), "probabilities/north": np.ones((2, 3)), "features/south": np.ones(2)}
    metadata = {"adapters": json.dumps({"north": "n1", "south": "s1"}), "computed": json.dumps(COMPUTED)}
    save_file(arrays, tmp_path / "features.safetensors", MADE_FROM | metadata)
    return tmp_path / "features.safetensors"


def test_rows_of_the_same_units_give_their_fingerprint(rows):
    assert rows_fingerprint(rows, "d1", units(3, 5)) == "r1"


@pytest.mark.parametrize(
    ("data", "positions", "part"), [("d2", (3, 5), "data"), ("d1", (3, 4), "choice of rows"), ("d1", (3,), "choice")]
)
def test_rows_of_other_data_or_units_are_refused(rows, data, positions, part):
    with pytest.raises(IntertaskError, match=f"out of date: the {part}"):
        rows_fingerprint(rows, data, units(*positions))


def test_sources_with_the_same_adapter_are_kept(features):
    arrays, computed = kept_features(features, MADE_FROM, {"north": "n1", "south": "s2", "east": "e1"})
    assert set(arrays) == {"features/north", "probabilities/north"}
    assert np.array_equal(arrays["features/north"], np.ones((2, 4)))
    assert computed == {"north": {"device": "cpu"}}


@pytest.mark.parametrize("part", MADE_FROM)
def test_nothing_is_kept_of_a_file_that_was_made_from_something_else(features, part):
    assert kept_features(features, MADE_FROM | {part: "other"}, {"north": "n1"}) == ({}, {})


def test_a_missing_or_broken_file_counts_as_absent(tmp_path, capsys):
    path = tmp_path / "features.safetensors"
    assert kept_features(path, MADE_FROM, {"north": "n1"}) == ({}, {})
    path.write_bytes(b"broken")
    assert kept_features(path, MADE_FROM, {"north": "n1"}) == ({}, {})
    assert f"the old file {path} cannot be read and is replaced" in capsys.readouterr().out
