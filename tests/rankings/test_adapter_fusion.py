"""Sources of AdapterFusion, and its comparison with single transfers, against numbers computed by hand."""

import numpy as np
import pandas as pd
import pytest

from intertask.errors import IntertaskError
from intertask.rankings.adapter_fusion import best_sources, comparison
from intertask.tables import ADAPTER_FUSION_COLUMNS


def ranking() -> pd.DataFrame:
    lines = [(1.0, "c", "m"), (2.5, "a", "m"), (2.5, "b", "m"), (1.0, "b", "n"), (2.0, "a", "n"), (3.0, "c", "n")]
    return pd.DataFrame(lines, columns=["rank", "source", "model"])


@pytest.mark.parametrize(
    ("model", "k", "expected"), [("m", 2, ["c", "a"]), ("n", 2, ["b", "a"]), ("m", 9, ["c", "a", "b"])]
)
def test_first_sources_of_the_models_own_ranking(model, k, expected):
    assert best_sources(ranking(), model, k) == expected


def test_ranking_without_the_model():
    with pytest.raises(IntertaskError, match="'other'"):
        best_sources(ranking(), "other", 2)


def transfers(values: dict[str, list[float]], target: str = "t") -> pd.DataFrame:
    rows = [("m", target, s, seed, "f1", value) for s, found in values.items() for seed, value in enumerate(found)]
    return pd.DataFrame(rows, columns=["model", "target", "source", "seed", "metric", "value"])


def fusions(values: list[float], target: str = "t") -> list[dict]:
    return [
        {"model": "m", "target": target, "seed": seed, "metric": "f1", "value": value, "sources": ["b", "a"]}
        for seed, value in enumerate(values)
    ]


def test_by_hand():
    single = transfers({"none": [40, 50], "a": [60, 64], "b": [61, 65], "c": [70, 80], "t": [99, 99]})
    (row,) = comparison(fusions([66, 72]), single).to_dict("records")
    assert list(row) == ADAPTER_FUSION_COLUMNS
    assert row == {
        "model": "m",
        "target": "t",
        "metric": "f1",
        "sources": "b,a",
        "seeds": 2,
        "fusion_mean": 69.0,
        "fusion_deviation": pytest.approx(18**0.5),
        "best_single": "c",
        "best_single_mean": 75.0,
        "best_of_sources": "b",
        "best_of_sources_mean": 63.0,
        "none_mean": 45.0,
    }


def test_one_seed_and_failed_runs():
    """A transfer without any score is never the best; one seed has no standard deviation."""
    single = transfers({"none": [40.0], "a": [10.0], "b": [np.nan], "c": [5.0]})
    (row,) = comparison(fusions([30.0]), single).to_dict("records")
    assert np.isnan(row["fusion_deviation"])
    assert (row["best_single"], row["best_of_sources"], row["best_of_sources_mean"]) == ("a", "a", 10.0)


def test_one_line_per_target_in_the_order_of_the_results():
    values = {"none": [1.0], "a": [2.0], "b": [3.0]}
    single = pd.concat([transfers(values, target) for target in ("t", "s")])
    table = comparison([*fusions([5.0]), *fusions([6.0], "s")], single)
    assert table["target"].tolist() == ["t", "s"]
    assert table["fusion_mean"].tolist() == [5.0, 6.0]
