"""Measure how many tokens per second adapters train: alone, and several in one pass through the frozen weights.

    python benchmarks/gpu.py [--model bundled] [--groups 1,4,16,59] [--texts 16] [--tokens 40] [--steps 30]

Each adapter trains on batches of ``--texts`` texts of ``--tokens`` tokens, with the step of
``intertask.models.training.together``. The first row is a single run of the Trainer, as a job with one transfer has it.
A group larger than the memory of the device is reported as such. Seconds are wall time on a GPU, and CPU time of one
thread on a CPU. The program prints a table with the name of the device and writes no files except a
temporary folder.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before torch

import torch

from intertask.config import Model, Training
from intertask.data import Prepared
from intertask.models.adapters import add_fresh_adapter
from intertask.models.base import load_model, load_tokenizer, quiet_libraries
from intertask.models.precision import device, for_training
from intertask.models.training.fine_tuning import prepare_run
from intertask.models.training.seeds import set_seed
from intertask.models.training.together import train_together
from intertask.models.training.trainer import train

INFO = {
    "task": "made_up",
    "type": "classification",
    "labels": ["no", "yes"],
    "positive_label": None,
    "metric": "accuracy",
    "max_choices": None,
    "fingerprint": "0",
}


def made_up(texts: int, tokens: int) -> Prepared:
    """Rows of exactly this many tokens, because longer texts are cut."""
    rows = [{"text_a": f"{n} " + "word " * tokens, "text_b": None, "label": n % 2} for n in range(texts)]
    return Prepared(info=INFO, train=rows, validation=rows[:2])


def seconds(base: Model, recipe: dict, task: Prepared, group: int) -> float:
    """Return the seconds of the training of a group of adapters; 0 adapters are a single run of the Trainer."""
    set_seed(1)
    model, precision = load_model(base), for_training(recipe)
    runs = []
    for number in range(max(group, 1)):
        add_fresh_adapter(model, f"run{number}", recipe["adapter"])
        runs.append(prepare_run(model, base, f"run{number}", task, recipe, 1))
    model.to(device())
    synchronize()
    begun = clock()
    if group:
        train_together(model, runs, load_tokenizer(base), precision)
    else:
        run = runs[0]
        with tempfile.TemporaryDirectory() as folder:
            train(
                model, run.task_type, run.collate, run.encodings, None, run.settings,
                full=False, seed=1, checkpoints=Path(folder), precision=precision,
            )  # fmt: skip
    synchronize()
    return clock() - begun


def clock() -> float:
    return time.monotonic() if torch.cuda.is_available() else time.process_time()


def synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default="bundled", help="path or Hub id of a model")
    parser.add_argument("--adapter", default="seq_bn", help="configuration string of a plain bottleneck adapter")
    parser.add_argument("--groups", default="1,4,16,59", help="numbers of adapters")
    parser.add_argument("--texts", type=int, default=16, help="texts per adapter and step")
    parser.add_argument("--tokens", type=int, default=40, help="tokens per text")
    parser.add_argument("--steps", type=int, default=30, help="optimizer steps that count")
    options = parser.parse_args()
    quiet_libraries()
    base = Model(path=options.model)
    groups = [0, *map(int, options.groups.split(","))]
    task = made_up(options.texts, options.tokens)
    settings = Training(batch_size=options.texts, patience=0).model_dump(mode="json")
    recipe = {"adapter": options.adapter, "max_length": options.tokens, "stride": 8, "seed": 1}
    rows = []
    for group in groups:
        times = []
        try:
            for steps in (1, options.steps):  # the first training loads what it needs
                times.append(seconds(base, recipe | {"training": settings | {"max_steps": steps}}, task, group))
        except torch.cuda.OutOfMemoryError:
            times = []
        rows.append((group, times[-1] if times else None))
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU, one thread"
    print(f"\n{name}, PyTorch {torch.__version__}, {for_training(recipe)}")
    print(f"{options.texts} texts of {options.tokens} tokens per adapter and step\n")
    print("| adapters | steps per second | tokens per second | against single runs |\n|---|---|---|---|")
    single = None
    for group, spent in rows:
        label = str(group) if group else "1, by the Trainer"
        if spent is None:
            print(f"| {label} | not enough memory | | |")
            continue
        speed = options.steps * max(group, 1) * options.texts * options.tokens / spent
        single = single or speed
        print(f"| {label} | {options.steps / spent:.1f} | {speed:,.0f} | {speed / single:.2f}x |")


if __name__ == "__main__":
    main()
