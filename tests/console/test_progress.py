"""Jobs, stages and the time that is left, from made-up events."""

import pytest

from intertask.console.progress import REST, STAGES, Progress, stage_of
from intertask.console.screen import block, ending, failure, one_line


def started(stats: dict[str, int]) -> Progress:
    progress = Progress()
    progress.plan(stats)
    return progress


def test_stages_hold_every_rule_once_and_the_rest_goes_last():
    rules = [rule for rules in STAGES.values() for rule in rules]
    assert len(rules) == len(set(rules))
    progress = started({"run_transfer": 4, "prepare_data": 2, "make_report": 1, "all": 1, "total": 8})
    assert list(progress.stages) == ["data and models", "transfers", REST]
    assert (progress.done, progress.total) == (0, 7)
    assert stage_of("whatever") == REST


def test_time_left_is_mean_times_left_over_how_many_run_at_once():
    progress = started({"run_transfer": 10})
    assert progress.seconds_left() == (0.0, False)
    for number in (1, 2):
        progress.start(number, "run_transfer", "a transfer", "", 0.0)
    for number in (1, 2):
        assert progress.finish(number, 20.0)
    assert progress.side_by_side == pytest.approx(2)
    assert progress.seconds_left() == (pytest.approx(8 * 20 / 2), True)
    progress.start(3, "run_transfer", "a transfer", "", 20.0)
    progress.start(4, "run_transfer", "a transfer", "", 20.0)
    assert progress.seconds_left(now=30.0)[0] == pytest.approx((8 * 20 - 2 * 10) / 2)
    assert progress.seconds_left(now=90.0)[0] == pytest.approx((8 * 20 - 2 * 20) / 2)  # late ones have none left


def test_stages_without_evidence_are_told():
    progress = started({"compute_embeddings": 2, "run_transfer": 3})
    progress.start(1, "compute_embeddings", "embedding", "", 0.0)
    progress.finish(1, 10.0)
    assert progress.seconds_left() == (pytest.approx(10), False)
    assert "more than 10 s left" in one_line(progress, 10.0)


def test_earlier_runs_are_evidence_until_there_is_some(tmp_path):
    folder = tmp_path / "benchmarks" / "transfer" / "m"
    folder.mkdir(parents=True)
    for n, seconds in enumerate((10, 30)):
        (folder / f"{n}.tsv").write_text(f"s\th:m:s\n{seconds}\t0:00:10\n", encoding="utf-8")
    (folder / "broken.tsv").write_text("s\n", encoding="utf-8")
    progress = Progress()
    progress.plan({"run_transfer": 4}, tmp_path)
    assert progress.seconds_left() == (pytest.approx(80), True)
    progress.start(1, "run_transfer", "t", "", 0.0)
    progress.finish(1, 5.0)
    assert progress.seconds_left() == (pytest.approx(15), True)


def test_jobs_that_a_checkpoint_adds_are_counted():
    progress = started({"choose_candidates": 1})
    progress.start(1, "choose_candidates", "c", "", 0.0)
    progress.finish(1, 1.0)
    for number in (2, 3):
        progress.start(number, "run_candidate", "r", "", 1.0)
    assert progress.stages["transfers"].total == 2
    progress.plan({"run_candidate": 8, "write_recommendation": 1})
    assert progress.stages["transfers"].total == 8
    assert not progress.finish(99, 2.0)  # the rule all, say


def test_lines_for_a_file_and_for_a_terminal():
    progress = started({"run_transfer": 4, "compute_embeddings": 1})
    progress.start(1, "compute_embeddings", "embedding", "", 0.0)
    progress.finish(1, 2.0)
    progress.start(2, "run_transfer", "sst2 -> rte: transfer on minilm, seed 1", "", 2.0)
    line = one_line(progress, 4.0)
    assert "1/5 jobs" in line and "transfers 0/4" in line and "embeddings" not in line
    picture = block(progress, 4.0, 50)
    assert picture[0].split() == ["embeddings", "1/1", "done"]
    assert "sst2 -> rte" in picture[1] and picture[2].split()[:2] == ["all", "1/5"]
    assert max(map(len, block(progress, 4.0, 30))) <= 30


def test_failures_and_the_end(tmp_path):
    ours, theirs = tmp_path / "ours.log", tmp_path / "theirs.log"
    ours.write_text(
        "reading\nError: The label is missing.\n  where: x.csv, line 3\n  to do: fill it\n", encoding="utf-8"
    )
    theirs.write_text("\n".join(f"line {n}" for n in range(40)) + "\nValueError: no\n", encoding="utf-8")
    progress = started({"prepare_data": 3})
    for number, log in enumerate((ours, theirs, tmp_path / "none.log")):
        progress.start(number, "prepare_data", f"task {number}: preparing data", str(log), 0.0)
    lines = [failure(progress.fail(number, 1.0)) for number in range(3)]
    assert lines[0] == f"FAILED task 0: preparing data: The label is missing. (log: {ours})"
    assert "ValueError: no" in lines[1] and "no message" in lines[2]
    assert progress.fail(0, 1.0) is None  # said already
    end = "\n".join(ending(progress, 60.0))
    assert "where: x.csv, line 3" in end and "reading" not in end
    assert "line 39" in end and "line 20" not in end
    assert "3 jobs failed" in end and "goes on from there" in end


def test_a_job_that_is_tried_again_has_not_failed():
    progress = started({"train_adapter": 1})
    for _ in range(2):
        progress.start(1, "train_adapter", "training", "", 0.0)
        progress.fail(1, 5.0)
    progress.start(1, "train_adapter", "training", "", 5.0)
    progress.finish(1, 9.0)
    assert (progress.failed, progress.done, progress.total) == ({}, 1, 1)


def test_a_good_end_and_an_interrupted_one():
    progress = started({"prepare_data": 2})
    for number in (1, 2):
        progress.start(number, "prepare_data", "d", "", 0.0)
    progress.finish(1, 1.0)
    assert ending(progress, 100.0) == ["Stopped after 1 job in 1.7 min. The same command goes on from there."]
    progress.finish(2, 1.0)
    assert ending(progress, 100.0) == ["Done: 2 jobs in 1.7 min."]
