"""Measure how long a job takes to start with the warm worker and without it.

    python benchmarks/warm_worker.py [--jobs 100] [--cold-jobs 100]

A job is a script that imports what training imports. Its start-up is the time from the start of the launcher until the
script has imported these packages. Warm and cold jobs alternate, so that both run under the same load. The first warm
job waits for the imports of the worker; it has a separate row and is included in the sum. The program prints a table
(shown in docs/warm-worker.md). It exits with code 1 if the median warm start takes half a second or more, or if 100
warm starts take more than an eighth of the time of 100 cold ones.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# One thread, also in the programs that this one starts
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

SCRIPT = """\
import sys, time
import torch
from adapters import AdapterTrainer, AutoAdapterModel
from transformers import AutoTokenizer, Trainer
open(sys.argv[1], "w").write(str(time.clock_gettime(time.CLOCK_MONOTONIC)))
"""
MOST_SECONDS, LEAST_RATIO, RUN = 0.5, 8, 100


def start_up(folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds from the start of the launcher to the end of the script's imports."""
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
    parser.add_argument("--jobs", type=int, default=RUN, help="number of warm jobs")
    parser.add_argument("--cold-jobs", type=int, default=RUN, help="number of cold jobs among the warm ones")
    options = parser.parse_args()
    jobs, cold_jobs = max(options.jobs, 2), max(min(options.cold_jobs, options.jobs), 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "job.py").write_text(SCRIPT, encoding="utf-8")
        # This run has a worker to itself, which exits after the last job.
        warm_environment = os.environ | {
            "XDG_RUNTIME_DIR": name,
            "INTERTASK_WARM_WORKER": "1",
            "INTERTASK_WORKER_IDLE_SECONDS": "60",
        }
        warm_environment.pop("SLURM_JOB_ID", None)
        cold_environment = warm_environment | {"INTERTASK_WARM_WORKER": "0"}
        start_up(folder, cold_environment)  # from now on, the files of the packages are in the page cache
        first, warm, cold = start_up(folder, warm_environment), [], []
        for i in range(jobs - 1):
            warm.append(start_up(folder, warm_environment))
            if i * cold_jobs // (jobs - 1) == len(cold):
                cold.append(start_up(folder, cold_environment))
    print("| start-up of a job, in seconds | jobs | median | 95th percentile | maximum |")
    print("| --- | --- | --- | --- | --- |")
    print(row("with the warm worker", warm))
    print(row("the first job, which starts the worker", [first]))
    print(row("without the worker", cold))
    run_warm, run_cold = first + (RUN - 1) * statistics.mean(warm), RUN * statistics.mean(cold)
    ratio = run_cold / run_warm
    print(f"\n{RUN} jobs: {run_warm:.0f} s instead of {run_cold:.0f} s, {ratio:.1f} times faster")
    sys.exit(statistics.median(warm) >= MOST_SECONDS or ratio < LEAST_RATIO)


if __name__ == "__main__":
    main()
