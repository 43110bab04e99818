"""Tables of transfers that somebody else ran: scales, duplicates, pools, mistakes."""

import gzip
import math
from collections import Counter

import pytest
from paths import SHARED

from intertask.config import load_config
from intertask.errors import IntertaskError
from intertask.transfers import import_observed, observed_settings, read_runs

TASKWEB = SHARED / "reference" / "taskweb_transfer.tsv.gz"
HEADER = "setting\ttarget\tsource\tseed\tmetric\tvalue"
#: One setting, one target, two sources and none, two seeds; line 2 is the first row.
ROWS = [
    *("s t a 1 accuracy 80", "s t a 2 accuracy 82", "s t b 1 accuracy 70.5", "s t b 2 accuracy 71"),
    *("s t none 1 accuracy 60", "s t none 2 accuracy 61"),
]


def config(file, **observed):
    names = {"sources": ["a", "b"], "targets": ["t"]}
    return load_config({**names, "observed": {"file": str(file), **observed}}).observed


@pytest.fixture
def write(tmp_path):
    def table(rows, header=HEADER, name="table.tsv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *(row.replace(" ", "\t") for row in rows)]) + "\n", encoding="utf-8")
        return path

    return table


@pytest.fixture
def imported(write):
    def run(rows, sources=("a", "b"), targets=("t",), **observed):
        return import_observed(config(write(rows), **observed), list(sources), list(targets))

    return run


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


def test_values_in_percent_points_in_the_order_of_the_config(imported):
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


def test_gzip_byte_order_mark_blank_lines_and_more_columns(tmp_path):
    text = "\ufeffnote\t" + HEADER + "\r\n" + "\r\n".join("x\t" + row.replace(" ", "\t") for row in ROWS) + "\r\n\r\n"
    path = tmp_path / "table.tsv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert len(import_observed(config(path), ["a", "b"], ["t"]).runs) == 6
    assert observed_settings(config(path)) == ["s"]


def test_scale_is_found_for_each_setting(imported):
    result = imported([*target("s", "t", 80, 70), *target("r", "t", 0.8, 0.705)])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "detected")}
    assert [run.value for run in result.runs] == pytest.approx([80, 70, 80, 70.5])


def test_scale_of_a_target_that_differs_from_the_others_of_its_setting(imported):
    """As in published tables: accuracies in percent, correlations as fractions, some of them negative."""
    rows = [*target("s", "t", 80, 70), *target("s", "u", -0.1, 0.85, metric="spearman")]
    result = imported(rows, targets=["t", "u"])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("s", "u"): ("fraction", "detected")}
    assert [run.value for run in result.runs if run.target == "u"] == pytest.approx([-10, 85])


@pytest.mark.parametrize("values", [(-0.3, 0.9), (1, 0.99), (0, 0.2), (-0.9, -0.2)])
def test_fractions(imported, values):
    result = imported(target("s", "t", *values))
    assert scales(result)["s", "t"] == ("fraction", "detected")
    assert [run.value for run in result.runs] == pytest.approx([100 * v for v in values])


@pytest.mark.parametrize("values", [(-30, 90), (0, 2.5), (-99, 0), (100, 0.01)])
def test_percent_points(imported, values):
    result = imported(target("s", "t", *values))
    assert scales(result)["s", "t"] == ("percent", "detected")
    assert [run.value for run in result.runs] == list(values)


@pytest.mark.parametrize("values", [(0.9, 1.3), (1.01, 1.7), (0.05, 0.1), (-0.01, 0.0)])
def test_a_scale_that_cannot_be_told_is_an_error_and_can_be_said(imported, values):
    rows = target("s", "t", *values)
    fails(lambda: imported(rows), "cannot be told .* setting s, target t", "from line 2")
    result = imported(rows, scale="percent")
    assert scales(result)["s", "t"] == ("percent", "config")
    assert [run.value for run in result.runs] == list(values)


def test_the_setting_decides_where_one_target_could_be_either(imported):
    near_1, small = target("s", "t", 0.5, 1.4), target("r", "t", 0.01, 0.1)
    result = imported([*near_1, *target("s", "u", 80, 70), *small, *target("r", "u", 0.8, 0.7)])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "detected")}
    # A fraction is not above 1; and a correlation of 0.1 could be a failed one in percent.
    fails(lambda: imported([*near_1, *target("s", "u", 0.8, 0.7)]), "cannot be told")
    fails(lambda: imported([*small, *target("r", "u", 80, 70)]), "cannot be told")


