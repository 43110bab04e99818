import numpy as np
import pandas as pd
import pytest
from paths import SHARED

from intertask.errors import IntertaskError
from intertask.rankings import metrics
from intertask.rankings.evaluation import MEAN, best_first, evaluate, summary, truth, without_relatives
from intertask.tables import read_table, write_table

NAN = float("nan")
TASKWEB = SHARED / "reference" / "taskweb_transfer.tsv.gz"


def transfers(values: dict, model="m", target="t", metric="accuracy") -> pd.DataFrame:
    """{source: [value per seed]} as a transfer table."""
    rows = [(model, target, s, seed, metric, v) for s, per_seed in values.items() for seed, v in enumerate(per_seed)]
    return pd.DataFrame(rows, columns=["model", "target", "source", "seed", "metric", "value"])


def score_table(methods: dict, model="m", target="t") -> pd.DataFrame:
    """{method: {source: score}} as a score table."""
    rows = [(model, target, method, s, v) for method, scores in methods.items() for s, v in scores.items()]
    return pd.DataFrame(rows, columns=["model", "target", "method", "source", "score"])


def value(evaluation, method, metric, k=None, target="t") -> float:
    rows = evaluation.query("method == @method and metric == @metric and target == @target")
    if k is not None:
        rows = rows[rows["k"] == k]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


RUNS = {"none": [60.0, 62], "a": [70.0, 72], "b": [80.0, 84], "c": [50.0, 52]}
SCORES = {"good": {"a": 2, "b": 3, "c": 1}, "bad": {"a": 2, "b": 1, "c": 3}, "part": {"a": 1, "b": NAN}}


def test_truth_is_the_mean_over_seeds():
    table = truth(transfers(RUNS)).set_index("source")["value"]
    assert dict(table) == {"none": 61, "a": 71, "b": 82, "c": 51}


def test_a_run_without_a_score_is_zero_in_the_mean_and_never_dropped():
    table = truth(transfers({"a": [70.0, NAN], "b": [NAN, NAN]})).set_index("source")["value"]
    assert table["a"] == 35
    assert np.isnan(table["b"])


def test_two_scores_for_one_seed_or_two_metrics_are_errors():
    table = transfers({"a": [70.0, 71.0]})
    with pytest.raises(IntertaskError, match="two scores for the same seed") as error:
        truth(table.assign(seed=1))
    assert "source a" in error.value.where
    with pytest.raises(IntertaskError, match="accuracy and f1"):
        truth(table.assign(metric=["accuracy", "f1"]))


def test_every_value_equals_the_metric_of_the_whole_pool():
    evaluation = evaluate(transfers(RUNS), score_table(SCORES), [1, 3])
    true = [71.0, 82.0, 51.0]
    for method, predicted in {"good": [2, 3, 1], "bad": [2, 1, 3], "part": [1, NAN, NAN], "random": [0, 0, 0]}.items():
        assert value(evaluation, method, "ndcg") == metrics.ndcg(true, predicted)
        assert value(evaluation, method, "regret", 1) == metrics.regret(true, predicted, 1)
        assert value(evaluation, method, "regret", 3) == metrics.regret(true, predicted, 3)
        assert value(evaluation, method, "spearman") == metrics.spearman(true, predicted)
        assert value(evaluation, method, "beats_none") == metrics.first_choice_beats_none(true, predicted, 61)
    assert value(evaluation, "good", "coverage") == 1
    assert value(evaluation, "part", "coverage") == pytest.approx(1 / 3)  # c has no row, b is NaN
    assert list(evaluation.columns) == ["model", "method", "target", "metric", "k", "value"]
    assert evaluation.loc[evaluation["metric"] != "regret", "k"].isna().all()


def test_none_and_the_target_itself_are_not_in_the_pool():
    high = RUNS | {"none": [99.0, 99], "t": [98.0, 98]}
    scores = score_table({"good": {"a": 2, "b": 3, "c": 1, "t": 0}})
    evaluation = evaluate(transfers(high), scores, [1])
    assert value(evaluation, "good", "regret", 1) == 0
    assert value(evaluation, "good", "ndcg") == pytest.approx(1)
    assert value(evaluation, "good", "coverage") == 1
    assert value(evaluation, "good", "beats_none") == 0


def test_a_method_without_any_score_for_a_target_is_random_with_coverage_zero():
    transfer = pd.concat([transfers(RUNS), transfers(RUNS, target="u")])
    scores = pd.concat([score_table(SCORES), score_table({"good": SCORES["good"]}, target="u")])
    evaluation = evaluate(transfer, scores, [1])
    assert value(evaluation, "bad", "coverage", target="u") == 0
    assert value(evaluation, "bad", "ndcg", target="u") == value(evaluation, "random", "ndcg", target="u")


