"""Lift Snakemake's default limit of 100 jobs per second on the machine where it runs.

With the limit, each round of scheduling starts a timer, and each timer starts another round, so that rounds never stop
and become more with every finished job. A round looks at the inputs of up to 100 jobs that are ready. In a run of
thousands of jobs, Snakemake itself then took 0.15 s of CPU time per job, and 0.03 s without the limit
(docs/performance.md).
"""

from typing import Any

#: Snakemake's default: number of jobs, and seconds.
DEFAULT = (100, 1)


def lift_default_limit(scheduler: Any) -> None:
    """Lift the limit of the number of jobs that start per second, unless the user set one.

    Args:
        scheduler: Snakemake's scheduler, before it starts jobs.
    """
    limiter = getattr(scheduler, "job_rate_limiter", None)
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == DEFAULT:
        scheduler.job_rate_limiter = None
