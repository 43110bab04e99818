"""Imported transfers: settings, seeds, pools of sources, and what is left out."""

import math
from collections import Counter

import pytest
from paths import SHARED
from transfer_tables import ROWS, config, fails, scales, target

from intertask.config import load_config
from intertask.errors import IntertaskError
from intertask.transfers import import_observed, observed_settings, read_runs

TASKWEB = SHARED / "reference" / "taskweb_transfer.tsv.gz"


def test_values_in_percentage_points_in_the_order_of_the_config(imported):
    result = imported(list(reversed(ROWS)))
    assert [(run.source, run.seed, run.value) for run in result.runs] == [
        *(("none", 1, 60), ("none", 2, 61), ("a", 1, 80), ("a", 2, 82), ("b", 1, 70.5), ("b", 2, 71))
    ]
    assert result.about == [
        {
            **{"setting": "s", "target": "t", "metric": "accuracy", "scale": "percent", "scale_from": "detected"},
            **{"sources": 2, "runs": 6, "fewest_seeds": 2, "most_seeds": 2, "without_score": 0, "duplicates": 0},
        }
    ]
    assert result.left_out == {}


def test_repeated_rows_count_once(imported):
    result = imported([*ROWS, ROWS[0]])
    assert len(result.runs) == 6
    assert result.about[0]["duplicates"] == 1
    assert list(result.left_out.values()) == [1]


def test_two_values_for_a_seed(imported):
    rows = [*ROWS, "s t a 1 accuracy 84", "s t b 1 accuracy nan"]
    fails(lambda: imported(rows), r"a -> t \(s\), seed 1, has two values, 80 and 84 .*2 such", "lines 2 and 8")
    first = {run[2:4]: run.value for run in imported(rows, duplicates="first").runs}
    assert (first["a", 1], first["b", 1]) == (80, 70.5)
    mean = {run[2:4]: run.value for run in imported(rows, duplicates="mean").runs}
    assert (mean["a", 1], mean["b", 1]) == (82, 70.5)  # runs without a score do not count
    assert len(mean) == 6


def test_duplicates_of_other_tasks_do_not_matter(imported):
    assert len(imported([*ROWS, "s t c 1 accuracy 1", "s t c 1 accuracy 50"]).runs) == 6


def test_runs_without_a_score(imported):
    result = imported([*ROWS[1:], "s t a 1 accuracy nan"])
    assert [math.isnan(run.value) for run in result.runs].count(True) == 1
    assert result.about[0]["without_score"] == 1


def test_what_the_configuration_does_not_list_is_left_out_and_counted(imported):
    others = ["s t c 1 accuracy 5", "s u a 1 accuracy 50", "q t a 1 accuracy 50", "q u a 1 f1 1.5"]
    result = imported([*ROWS, *others, "s t t 1 accuracy 99"], settings=["s"])
    assert len(result.runs) == 6
    assert result.left_out == {
        **{"of other settings": 2, "of other targets": 1, "of other sources": 1},
        "of a source that is its own target": 1,
    }


def test_settings_are_those_of_the_config_or_of_the_table(write):
    path = write([*target("s", "t", 80), *target("r", "t", 80)])
    assert observed_settings(config(path)) == ["s", "r"]
    assert observed_settings(config(path, settings=["r"])) == ["r"]
    fails(lambda: observed_settings(config(path, settings=["rr"])), "no setting 'rr'", "config: observed.settings")
    bad = write(["a/b t a 1 accuracy 5"])
    fails(lambda: observed_settings(config(bad)), "'a/b' cannot be the name of a folder")


def test_tasks_that_the_table_does_not_have(imported):
    rows = [*target("s", "boolq", 80, 70)]
    fails(lambda: imported(rows, targets=["bool_q"]), "no target 'bool_q'; did you mean 'boolq'", "config: targets")
    fails(lambda: imported(ROWS, sources=["a", "cc"]), "no source 'cc'", "config: sources")


def test_missing_transfers_are_named(imported):
    rows = [*ROWS, *target("s", "u", 80), *target("r", "t", 80, 70)]
    fails(
        lambda: imported(rows, targets=["t", "u"]), r"missing from the table: b -> u \(s\), a -> u \(r\), b -> u \(r\)"
    )
    # A table without `none` is complete.
    assert len(imported(rows, settings=["r"]).runs) == 2


def test_short_form_of_the_config():
    values = {"sources": ["a"], "targets": ["t"]}
    assert load_config({**values, "observed": "x.tsv"}).observed == config("x.tsv")
    with pytest.raises(IntertaskError, match="duplicates"):
        load_config({**values, "observed": {"file": "x.tsv", "duplicates": "last"}})
    with pytest.raises(IntertaskError, match="may be listed only once"):
        load_config({**values, "observed": {"file": "x.tsv", "settings": ["s", "s"]}})


def test_published_table():
    if not TASKWEB.exists():
        pytest.skip("no ../shared/reference/taskweb_transfer.tsv.gz")
    runs = read_runs(TASKWEB)
    targets = sorted({run.target for run in runs})
    complete = Counter(source for _, _, source in {run[:3] for run in runs})
    sources = sorted(source for source, pairs in complete.items() if pairs >= 4 * 11)
    assert (len(targets), len(sources)) == (12, 22)
    fails(lambda: import_observed(config(TASKWEB), sources, targets), r"wsc -> stsb \(gpt2m\).*8 such transfers")
    result = import_observed(config(TASKWEB, duplicates="mean"), sources, targets)
    assert len(result.runs) == 4 * 12 * 21 * 8
    fractions = {key for key, (scale, _) in scales(result).items() if scale == "fraction"}
    assert fractions == {("roberta", name) for name in targets} | {("gpt2m", "stsb")}
    assert sum(line["without_score"] for line in result.about) == 2
    assert max(run.value for run in result.runs if not math.isnan(run.value)) < 100
    assert observed_settings(config(TASKWEB)) == ["gpt2m", "roberta", "t5b", "t5b-pfeiffer"]
