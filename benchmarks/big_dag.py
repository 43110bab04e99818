"""Measure how long Snakemake takes to plan large runs, and how much memory it uses. Only dry runs are made.

    python benchmarks/big_dag.py [--sources 1000] [--targets 20] [--rounds 3] [--profile FILE]

The program plans two runs, each in a temporary folder: rankings of many sources by methods that train nothing, and
every transfer of the paper's sources, targets and seeds. Each alternates with a bare Snakefile of the same jobs and
files, without configuration, library or recipes: Snakemake's own minimum. The program prints a table of medians (shown
in docs/performance.md) and exits with code 1 if a run exceeds its limits of memory and of CPU seconds, as a multiple of
the bare Snakefile. ``--profile`` saves the statistics of cProfile for the last run.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import yaml

# One thread, also in the programs that this one starts
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "rules", "workflow", "envs", "profiles", "tasks")
#: Limit of the CPU seconds per job, as a multiple of those of the bare Snakefile.
RATIO = 1.4
TASK = """\
type: classification
data:
  files:
    train: ../rows.csv
columns:
  text_a: text
family: family{family}
"""


#: The rules of both bare Snakefiles, with the inputs, outputs, logs and benchmarks of the rules of the same names.
BARE = """
FILES = ("train.parquet", "validation.parquet", "info.json")
WEIGHTS = ("adapter_config.json", "pytorch_adapter.bin", "head_config.json", "pytorch_model_head.bin", "metrics.json")
wildcard_constraints:
    task="|".join(SOURCES + TARGETS),
    source="|".join([*SOURCES, "none"]),
    target="|".join(TARGETS),
    model="|".join(MODELS),
    seed=r"\\d+",
def data(task):
    return expand("results/data/{task}/{file}", task=task, file=FILES)
def adapter(wildcards):
    if wildcards.source == "none":
        return []
    path = "results/adapters/{model}/{source}/{file}"
    return expand(path, model=wildcards.model, source=wildcards.source, file=WEIGHTS)
def evidence(wildcards):
    pool = [*SOURCES, wildcards.target]
    return expand("results/data/{task}/info.json", task=pool) + expand(
        "results/embeddings/{model}/{task}.npz", model=MODELS, task=pool
    )
rule prepare_data:
    input: DATA, "script.py"
    output: expand("results/data/{{task}}/{file}", file=FILES)
    log: "results/logs/data/{task}.log"
    benchmark: "results/benchmarks/data/{task}.tsv"
    shell: "true"
rule check_model:
    input: "script.py"
    output: "results/models/{model}.json"
    log: "results/logs/models/{model}.log"
    benchmark: "results/benchmarks/models/{model}.tsv"
    shell: "true"
rule compute_embeddings:
    input: lambda wildcards: data(wildcards.task), "results/models/{model}.json", "script.py"
    output: "results/embeddings/{model}/{task}.npz"
    log: "results/logs/embeddings/{model}/{task}.log"
    benchmark: "results/benchmarks/embeddings/{model}/{task}.tsv"
    shell: "true"
rule compute_scores:
    input: evidence, "script.py"
    output: "results/scores/{target}.tsv", "results/scores/{target}.json"
    log: "results/logs/scores/{target}.log"
    benchmark: "results/benchmarks/scores/{target}.tsv"
    shell: "true"
rule make_ranking:
    input: "results/scores/{target}.tsv", "script.py"
    output: "results/rankings/{target}.tsv"
    log: "results/logs/rankings/{target}.log"
    benchmark: "results/benchmarks/rankings/{target}.tsv"
    shell: "true"
rule train_adapter:
    input: lambda wildcards: data(wildcards.source), "results/models/{model}.json", "script.py"
    output: expand("results/adapters/{{model}}/{{source}}/{file}", file=WEIGHTS)
    log: "results/logs/adapters/{model}/{source}.log"
    benchmark: "results/benchmarks/adapters/{model}/{source}.tsv"
    shell: "true"
rule run_transfer:
    input: adapter, lambda wildcards: data(wildcards.target), "results/models/{model}.json", "script.py"
    output: "results/transfer/{model}/{target}/{source}/seed{seed}.json"
    log: "results/logs/transfer/{model}/{target}/{source}/seed{seed}.log"
    benchmark: "results/benchmarks/transfer/{model}/{target}/{source}/seed{seed}.tsv"
    shell: "true"
