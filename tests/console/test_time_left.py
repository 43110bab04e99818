"""The remaining time in words: it never grows without a reason."""

from intertask.console.progress import Estimate, Progress
from intertask.console.time_left import TimeLeft, reason_of_growth


def transfers(total: int, *seconds: float) -> Progress:
    """A run of transfers, one after another, of which some have ended."""
    progress, now = Progress(), 0.0
    progress.plan({"run_transfer": total})
    for number, length in enumerate(seconds):
        progress.start(number, "run_transfer", "a transfer", "", now)
        now += length
        progress.finish(number, now)
    return progress


def test_time_left_is_known_once_a_job_has_ended():
    assert TimeLeft().words(transfers(10), 0.0) == ""
    assert TimeLeft().words(transfers(10, 20.0), 20.0) == "about 3 min left"
    assert TimeLeft().words(transfers(1, 20.0), 20.0) == ""


def test_an_estimate_without_some_stage_is_a_lower_bound_and_shown_for_most_jobs_only():
    progress = transfers(10, 20.0)
    progress.plan({"run_transfer": 10, "compute_features": 2})
    assert TimeLeft().words(progress, 20.0) == "more than 3 min left"
    progress.plan({"run_transfer": 10, "compute_features": 12})
    assert TimeLeft().words(progress, 20.0) == ""


def test_a_little_growth_is_not_shown_and_more_is_explained_for_a_while():
    left, progress = TimeLeft(), transfers(101, 10.0)
    assert left.words(progress, 10.0) == "about 17 min left"
    progress.start(1, "run_transfer", "a transfer", "", 10.0)
    progress.finish(1, 21.0)  # a mean of 10.5 s
    assert left.words(progress, 21.0) == "about 17 min left"
    progress.start(2, "run_transfer", "a transfer", "", 21.0)
    progress.finish(2, 60.0)  # a mean of 20 s
    assert left.words(progress, 60.0) == "about 33 min left (transfers: 20 s a job, not 10 s as estimated)"
    assert left.words(progress, 80.0).endswith(")")
    assert left.words(progress, 95.0) == "about 33 min left"


def test_every_growth_of_a_run_has_a_reason():
    """Jobs become slower and slower."""
    left, progress, now, last = TimeLeft(), transfers(40, 1.0), 1.0, float("inf")
    for number in range(1, 40):
        progress.start(number, "run_transfer", "a transfer", "", now)
        now += 1.0 + number**1.5
        progress.finish(number, now)
        words = left.words(progress, now)
        if number < 39:
            assert left._shown.seconds <= last or words.endswith("as estimated)"), words
            last = left._shown.seconds


def test_jobs_that_overrun_are_named_when_no_time_is_left():
    left, progress = TimeLeft(), transfers(2, 20.0)
    progress.start(1, "run_transfer", "a transfer", "", 20.0)
    assert left.words(progress, 30.0) == "about 10 s left"
    assert left.words(progress, 60.0) == "the running jobs take longer than estimated"


def estimate(seconds=100.0, jobs=10, mean=10.0, at_once=1.0, retries=0, **stages) -> Estimate:
    return Estimate(seconds, True, {"transfers": (jobs, mean), **stages}, at_once, retries)


def test_the_reason_is_the_largest_cause():
    old = estimate(maps=(3, None))
    for new, reason in (
        (estimate(200, mean=20.0, maps=(3, None)), "transfers: 20 s a job, not 10 s as estimated"),
        (estimate(130, maps=(3, 10.0)), "now includes maps: 10 s a job"),
        (estimate(160, jobs=16), "6 jobs added to transfers"),
        (estimate(200, at_once=1.0), "fewer jobs run at once: 1.0, not 2.0"),
        (estimate(120, retries=1), "1 job failed and is tried again"),
        (estimate(120), "the running jobs take longer than estimated"),
    ):
        before = estimate(at_once=2.0) if reason.startswith("fewer") else old
        assert reason_of_growth(before, new) == reason