def test_missing_transfers_are_named():
    runs = {source: values for source, values in RUNS.items() if source != "b"}
    with pytest.raises(IntertaskError, match=r"missing from: b") as error:
        evaluate(transfers(runs), score_table(SCORES), [1])
    assert "target t" in error.value.where


def test_a_target_with_scores_only_or_transfers_only_is_an_error():
    both = pd.concat([transfers(RUNS), transfers(RUNS, target="u")])
    with pytest.raises(IntertaskError, match="transfers but no scores"):
        evaluate(both, score_table(SCORES), [1])
    more = pd.concat([score_table(SCORES), score_table(SCORES, target="u")])
    with pytest.raises(IntertaskError, match="scores but no transfers"):
        evaluate(transfers(RUNS), more, [1])


def test_the_same_source_scored_twice_is_an_error():
    scores = score_table(SCORES)
    with pytest.raises(IntertaskError, match="two scores of the same method"):
        evaluate(transfers(RUNS), pd.concat([scores, scores.head(1)]), [1])


def test_only_beats_none_needs_the_transfer_without_a_source():
    runs = {source: values for source, values in RUNS.items() if source != "none"}
    evaluation = evaluate(transfers(runs), score_table(SCORES), [1])
    assert np.isnan(value(evaluation, "good", "beats_none"))
    assert value(evaluation, "good", "regret", 1) == 0


def test_order_of_the_rows_does_not_matter():
    transfer, scores = transfers(RUNS | {"a": [70.1, 72.3]}), score_table(SCORES)
    expected = evaluate(transfer, scores, [1, 3])
    shuffled = evaluate(transfer.sample(frac=1, random_state=1), scores.sample(frac=1, random_state=2), [1, 3])
    pd.testing.assert_frame_equal(shuffled, expected, check_exact=True)


def costs(**seconds) -> pd.DataFrame:
    return pd.DataFrame(
        [("m", method, s) for method, s in seconds.items()], columns=["model", "method", "cost_seconds"]
    )


def test_summary_is_the_mean_over_targets_sorted_by_regret_at_3():
    other = {"none": [10.0], "a": [30.0], "b": [20.0], "c": [40.0], "d": [1.0], "e": [2.0]}
    transfer = pd.concat([transfers(RUNS), transfers(other, target="u")])
    ranks = {
        "good": dict(zip("abcde", [2, 1, 3, 0, 0], strict=True)),
        "bad": dict(zip("abcde", [1, 2, 0, 3, 4], strict=True)),
    }
    scores = pd.concat([score_table({m: SCORES[m] for m in ranks}), score_table(ranks, target="u")])
    evaluation = evaluate(transfer, scores, [1, 3, 5])
    table = summary(evaluation, costs(good=12.5, random=0))
    assert list(table.columns) == [
        *("model", "method", "regret@1", "regret@3", "regret@5", "ndcg", "spearman", "beats_none", "coverage"),
        *("targets", "gain", "cost_seconds"),
    ]
    assert list(table["method"]) == ["good", "random", "bad"]
    lines = table.set_index("method")
    for column, metric, k in [("regret@1", "regret", 1), ("regret@5", "regret", 5), ("ndcg", "ndcg", None)]:
        expected = (value(evaluation, "bad", metric, k) + value(evaluation, "bad", metric, k, "u")) / 2
        assert lines.loc["bad", column] == pytest.approx(expected, rel=1e-15)
    assert lines.loc["good", "beats_none"] == 1
    assert set(lines["targets"]) == {2}
    assert lines.loc["good", "cost_seconds"] == 12.5
    assert np.isnan(lines.loc["bad", "cost_seconds"])


def test_ties_are_broken_by_regret_at_1_then_ndcg_then_name():
    columns = ["method", "regret@1", "regret@3", "regret@3_low", "ndcg"]
    lines = [
        ("undefined", np.nan, np.nan, np.nan, np.nan),
        ("b", 2.0, 1.0, 0.0, 0.8),
        ("a", 2.0, 1.0, 0.0, 0.8),
        ("order", 2.0, 1.0, 0.5, 0.9),
        ("first", 1.0, 1.0, 0.9, 0.1),
        ("best", 9.0, 0.0, 0.0, 0.0),
    ]
    table = pd.DataFrame(lines, columns=columns)
    expected = ["best", "first", "order", "a", "b", "undefined"]
    assert list(best_first(table)["method"]) == list(best_first(table[::-1])["method"]) == expected
    without_3 = best_first(table.drop(columns="regret@3").rename(columns={"regret@1": "regret@5"}))
    assert list(without_3["method"]) == ["first", "order", "a", "b", "best", "undefined"]