rule collect_target:
    input:
        lambda wildcards: expand(
            "results/transfer/{model}/{target}/{source}/seed{seed}.json",
            model=MODELS, target=wildcards.target, seed=SEEDS,
            source=["none", *(source for source in SOURCES if source != wildcards.target)],
        ),
        "script.py",
    output: "results/transfer/{model}/{target}.tsv"
    log: "results/logs/transfer/{model}/{target}.log"
    benchmark: "results/benchmarks/transfer/{model}/{target}.tsv"
    shell: "true"
rule collect_transfer:
    input: expand("results/transfer/{model}/{target}.tsv", model=MODELS, target=TARGETS), "script.py"
    output: "results/transfer.tsv"
    log: "results/logs/transfer.log"
    benchmark: "results/benchmarks/transfer.tsv"
    shell: "true"
"""


class Run(NamedTuple):
    """One dry run: the files to plan, the models of its bare Snakefile, and the limits of CPU time and memory."""

    name: str
    config: dict
    wanted: list[str]
    models: list[str]
    ratio: float
    megabytes: float


def many_sources(sources: int, targets: int) -> Run:
    """Return the run that ranks many small tasks."""
    names = [f"task{i:04}" for i in range(sources + targets)]
    config = {"task_folders": ["many"], "sources": names[:sources], "targets": names[sources:]}
    wanted = [f"results/rankings/{name}.tsv" for name in names[sources:]]
    return Run(f"rankings, {sources} sources x {targets} targets", config, wanted, ["minilm", "sentence"], RATIO, 1000)


def every_transfer() -> Run:
    """Return the run of the paper's experiment on one model."""
    config = yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))
    config["models"] = {"roberta": "FacebookAI/roberta-base"}
    size = " x ".join(str(len(config[key])) for key in ("sources", "targets", "seeds"))
    return Run(f"transfers, {size}", config, ["results/transfer.tsv"], ["roberta"], RATIO, 1000)


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


def prepare_bare(folder: Path, run: Run) -> None:
    """Write the bare Snakefile of a run."""
    config = run.config
    lists = {"SOURCES": config["sources"], "TARGETS": config["targets"], "MODELS": run.models}
    lists |= {"SEEDS": config.get("seeds", [1]), "DATA": ["rows.csv"] if config["task_folders"] == ["many"] else []}
    assignments = "".join(f"{name} = {value!r}\n" for name, value in lists.items())
    (folder / "Snakefile").write_text(assignments + BARE, encoding="utf-8")
    for name in ("rows.csv", "script.py"):
        (folder / name).touch()


def measure(run: Run, make: Callable[[Path, Run], None], profile: Path | None = None) -> tuple[int, float, float]:
    """Return the number of jobs, the CPU seconds and the peak megabytes of one dry run."""
    options = ["-m", "cProfile", "-o", str(profile.resolve())] if profile else []
    snakemake = str(Path(sys.executable).with_name("snakemake"))
    command = [sys.executable, *options, snakemake, *run.wanted, "--dry-run", "--quiet", "reason", "--cores", "8"]
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile("w+") as output:
        make(Path(name), run)
        child = subprocess.Popen(command, cwd=name, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    total = re.search(r"^total +(\d+)$", text, re.MULTILINE)
    if child.returncode or total is None:
        sys.exit(f"the dry run failed:\n{text[-3000:]}")
    return int(total[1]), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=Path)
    options = parser.parse_args()
    print("| run | jobs | CPU s | MB | bare Snakefile: jobs | CPU s | MB | ratio per job |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    missed = False
    for run in (many_sources(options.sources, options.targets), every_transfer()):
        ours, bare = [], []
        for _ in range(options.rounds):
            ours.append(measure(run, prepare, options.profile))
            bare.append(measure(run, prepare_bare))
        cells, per_job = [], []
        for rows in (ours, bare):
            jobs, cpu, megabytes = map(statistics.median, zip(*rows, strict=True))
            cells += [f"{jobs:,.0f}", f"{cpu:.1f}", f"{megabytes:.0f}"]
            per_job.append(cpu / jobs)
        ratio = per_job[0] / per_job[1]
        missed |= ratio > run.ratio or max(megabytes for _, _, megabytes in ours) > run.megabytes
        print(f"| {' | '.join((run.name, *cells, f'{ratio:.2f}x'))} |", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
