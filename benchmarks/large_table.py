"""Measure the time and memory that a large table takes as a source with ``max_train_examples``.

    python benchmarks/large_table.py [--rows 50000,500000,5000000] [--kept 1000] [--validation 1000] [--folder DIR]

For each number of rows, the program writes a CSV file of about 200 bytes per row, prepares it as the workflow does, and
embeds the training rows with the bundled model. Each step is a process, whose CPU seconds and peak memory are printed
in a table (shown in docs/performance.md). ``--validation 0`` keeps the whole validation split, a fifth of the rows. The
files are in a temporary folder, which needs 1 GB of disk for 5 million rows.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# One thread, also in the programs that this one starts
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

WORDS = ("river", "train", "garden", "lawyer", "kitchen", "doctor", "letter", "bridge", "storm", "teacher", "market")
WORDS += ("window", "finds", "keeps", "sells", "paints", "repairs", "loses", "follows", "opens", "often", "never")
PREPARE = """
import sys
from intertask.config import Task
from intertask.data import prepare
table, folder, *limits = sys.argv[1:]
train, validation = (int(limit) or None for limit in limits)
limits = {"max_train_examples": train, "max_validation_examples": validation}
data = {"files": {"train": table}}
prepare(Task(name="large", type="classification", data=data, columns={"text_a": "text"}, **limits), 1, folder, {})
"""
EMBED = """
import sys
from intertask.config import Config
from intertask.data import load_prepared
from intertask.models.evidence.embeddings import embed_task
import json
from intertask.recipes import embedding_recipe
config = Config(sources=["large"], targets=["other"])
recipe = json.loads(embedding_recipe(config, config.models["minilm"], "base"))
prepared = load_prepared(sys.argv[1])
embed_task(prepared.train, prepared.info["type"], recipe)
"""


def write_table(path: Path, rows: int) -> None:
    """Write a CSV file with a number, a text of about 190 characters and one of four labels per row."""
    draw = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("number,text,label\n")
        for number in range(rows):
            text = " ".join(draw.choices(WORDS, k=28))
            file.write(f"{number},{text},label{draw.randrange(4)}\n")


def measure(code: str, *arguments: str | Path) -> tuple[float, float]:
    """Return the CPU seconds and the peak megabytes of a Python process."""
    child = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(child.returncode)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", default="50000,500000,5000000")
    parser.add_argument("--kept", type=int, default=1000)
    parser.add_argument("--validation", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    print("| rows | MB of CSV | preparing: CPU s | µs per row | peak MB | embedding: CPU s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for rows in map(int, options.rows.split(",")):
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            table, out = Path(name) / "large.csv", Path(name) / "out"
            write_table(table, rows)
            seconds, peak = measure(PREPARE, table, out, options.kept, options.validation)
            embedding_seconds, embedding_peak = measure(EMBED, out)
            cells = f"{rows:,}", f"{table.stat().st_size / 1e6:.0f}", f"{seconds:.1f}", f"{1e6 * seconds / rows:.0f}"
            print(
                f"| {' | '.join((*cells, f'{peak:.0f}', f'{embedding_seconds:.1f}', f'{embedding_peak:.0f}'))} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