def test_summary_without_k_3_sorts_by_the_first_k_and_by_name():
    scores = score_table({"z": SCORES["good"], "y": SCORES["good"], "x": SCORES["bad"]})
    table = summary(evaluate(transfers(RUNS), scores, [2, 1]), costs())
    assert list(table["method"]) == ["y", "z", "random", "x"]
    assert list(table.columns[2:4]) == ["regret@2", "regret@1"]


def test_an_undefined_metric_of_a_target_does_not_change_any_mean():
    constant = {"none": [-1.0], "a": [-2.0], "b": [-2.0], "c": [-2.0]}
    transfer = pd.concat([transfers(RUNS), transfers(constant, target="u")])
    scores = pd.concat([score_table(SCORES), score_table(SCORES, target="u")])
    table = summary(evaluate(transfer, scores, [1]), costs()).set_index("method")
    alone = summary(evaluate(transfers(RUNS), score_table(SCORES), [1]), costs()).set_index("method")
    for column in ("regret@1", "ndcg", "spearman"):
        pd.testing.assert_series_equal(table[column], alone.loc[table.index, column])
    assert set(table["targets"]) == {2}


def test_summary_of_a_written_and_read_evaluation(tmp_path):
    evaluation = evaluate(transfers(RUNS), score_table(SCORES), [1, 3])
    write_table(tmp_path / "evaluation.tsv", evaluation)
    again = summary(read_table(tmp_path / "evaluation.tsv"), costs(good=1))
    pd.testing.assert_frame_equal(again, summary(evaluation, costs(good=1)), rtol=1e-11)


def test_models_are_evaluated_separately():
    transfer = pd.concat([transfers(RUNS), transfers({s: v[:1] for s, v in RUNS.items()}, model="n")])
    scores = pd.concat([score_table({"good": SCORES["good"]}), score_table({"bad": SCORES["bad"]}, model="n")])
    table = summary(evaluate(transfer, scores, [3, 1]), costs(good=3))
    assert list(zip(table["model"], table["method"], strict=True)) == [
        *((MEAN, "random"), ("m", "good"), ("m", "random"), ("n", "random"), ("n", "bad"))
    ]
    assert table.set_index(["model", "method"]).loc[("m", "good"), "cost_seconds"] == 3


def test_the_mean_over_settings_is_the_first_block():
    other = {"none": [60.0], "a": [50.0], "b": [40.0], "c": [30.0]}
    transfer = pd.concat([transfers(RUNS), transfers(other, model="n")])
    scores = pd.concat([score_table(SCORES), score_table(SCORES, model="n")])
    evaluation = evaluate(transfer, scores, [1])
    table = summary(evaluation, costs(good=3).assign(needs="texts"), models=["n", "m"])
    assert list(dict.fromkeys(table["model"])) == [MEAN, "n", "m"]
    assert list(table.index) == list(range(len(table)))
    lines = table.set_index(["model", "method"])
    # good takes b: best in m, 40 instead of 50 in n
    assert lines.loc[("m", "good"), "regret@1"] == 0
    assert lines.loc[("n", "good"), "regret@1"] == pytest.approx(20)
    assert lines.loc[(MEAN, "good"), "regret@1"] == pytest.approx(10)
    assert lines.loc[(MEAN, "good"), "beats_none"] == 0.5
    assert lines.loc[(MEAN, "good"), "targets"] == 1
    assert list(lines.loc[(MEAN, "good"), ["needs", "cost_seconds"]]) == ["texts", 3]
    for column in ("ndcg", "spearman"):
        expected = (lines.loc[("m", "bad"), column] + lines.loc[("n", "bad"), column]) / 2
        assert lines.loc[(MEAN, "bad"), column] == pytest.approx(expected)


@pytest.mark.parametrize("gain", ["exp-percent", "linear", "rank"])
def test_the_scale_of_the_gain_is_a_column_and_random_uses_it(gain):
    table = summary(evaluate(transfers(RUNS), score_table(SCORES), [1], gain), costs(), gain=gain)
    assert set(table["gain"]) == {gain}
    random = table.set_index("method").loc["random", "ndcg"]
    assert random == pytest.approx(metrics.ndcg([71.0, 82.0, 51.0], np.zeros(3), gain))


def test_ndcg_is_never_above_1():
    """Sums in another order may end a last bit higher."""
    draw = np.random.default_rng(0)
    for _ in range(300):
        true = draw.uniform(0, 100, 12)
        assert metrics.ndcg(true, true) <= 1
        assert metrics.ndcg(true, true) == pytest.approx(1)