def test_zeros_alone_have_no_scale(imported):
    assert scales(imported(target("s", "t", 0, 0)))["s", "t"] == ("percent", "detected")


def test_scale_is_said_for_all_or_each(imported):
    rows = [*target("s", "t", 80, 70), *target("r", "t", 0.8, 0.7)]
    fails(lambda: imported(rows, scale="percent"), "setting r, target t are up to 0.8", "config: observed.scale")
    fails(lambda: imported(rows, scale="fraction"), "setting s, target t are up to 80")
    result = imported(rows, scale={"r": "fraction"})
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "config")}
    result = imported(rows, scale={"r/t": "percent"})
    assert [run.value for run in result.runs] == [80, 70, 0.8, 0.7]  # said for this target alone: taken as it is
    fails(
        lambda: imported(rows, scale={"q": "percent"}), "no setting, or setting/target, 'q'", "config: observed.scale"
    )
    fails(lambda: imported(rows, scale={"s/t": "fraction"}), "80 is no fraction value", "line 2")


def test_one_target_in_two_scales_is_an_error(imported):
    rows = [*target("s", "t", 80, 70, 0.75)]
    fails(lambda: imported(rows, "abc"), "source c look like fractions", "from line 4")
    assert [run.value for run in imported(rows, "abc", scale={"s/t": "percent"}).runs] == [80, 70, 0.75]
    # A failed run beside good ones of the same source is no other scale.
    assert len(imported([*ROWS, "s t a 3 accuracy 0.5"]).runs) == 7


def test_values_beyond_percent(imported):
    fails(lambda: imported([*ROWS, "s t a 3 accuracy 875"]), "875 is no percent value", "line 8")


def test_rows_that_say_the_same_count_once(imported):
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
    assert (mean["a", 1], mean["b", 1]) == (82, 70.5)  # of those with a score
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


@pytest.mark.parametrize(
    ("header", "rows", "match", "where"),
    [
        (HEADER.replace("metric\t", ""), ["s t a 1 80"], "no column 'metric'", "line 1"),
        (HEADER.replace("\t", ","), ["s,t,a,1,accuracy,80"], "no column 'setting'; it has setting,target", "line 1"),
        ("", [], "no column 'setting'", "line 1"),
        (HEADER, [], "no rows", "table.tsv"),
        (HEADER, [*ROWS, "s t b x accuracy 5"], "seed: 'x' is not a whole number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy 7o"], "value: '7o' is not a number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy inf"], "'inf' is not a number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy"], "Expected 6 fields as in the header, found 5", "line 8"),
        (HEADER, [*ROWS, "s  b 3 accuracy 5"], "'target' is empty", "line 8"),
        (HEADER, [*ROWS, "s t b 3 f1 5"], "accuracy and in f1", "lines 2 and 8"),
    ],
)
def test_wrong_tables(write, header, rows, match, where):
    path = write(rows, header)
    fails(lambda: import_observed(config(path), ["a", "b"], ["t"]), match, where)


def test_unreadable_files(tmp_path):
    fails(lambda: observed_settings(config(tmp_path / "none.tsv")), "There is no file", "config: observed")
    (tmp_path / "no.tsv.gz").write_bytes(b"not gzip")
    fails(lambda: observed_settings(config(tmp_path / "no.tsv.gz")), "Not a readable table", "no.tsv.gz")
    (tmp_path / "latin.tsv").write_bytes(HEADER.encode() + b"\ns\t\xe9\n")
    fails(lambda: read_runs(tmp_path / "latin.tsv"), "Not a readable table")


def test_tasks_that_the_table_does_not_have(imported):
    rows = [*target("s", "boolq", 80, 70)]
    fails(lambda: imported(rows, targets=["bool_q"]), "no target 'bool_q'; did you mean 'boolq'", "config: targets")
    fails(lambda: imported(ROWS, sources=["a", "cc"]), "no source 'cc'", "config: sources")


def test_missing_transfers_are_named(imported):
    rows = [*ROWS, *target("s", "u", 80), *target("r", "t", 80, 70)]
    fails(
        lambda: imported(rows, targets=["t", "u"]), r"missing from the table: b -> u \(s\), a -> u \(r\), b -> u \(r\)"
    )
    # without `none` a table is whole
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
