"""Imported transfers: the methods are evaluated with a table of transfers that others ran; nothing is trained."""

import random

import pandas as pd
import pytest
from files_page import differences
from small_project import Project, small_config

METHODS = ["random", "size", "vocabulary", "semb"]


def table(sources, targets, settings=("deep", "wide"), seeds=(1, 2, 3, 4)) -> list[list]:
    """An invented table: ``deep`` in fractions, ``wide`` in percentage points; another task's rows too."""
    draw, rows = random.Random(0), []
    for setting in settings:
        scale = 0.01 if setting == "deep" else 1
        for target in targets:
            for source in ["none", *sources, "a_task_of_theirs"]:
                base = draw.uniform(40, 80)
                rows += [[setting, target, source, s, "accuracy", scale * (base + draw.gauss(0, 2))] for s in seeds]
    return rows


def write(path, rows) -> None:
    lines = [["setting", "target", "source", "seed", "metric", "value"], *rows]
    path.write_text("\n".join("\t".join(map(str, line)) for line in lines) + "\n", encoding="utf-8")


def make(folder, suite, rows=None, **changes) -> Project:
    config = small_config(suite["sources"][:3], suite["targets"][:2])
    config |= {"methods": METHODS, "rank_fusion": ["vocabulary", "semb"], "observed": "theirs.tsv", **changes}
    project = Project(folder, config)
    write(folder / "theirs.tsv", table(config["sources"], config["targets"]) if rows is None else rows)
    return project


@pytest.fixture(scope="module")
def judged(tmp_path_factory, suite) -> Project:
    """A run on the invented table, done."""
    project = make(tmp_path_factory.mktemp("observed") / "p", suite)
    project.run("--cores", "2")
    return project


def read(project, name: str) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / name, sep="\t")


def test_nothing_is_trained(judged):
    results = judged.folder / "results"
    for folder in ("adapters", "transfer", "features", "gradients"):
        assert not (results / folder).exists()
    assert judged.planned() == {}
    steps = set(read(judged, "costs.tsv")["step"])
    assert steps == {"data", "embeddings", "scores", "method"}


def test_transfers_are_in_percent_points_and_the_result_says_what_was_found(judged):
    transfer, about = read(judged, "transfer.tsv"), read(judged, "observed.tsv")
    config = judged.config
    assert list(transfer.columns) == ["model", "target", "source", "seed", "metric", "value"]
    assert len(transfer) == 2 * len(config["targets"]) * (len(config["sources"]) + 1) * 4
    assert transfer["value"].between(30, 90).all()
    found = about.set_index(["setting", "target"])["scale"].to_dict()
    expected = {"deep": "fraction", "wide": "percent"}
    assert found == {(setting, t): scale for setting, scale in expected.items() for t in config["targets"]}
    assert differences(judged.folder / "results" / "observed.tsv", "observed.tsv") == []
    log = (judged.folder / "results/logs/transfer.log").read_text(encoding="utf-8")
    assert "16 lines of other sources" in log


def test_both_settings_and_their_mean_are_judged(judged):
    regret = read(judged, "regret.tsv")
    assert list(dict.fromkeys(regret["model"])) == ["mean over settings", "deep", "wide"]
    for _, block in regret.groupby("model"):
        assert set(block["method"]) == {*METHODS, "fused", "ceiling"}
        assert (block["targets"] == len(judged.config["targets"])).all()
        assert list(block["regret@3"]) == sorted(block["regret@3"])
        assert (block["regret@1_low"] <= block["regret@1"]).all()
        assert (block["regret@1"] <= block["regret@1_high"]).all()
    lines = regret.set_index(["model", "method"])
    for method in METHODS:
        both = lines.loc[[("deep", method), ("wide", method)]]
        mean = lines.loc[("mean over settings", method)]
        assert mean["regret@1"] == pytest.approx(both["regret@1"].mean())
        assert mean["ndcg"] == pytest.approx(both["ndcg"].mean())
    assert lines.loc[("deep", "size"), "needs"] == "sizes"
    assert lines.loc[("deep", "semb"), "needs"] == "data"
    assert lines.loc[("deep", "semb"), "cost_seconds"] > 0
    assert set(regret["gain"]) == {"exp-percent"}


