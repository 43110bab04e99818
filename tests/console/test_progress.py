"""Jobs, stages and the estimate of the remaining time, from made-up events."""

import pytest

from intertask.artifacts import STAGES
from intertask.console.progress import Progress


def started(stats: dict[str, int]) -> Progress:
    progress = Progress()
    progress.plan(stats)
    return progress


def test_jobs_are_counted_by_stage_in_the_order_of_the_work():
    progress = started({"run_transfer": 4, "prepare_data": 2, "make_report": 1, "all": 1, "total": 8})
    assert list(progress.stages) == ["data and models", "transfers", STAGES[-1]]
    assert (progress.done, progress.total) == (0, 7)


def test_time_left_is_mean_times_left_over_how_many_run_at_once():
    progress = started({"run_transfer": 10})
    assert (progress.estimate().seconds, progress.estimate().complete) == (0.0, False)
    for number in (1, 2):
        progress.start(number, "run_transfer", "a transfer", "", 0.0)
    for number in (1, 2):
        assert progress.finish(number, 20.0)
    assert progress.jobs_at_once == pytest.approx(2)
    assert (progress.estimate().seconds, progress.estimate().complete) == (pytest.approx(8 * 20 / 2), True)
    progress.start(3, "run_transfer", "a transfer", "", 20.0)
    progress.start(4, "run_transfer", "a transfer", "", 20.0)
    assert progress.estimate(30.0).seconds == pytest.approx((8 * 20 - 2 * 10) / 2)
    assert progress.estimate(90.0).seconds == pytest.approx((8 * 20 - 2 * 20) / 2)  # overdue jobs have no time left
    assert progress.job_seconds == pytest.approx(40)


def test_stages_without_evidence_make_the_estimate_incomplete():
    progress = started({"compute_embeddings": 2, "run_transfer": 3})
    progress.start(1, "compute_embeddings", "embedding", "", 0.0)
    progress.finish(1, 10.0)
    found = progress.estimate()
    assert (found.seconds, found.complete, found.share_known) == (pytest.approx(10), False, 0.25)


def test_earlier_runs_are_evidence_until_a_job_has_ended(tmp_path):
    folder = tmp_path / "benchmarks" / "transfer" / "m"
    folder.mkdir(parents=True)
    for n, seconds in enumerate((10, 30)):
        (folder / f"{n}.tsv").write_text(f"s\th:m:s\n{seconds}\t0:00:10\n", encoding="utf-8")
    (folder / "broken.tsv").write_text("s\n", encoding="utf-8")
    progress = Progress()
    progress.plan({"run_transfer": 4}, tmp_path)
    assert progress.estimate().seconds == pytest.approx(80)
    progress.start(1, "run_transfer", "t", "", 0.0)
    progress.finish(1, 5.0)
    assert progress.estimate().seconds == pytest.approx(15)


def test_jobs_that_a_checkpoint_adds_are_counted():
    progress = started({"choose_candidates": 1})
    progress.start(1, "choose_candidates", "c", "", 0.0)
    progress.finish(1, 1.0)
    for number in (2, 3):
        progress.start(number, "run_candidate", "r", "", 1.0)
    assert progress.stages["transfers"].total == 2
    assert list(progress.stages) == ["transfers", STAGES[-1]]
    progress.plan({"run_candidate": 8, "write_recommendation": 1})
    assert progress.stages["transfers"].total == 8
    assert not progress.finish(99, 2.0)  # a job that was not started here


def test_a_job_that_is_retried_has_not_failed():
    progress = started({"train_adapter": 1})
    for _ in range(2):
        progress.start(1, "train_adapter", "training", "", 0.0)
        assert progress.fail(1, 5.0).label == "training"
        assert progress.fail(1, 5.0) is None  # recorded before
    progress.start(1, "train_adapter", "training", "", 5.0)
    progress.finish(1, 9.0)
    assert (progress.failed, progress.done, progress.total, progress.retries) == ({}, 1, 1, 2)
