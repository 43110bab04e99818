"""Measure how long Snakemake takes to plan large runs, and how much memory it uses. Only dry runs are made.

    python benchmarks/big_dag.py [--sources 1000] [--targets 20] [--profile FILE]

The program plans two runs, each in a temporary folder: rankings of many sources by methods that train nothing, and
every transfer of the paper's sources, targets and seeds. It prints a table (shown in docs/design.md) and exits with
code 1 if a run exceeds its limit of time or memory. If the CPU seconds are far below the wall seconds, the machine had
other work. ``--profile`` saves the statistics of cProfile for the last run.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

# One thread, also in the programs that this one starts
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "rules", "workflow", "envs", "profiles", "tasks")
TASK = """\
type: classification
data:
  files:
    train: ../rows.csv
columns:
  text_a: text
family: family{family}
"""


class Run(NamedTuple):
    """One dry run: the files to plan, and the limits of time and memory."""

    name: str
    config: dict
    wanted: list[str]
    seconds: float
    megabytes: float


def many_sources(sources: int, targets: int) -> Run:
    """Return the run that ranks many small tasks."""
    names = [f"task{i:04}" for i in range(sources + targets)]
    config = {"task_folders": ["many"], "sources": names[:sources], "targets": names[sources:]}
    wanted = [f"results/rankings/{name}.tsv" for name in names[sources:]]
    return Run(f"rankings, {sources} sources x {targets} targets", config, wanted, 60, 1000)


def every_transfer() -> Run:
    """Return the run of the paper's experiment on one model."""
    config = yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))
    config["models"] = {"roberta": "FacebookAI/roberta-base"}
    size = " x ".join(str(len(config[key])) for key in ("sources", "targets", "seeds"))
    return Run(f"transfers, {size}", config, ["results/transfer.tsv"], 15, 1000)


def prepare(folder: Path, run: Run) -> None:
    """Link the workflow into the folder, and write the configuration and generated tasks, which share one data file."""
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    (folder / "config.yaml").write_text(yaml.safe_dump(run.config, sort_keys=False), encoding="utf-8")
    if run.config["task_folders"] == ["many"]:
        (folder / "rows.csv").write_text("text,label\nred,0\nblue,1\n", encoding="utf-8")
        (folder / "many").mkdir()
        for i, name in enumerate([*run.config["sources"], *run.config["targets"]]):
            (folder / "many" / f"{name}.yaml").write_text(TASK.format(family=i // 10), encoding="utf-8")


def measure(run: Run, profile: Path | None) -> tuple[int, float, float, float]:
    """Return the number of jobs, the wall seconds, the CPU seconds and the peak megabytes of one dry run."""
    options = ["-m", "cProfile", "-o", str(profile.resolve())] if profile else []
    snakemake = str(Path(sys.executable).with_name("snakemake"))
    command = [sys.executable, *options, snakemake, *run.wanted, "--dry-run", "--quiet", "reason", "--cores", "8"]
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile("w+") as output:
        prepare(Path(name), run)
        begun = time.perf_counter()
        child = subprocess.Popen(command, cwd=name, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    total = re.search(r"^total +(\d+)$", text, re.MULTILINE)
    if child.returncode or total is None:
        sys.exit(f"the dry run failed:\n{text[-3000:]}")
    return int(total[1]), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--profile", type=Path)
    options = parser.parse_args()
    print("| run | jobs | CPU s | seconds | at most | MB | at most |\n| --- | --- | --- | --- | --- | --- | --- |")
    missed = False
    for run in (many_sources(options.sources, options.targets), every_transfer()):
        jobs, seconds, cpu, megabytes = measure(run, options.profile)
        missed |= seconds > run.seconds or megabytes > run.megabytes
        measured = f"{cpu:.1f}", f"{seconds:.1f}", f"{run.seconds:g}", f"{megabytes:.0f}", f"{run.megabytes:g}"
        print(f"| {' | '.join((run.name, str(jobs), *measured))} |", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