def test_without_relatives_shrinks_the_pool_of_that_target_only():
    transfer = pd.concat(
        [transfers(RUNS), transfers(RUNS, target="u"), transfers({"none": [1.0], "b": [2.0]}, target="v")]
    )
    scores = pd.concat(
        [score_table(SCORES), score_table(SCORES, target="u"), score_table({"good": {"b": 1}}, target="v")]
    )
    relatives = {"t": ["b"], "v": ["b"]}
    left = [without_relatives(frame, relatives) for frame in (transfer, scores)]
    evaluation = evaluate(*left, [1])
    assert set(evaluation["target"]) == {"t", "u"}  # v has no other source
    # good's first choice among a and c is a, the best of the two
    assert value(evaluation, "good", "regret", 1) == 0
    assert value(evaluation, "bad", "regret", 1) == pytest.approx((71 - 51) / 71 * 100)
    everything = evaluate(transfer, scores, [1])
    assert value(everything, "bad", "regret", 1) == pytest.approx((82 - 51) / 82 * 100)
    assert value(evaluation, "bad", "regret", 1, "u") == value(everything, "bad", "regret", 1, "u")
    assert value(evaluation, "good", "beats_none") == 1  # none stays


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """TaskWeb's fine-tuning runs (Kim et al. 2023), RoBERTa-base: 12 targets x 21 or 22 sources x 8 seeds."""
    if not TASKWEB.exists():
        pytest.skip("no ../shared/reference/taskweb_transfer.tsv.gz")
    runs = read_table(TASKWEB, ["setting", "target", "source", "seed", "metric", "value"])
    assert runs["value"].isna().sum() == 2  # Spearman of constant predictions, written 'nan'
    runs = runs[runs["setting"] == "roberta"].rename(columns={"setting": "model"})
    assert runs["value"].max() <= 1
    return runs.assign(value=runs["value"] * 100)


def published_scores(runs, score) -> pd.DataFrame:
    pairs = runs[runs["source"] != runs["target"]][["model", "target", "source"]].drop_duplicates()
    return pairs.assign(method="mine", score=[score(row) for row in pairs.itertuples()])


def test_published_random_is_the_mean_of_drawn_orders(runs):
    # 400 draws for each of 12 targets; the tolerance is four standard errors of their mean.
    table = summary(evaluate(runs, published_scores(runs, lambda row: 0.0), [1, 3, 5]), costs()).set_index("method")
    draw = np.random.default_rng(0)
    drawn = {"ndcg": [], "regret@1": [], "regret@3": []}
    for _, group in runs[runs["source"] != runs["target"]].groupby("target"):
        true = group.assign(value=group["value"].fillna(0)).groupby("source")["value"].mean().to_numpy()
        gain = 2**true
        discount = 1 / np.log2(np.arange(len(true)) + 2)
        for _ in range(400):
            order = draw.permutation(len(true))
            drawn["ndcg"].append(gain[order] @ discount / (np.sort(gain)[::-1] @ discount))
            drawn["regret@1"].append(100 - 100 * true[order[0]] / true.max())
            drawn["regret@3"].append(100 - 100 * true[order[:3]].max() / true.max())
    for method in ("random", "mine"):
        for metric, values in drawn.items():
            error = np.std(values) / np.sqrt(len(values))
            assert table.loc[method, metric] == pytest.approx(np.mean(values), abs=4 * error)
    assert 0.45 < table.loc["random", "ndcg"] < 0.60


def test_published_the_scale_of_the_gains_decides_what_random_gets(runs):
    scores = published_scores(runs, lambda row: 0.0)
    percent = summary(evaluate(runs, scores, [3]), costs()).set_index("method")
    fraction = summary(evaluate(runs.assign(value=runs["value"] / 100), scores, [3]), costs()).set_index("method")
    assert percent.loc["random", "ndcg"] < 0.6 < 0.9 < fraction.loc["random", "ndcg"]
    assert percent.loc["random", "regret@3"] == pytest.approx(fraction.loc["random", "regret@3"])


def test_published_the_observed_scores_themselves_are_perfect(runs):
    observed = truth(runs).set_index(["target", "source"])["value"]
    table = summary(evaluate(runs, published_scores(runs, lambda r: observed[r.target, r.source]), [1]), costs())
    line = table.set_index("method").loc["mine"]
    assert line["regret@1"] == 0
    assert line["ndcg"] == pytest.approx(1)
    assert line["spearman"] == pytest.approx(1)
    assert line["targets"] == 12
