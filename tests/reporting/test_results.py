"""What a report reads: gains over no source or over the mean, blocks of methods, and damaged results."""

import numpy as np
import pandas as pd
import pytest

from intertask.errors import IntertaskError
from intertask.reporting import results
from intertask.reporting.results import agreement, block_words


def transfers(rows):
    columns = ["model", "target", "source", "seed", "metric", "value"]
    return pd.DataFrame([("m", *row, "accuracy", value) for *row, value in rows], columns=columns)


def test_gains_are_over_none_or_over_the_mean():
    table = transfers(
        [
            ("t", "none", 1, 50.0),
            ("t", "none", 2, 60.0),
            ("t", "a", 1, 70.0),
            ("t", "a", 2, np.nan),
            ("u", "a", 1, 10.0),
            ("u", "b", 1, 30.0),
        ]
    )
    gained = results.gains(table).set_index(["target", "source"])
    assert gained.loc[("t", "a"), ["value", "gain", "runs"]].tolist() == [35.0, -20.0, 1]  # a failed run counts as 0
    assert gained.loc[("u", "a"), ["gain", "baseline"]].tolist() == [-10.0, "mean"]
    assert gained.loc[("t", "none"), "gain"] == 0


def test_a_transfer_whose_runs_all_failed_has_no_gain():
    gained = results.gains(transfers([("t", "none", 1, 50.0), ("t", "a", 1, np.nan)])).set_index("source")
    assert np.isnan(gained.loc["a", "gain"]) and gained.loc["a", "runs"] == 0


def test_agreement():
    ranks = pd.Series({"a": 1, "b": 2, "c": 3})
    assert agreement(ranks, pd.Series({"c": 1.0, "a": 9.0, "b": 5.0})) == pytest.approx(1)
    assert np.isnan(agreement(ranks, pd.Series({"a": 9.0})))


def test_a_fusion_of_one_method_is_shown_once(holes):
    run = holes.results
    assert (run.leading, run.leading_method, run.leading_label) == ("fused", "recommended", "recommended")
    table, ranked = run.methods_of(run.settings[0])
    assert {"random", "ceiling", "fused", "recommended"} <= set(table.index)
    assert {"random", "ceiling", "fused"}.isdisjoint(ranked.index) and "recommended" in ranked.index


def test_words_for_blocks(holes):
    assert [block_words(block) for block in holes.results.blocks] == [
        "on average over the settings", "with minilm", "with bert.large"
    ]  # fmt: skip


def test_missing_training_results_are_left_out_and_damaged_ones_refused(holes, tmp_path):
    recipe = holes.recipe | {"settings": ["minilm"], "models": ["minilm"]}
    target = recipe["targets"][0]
    folder = tmp_path / "transfer" / "minilm" / target / "none"
    folder.mkdir(parents=True)
    (folder / "seed1.json").write_text("{}", encoding="utf-8")
    run = results.Results(tmp_path, recipe)
    assert run.trained == {"adapters": [], "transfer": [{"model": "minilm"}]}
    assert run.type_of(target) == ""
    (folder / "seed2.json").write_text("half a fi", encoding="utf-8")
    with pytest.raises(IntertaskError, match="is not valid JSON"):
        results.Results(tmp_path, recipe)
