import numpy as np
import pandas as pd
import pytest

from intertask.errors import IntertaskError
from intertask.rankings.ranking import ranking_table, with_fused
from intertask.ranks import reciprocal_rank_fusion

NAN = float("nan")


def score_table(methods: dict, model="m", target="t") -> pd.DataFrame:
    rows = [(model, target, method, s, v) for method, scores in methods.items() for s, v in scores.items()]
    return pd.DataFrame(rows, columns=["model", "target", "method", "source", "score"])


SCORES = {"one": {"c": 0.3, "a": 0.9, "b": 0.5}, "two": {"c": 7, "a": NAN, "b": 7}, "size": {"c": 5, "a": 6, "b": 9}}


def test_columns_and_order_of_the_table():
    table = ranking_table(score_table(SCORES), ["size", "one", "two"], ["one", "two"])
    assert list(table.columns) == [
        *(
            "rank",
            "source",
            "expected_gain",
            "expected_low",
            "expected_high",
            "helps",
            "fused",
            "size",
            "size_rank",
            "one",
            "one_rank",
            "two",
            "two_rank",
            "model",
        )
    ]
    fused = {"a": 1 / 61, "b": 1 / 62 + 1 / 61.5, "c": 1 / 63 + 1 / 61.5}
    assert list(table["source"]) == ["b", "c", "a"]
    assert list(table["rank"]) == [1, 2, 3]
    np.testing.assert_allclose(table["fused"], [fused[s] for s in "bca"])
    np.testing.assert_array_equal(table["two_rank"], [1.5, 1.5, 3])
    np.testing.assert_array_equal(table["two"], [7, 7, NAN])
    np.testing.assert_array_equal(table["size_rank"], [1, 3, 2])


def test_expected_gains_of_models_with_past_transfers():
    of_a = {"gain": 1.5, "low": -2.0, "high": 4.0, "helps": 0.7}
    scores = pd.concat([score_table(SCORES, model="z"), score_table(SCORES, model="m")])
    table = ranking_table(scores, ["one"], ["one"], {"m": {"a": of_a}})
    columns = ["expected_gain", "expected_low", "expected_high", "helps"]
    assert list(table.columns) == ["rank", "source", *columns, "fused", "one", "one_rank", "model"]
    known = table.dropna(subset=columns)
    assert list(zip(known["model"], known["source"], strict=True)) == [("m", "a")]
    assert known.iloc[0][columns].tolist() == [1.5, -2.0, 4.0, 0.7]


def test_ties_have_average_ranks_and_are_sorted_by_name():
    table = ranking_table(score_table({"one": {"z": 1, "b": 1, "a": 0}}), ["one"], ["one"])
    assert list(zip(table["rank"], table["source"], strict=True)) == [(1.5, "b"), (1.5, "z"), (3, "a")]


def test_sources_without_any_score_are_last_as_one_tie():
    table = ranking_table(score_table({"one": {"z": NAN, "b": 1, "a": NAN}}), ["one"], ["one"])
    assert list(zip(table["rank"], table["source"], strict=True)) == [(1, "b"), (2.5, "a"), (2.5, "z")]


def test_several_models_are_blocks_in_their_order():
    scores = pd.concat([score_table(SCORES, model="z"), score_table(SCORES, model="a")])
    table = ranking_table(scores, ["one"], ["one", "two"])
    assert list(table["model"]) == ["z"] * 3 + ["a"] * 3
    assert list(table["rank"]) == [1, 2, 3] * 2


def test_a_method_without_scores_is_named():
    with pytest.raises(IntertaskError, match="no scores of the method 'tow'; did you mean 'two'"):
        ranking_table(score_table(SCORES), ["one"], ["tow"])
    with pytest.raises(IntertaskError, match="'other'"):
        with_fused(score_table(SCORES), ["other"])


def test_fused_is_added_to_every_model_and_target():
    scores = pd.concat(
        [score_table(SCORES), score_table({"one": {"x": 1, "y": 2}, "two": {"x": 1, "y": 0}}, target="u")]
    )
    table = with_fused(scores, ["one", "two"])
    pd.testing.assert_frame_equal(table.head(len(scores)), scores.reset_index(drop=True), check_dtype=False)
    fused = table[table["method"] == "fused"].set_index(["target", "source"])["score"]
    expected = reciprocal_rank_fusion([[0.9, 0.5, 0.3], [NAN, 7, 7]])
    np.testing.assert_array_equal(fused["t"].loc[["a", "b", "c"]], expected)
    np.testing.assert_array_equal(fused["u"].loc[["x", "y"]], [1 / 61 + 1 / 62] * 2)


def test_fused_agrees_with_the_ranking_table():
    table = ranking_table(score_table(SCORES), ["one", "two"], ["one", "two"]).set_index("source")["fused"]
    fused = with_fused(score_table(SCORES), ["one", "two"]).query("method == 'fused'").set_index("source")["score"]
    assert dict(table) == dict(fused)


def test_the_target_itself_is_not_ranked():
    with_itself = {method: scores | {"t": 100} for method, scores in SCORES.items()}
    expected = ranking_table(score_table(SCORES), ["one", "two"], ["one", "two"])
    table = ranking_table(score_table(with_itself), ["one", "two"], ["one", "two"])
    pd.testing.assert_frame_equal(table, expected)


def test_order_of_the_rows_does_not_matter():
    scores = score_table(SCORES)
    expected = ranking_table(scores, ["one", "two"], ["one", "two"])
    shuffled = ranking_table(scores.sample(frac=1, random_state=3), ["one", "two"], ["one", "two"])
    pd.testing.assert_frame_equal(shuffled, expected)
