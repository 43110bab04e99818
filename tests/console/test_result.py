"""The result that a run prints at its end, as its tables say it."""

import json
import logging
import time
from logging.handlers import QueueListener
from queue import Queue
from types import SimpleNamespace

import pandas as pd
import pytest
from synthetic_run import write_run

from intertask.console.result import closing_lines, wait_for_events
from intertask.rankings.evaluation import truth


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "results"
    recipe = write_run(folder, sources=6, targets=5, methods=3, seeds=2)
    return folder, recipe["targets"]


def scores_by_seed(folder, target) -> pd.DataFrame:
    """Scores of one target: a line per seed, a column per source."""
    table = pd.read_csv(folder / "transfer.tsv", sep="\t", keep_default_na=False, na_values=[""])
    return table[table["target"] == target].pivot(index="seed", columns="source", values="value")


def test_a_whole_run_says_first_choices_gain_and_regret(results):
    folder, targets = results
    lines = closing_lines(["--cores", "2"], targets, folder)
    assert lines[1] == "Result" and "Files to open next" in lines
    target = targets[0]
    ranking = pd.read_csv(folder / "rankings" / f"{target}.tsv", sep="\t")
    first, second, third = ranking["source"][:3]
    assert lines[2] == f"  {target}: the ranking puts {first} first, then {second} and {third}"
    scores = truth(pd.read_csv(folder / "transfer.tsv", sep="\t", keep_default_na=False, na_values=[""]))
    value = scores[scores["target"] == target].set_index("source")["value"]
    gain = f"{value[first] - value['none']:+.1f}".replace("-", "−")
    by_seed = scores_by_seed(folder, target)
    gains = sorted(by_seed[first] - by_seed["none"])
    ends = " to ".join(f"{value:+.1f}".replace("-", "−") for value in gains)
    noise = "; it may be noise" if gains[0] <= 0 <= gains[-1] else ""
    assert lines[3] == (
        f"    measured gain of {first} over no source: {gain} percentage points (mean over 2 seeds, {ends}){noise}"
    )
    regret = pd.read_csv(folder / "regret.tsv", sep="\t").set_index("method").loc["fused"]
    assert sum("the ranking puts" in line for line in lines) == 3
    assert f"  2 more targets in {folder}/rankings" in lines
    assert sum("measured gain" in line for line in lines) == 3
    text = "\n".join(lines)
    assert f"falls {regret['regret@1']:.1f} % short of the best source (Regret@1, mean over 5 targets)" in text
    assert f"falls {regret['regret@3']:.1f} % short of it (Regret@3, mean over 5 targets)" in text


def test_a_ranking_that_was_asked_for_says_its_first_sources_only(results):
    folder, targets = results
    text = "\n".join(closing_lines([f"results/rankings/{targets[1]}.html"], targets, folder))
    assert text.count("the ranking puts") == 1 and targets[1] in text
    assert "gain" not in text and "Regret" not in text


def test_equal_sources_are_all_named(results, tmp_path):
    (tmp_path / "rankings").mkdir()
    (tmp_path / "rankings/t.tsv").write_text("rank\tsource\tmodel\n1.5\ta\tm\n1.5\tb\tm\n1\ta\tn\n2\tb\tn\n")
    lines = closing_lines(["results/rankings/t.tsv"], ["t"], tmp_path)
    assert lines[2] == "  t (model m): the ranking puts a and b first, with equal scores"


def test_a_recommendation_is_its_sentences(tmp_path):
    (tmp_path / "recommend").mkdir()
    for target in "tuvw":
        found = {"sentences": [f"{target}: train on a first.", "The trained adapter is in a folder."]}
        (tmp_path / f"recommend/{target}.json").write_text(json.dumps(found))
    lines = closing_lines(["results/recommend/t.json"], ["t", "u"], tmp_path)
    assert lines[1:] == ["Result", "  t: train on a first.", "    The trained adapter is in a folder."]
    lines = closing_lines(["recommend"], list("tuvw"), tmp_path)
    assert lines[-3:] == ["  v: train on a first.", "    The trained adapter is in a folder.", "  w: train on a first."]


def test_missing_and_broken_tables_are_left_out(tmp_path):
    assert closing_lines([], ["t"], tmp_path) == []
    (tmp_path / "regret.tsv").write_text("nonsense\n")
    (tmp_path / "rankings").mkdir()
    (tmp_path / "rankings/t.tsv").write_text("rank\tsource\tmodel\n")
    assert "Result" not in closing_lines([], ["t"], tmp_path)
    assert closing_lines(["check"], ["t"], tmp_path) == []


def test_all_events_are_shown_before_the_closing_lines():
    shown = []
    display = logging.Handler()
    display.emit = lambda record: time.sleep(0.05) or shown.append(record.msg)
    listener = QueueListener(Queue(-1), display)
    for number in range(3):
        listener.queue.put(logging.makeLogRecord({"msg": number}))
    listener.start()
    wait_for_events(SimpleNamespace(queue_listener=listener))
    assert shown == [0, 1, 2]
    listener.stop()
    wait_for_events(SimpleNamespace(queue_listener=None))  # without a plugin, nothing is in a queue