def test_regret_from_the_tables_alone(judged):
    """Regret@1 of size, computed apart."""
    transfer = read(judged, "transfer.tsv").groupby(["model", "target", "source"])["value"].mean()
    scores = {t: read(judged, f"scores/deep/{t}.tsv") for t in judged.config["targets"]}
    expected = []
    for target, table_of in scores.items():
        size = table_of[table_of["method"] == "size"].set_index("source")["score"]
        first = size[size == size.max()].index
        true = transfer["deep", target].drop("none")
        expected.append(100 * (1 - true[first].mean() / true.max()))
    found = read(judged, "regret.tsv").set_index(["model", "method"]).loc[("deep", "size"), "regret@1"]
    assert found == pytest.approx(sum(expected) / len(expected))


def test_comparison_and_noise_of_the_targets(judged):
    comparison, targets = read(judged, "comparison.tsv"), read(judged, "targets.tsv")
    assert {"random", "fused"} <= set(comparison["against"])
    assert set(comparison["model"]) == {"mean over settings", "deep", "wide"}
    assert len(targets) == 2 * len(judged.config["targets"])
    assert (targets["above_noise"] == "yes").all()  # sources lie tens apart, seeds two


def test_rankings_have_a_block_for_each_setting(judged):
    for target in judged.config["targets"]:
        ranking = read(judged, f"rankings/{target}.tsv")
        assert list(dict.fromkeys(ranking["model"])) == ["deep", "wide"]


@pytest.mark.slow
def test_the_family_of_a_target_is_left_out_in_a_second_report(tmp_path, suite, judged):
    """One source of a target's own family: without it, that target's numbers change, and no other's."""
    folder = tmp_path / "p"
    project = make(folder, suite)
    source, (near, far) = project.config["sources"][0], project.config["targets"]
    for name in (source, near):
        path = folder / f"tasks/bundled/{name}.yaml"
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("family:")]
        path.write_text("\n".join([*lines, "family: relatives"]) + "\n", encoding="utf-8")
    project.run("--cores", "2", "results/regret.tsv")
    second, first = read(project, "evaluation_without_family.tsv"), read(project, "evaluation.tsv")
    keys = ["model", "method", "target", "metric", "k"]
    both = first.merge(second, on=keys, suffixes=("", "_without"))
    assert len(both) == len(first) == len(second)
    same = both["value"].fillna(-9) == both["value_without"].fillna(-9)
    assert same[both["target"] == far].all()
    assert not same[both["target"] == near].all()
    assert list(read(project, "regret_without_family.tsv").columns) == list(read(project, "regret.tsv").columns)
    # no second report where no source is of a target's family
    assert not list((judged.folder / "results").glob("*without_family*"))


def assert_one_message(done, words: str) -> None:
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert words in output
    assert "Traceback" not in output


def test_no_such_table(tmp_path, suite):
    project = make(tmp_path / "p", suite, observed="nowhere.tsv")
    assert_one_message(project.run("--cores", "1", check=False), "There is no file nowhere.tsv")
    assert not (project.folder / "results").exists()


def test_no_column_of_settings(tmp_path, suite):
    project = make(tmp_path / "p", suite, rows=[])
    (project.folder / "theirs.tsv").write_text("model\ttarget\n", encoding="utf-8")
    assert_one_message(project.run("--cores", "1", check=False), "no column 'setting'; it has model, target")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:-20], "Transfers are missing from the table"),
        (lambda rows: [*rows, [*rows[0][:-1], "x"]], "theirs.tsv, line 82"),
    ],
)
def test_wrong_tables(tmp_path, suite, change, words):
    config = small_config(suite["sources"][:3], suite["targets"][:2])
    project = make(tmp_path / "p", suite, rows=change(table(config["sources"], config["targets"])))
    assert_one_message(project.run("--cores", "1", "results/transfer.tsv", check=False), words)
    assert not (project.folder / "results/transfer.tsv").exists()
