"""Snakemake's default limit of jobs per second is lifted, and a limit of the user stays."""

import inspect
from types import SimpleNamespace

import pytest
from snakemake.cli import get_argument_parser
from snakemake.scheduling.job_scheduler import JobRateLimiter, JobScheduler

from intertask.execution.job_limit import lift_default_limit


@pytest.mark.parametrize(("options", "is_lifted"), [([], True), (["10/1s"], False), (["100/1m"], False)])
def test_only_the_default_is_lifted(options, is_lifted):
    options = [f"--max-jobs-per-timespan={option}" for option in options]
    limiter = JobRateLimiter(get_argument_parser().parse_args(options).max_jobs_per_timespan)
    scheduler = SimpleNamespace(job_rate_limiter=limiter)
    lift_default_limit(scheduler)
    assert scheduler.job_rate_limiter is (None if is_lifted else limiter)


def test_snakemake_runs_without_a_limit_and_repeats_rounds_with_one():
    """If this fails, Snakemake has changed: see whether the limit must still be lifted."""
    lines = [
        " ".join(inspect.getsource(method).split()) for method in (JobScheduler.schedule, JobScheduler.job_selector)
    ]
    assert "if self.job_rate_limiter is not None: # need to reevaluate" in lines[0]
    assert "if self.job_rate_limiter is None:" in lines[1]
