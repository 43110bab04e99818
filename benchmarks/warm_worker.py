"""How long a job takes to start with the warm worker and without it, side by side.

    OMP_NUM_THREADS=1 python benchmarks/warm_worker.py [--jobs 100] [--cold-jobs 100]

A job is a script that imports what training imports; its start-up is the time from the launcher's start until the
script has these imports. Warm and cold jobs take turns, so that both meet the same load. The first warm job waits for
the worker's own imports; it stands apart and in the sum. Prints a table (docs/warm-worker.md shows it) and ends with
exit code 1 where a warm start takes half a second or more (median), or 100 of them more than an eighth of what 100 cold
ones take.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """\
import sys, time
import torch
from adapters import AdapterTrainer, AutoAdapterModel
from transformers import AutoTokenizer, Trainer
open(sys.argv[1], "w").write(str(time.clock_gettime(time.CLOCK_MONOTONIC)))
"""
MOST_SECONDS, LEAST_RATIO, RUN = 0.5, 8, 100


def start_up(folder: Path, environment: dict[str, str]) -> float:
    """Seconds from the launcher's start to the script's own code."""
    begun = time.clock_gettime(time.CLOCK_MONOTONIC)
    command = [sys.executable, "-m", "intertask.execution.launch", str(folder / "job.py"), str(folder / "reached")]
    subprocess.run(command, env=environment, check=True)
    return float((folder / "reached").read_text()) - begun


def row(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    last = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    return f"| {name} | {len(times)} | {statistics.median(times):.2f} | {last:.2f} | {ordered[-1]:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=RUN, help="warm jobs")
    parser.add_argument("--cold-jobs", type=int, default=RUN, help="of these so many have a cold one beside them")
    options = parser.parse_args()
    jobs, cold_jobs = max(options.jobs, 2), max(min(options.cold_jobs, options.jobs), 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "job.py").write_text(SCRIPT, encoding="utf-8")
        # a worker of its own, which leaves after the last job
        warm_environment = os.environ | {
            "XDG_RUNTIME_DIR": name,
            "INTERTASK_WARM_WORKER": "1",
            "INTERTASK_WORKER_IDLE_SECONDS": "60",
        }
        warm_environment.pop("SLURM_JOB_ID", None)
        cold_environment = warm_environment | {"INTERTASK_WARM_WORKER": "0"}
        start_up(folder, cold_environment)  # the packages' files are in the page cache from here on
        first, warm, cold = start_up(folder, warm_environment), [], []
        for i in range(jobs - 1):
            warm.append(start_up(folder, warm_environment))
            if i * cold_jobs // (jobs - 1) == len(cold):
                cold.append(start_up(folder, cold_environment))
    print("| start-up, s | jobs | median | 95 % | longest |\n| --- | --- | --- | --- | --- |")
    print(row("with the warm worker", warm))
    print(row("its first job", [first]))
    print(row("without", cold))
    run_warm, run_cold = first + (RUN - 1) * statistics.mean(warm), RUN * statistics.mean(cold)
    ratio = run_cold / run_warm
    print(f"\n{RUN} jobs: {run_warm:.0f} s against {run_cold:.0f} s, {ratio:.1f} times less")
    sys.exit(statistics.median(warm) >= MOST_SECONDS or ratio < LEAST_RATIO)


if __name__ == "__main__":
    main()
