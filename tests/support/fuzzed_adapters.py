"""Predict files that are mutated at random with small exported adapters, one for each task type."""

import atexit
import csv
import functools
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from five_types import small_task
from tiny_models import small_model

from intertask.errors import IntertaskError
from intertask.files import file_sha256, read_json, write_json
from intertask.models import exported
from intertask.models.adapters import add_fresh_adapter, add_head, save_source, weight_files
from intertask.models.base import load_model, quiet_libraries
from intertask.models.training.fine_tuning import described
from intertask.predict.__main__ import main as predict
from intertask.types import TYPES, get_type

ADAPTER = "seq_bn[reduction_factor=8]"
#: Files that have the columns of each type.
FITTING = {
    "classification": ["x.csv", "x.jsonl", "x.json"],
    "regression": ["x.csv", "x.jsonl", "x.json"],
    "multiple_choice": ["mc.csv"],
    "extractive_qa": ["squad.json"],
    "tagging": ["x.conll"],
}
#: Settings by which the files of each type are read. Those of the first come from a task with an alternative location.
INPUTS: dict[str, dict[str, Any]] = {
    "classification": {
        "columns": {"text_a": "text", "label": "label"},
        "data": {"extension": ".json"},
        "alternatives": [{"columns": {"text_a": ["id", "text"]}, "data": {"extension": ".jsonl"}}],
    },
    "regression": {"columns": {"text_a": "text", "text_b": "label"}, "join": " ", "data": {"decimal": ","}},
    "multiple_choice": {"columns": {"choices": ["A", "B", "C"], "context": None}, "data": {"extension": ".csv"}},
    "extractive_qa": {"data": {"offsets": "utf-16"}},
    "tagging": {"columns": {"tokens": 0, "tags": -1}, "data": {"extension": ".conll"}},
}


@functools.cache
def export(type_name: str) -> tuple[Path, exported.Exported]:
    """Export an adapter that was not trained, and load it, once for all inputs.

    Args:
        type_name: Name of the task type.

    Returns:
        The folder, and the adapter.
    """
    quiet_libraries()
    folder, info = Path(mkdtemp(prefix="fuzzed-adapter-")), described(small_task(type_name))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    base = {"path": str(small_model())}
    model = load_model(exported.Model.model_validate(base))
    add_fresh_adapter(model, "t", ADAPTER)
    add_head(model, get_type(type_name), "t", info)
    save_source(model, "t", ADAPTER, folder)
    about = {"recipe": {"model": base, "adapter": ADAPTER, "stride": 8}, "info": info, "max_length": 32}
    about |= {"files": {name: file_sha256(folder / name) for name in weight_files(ADAPTER)}}
    if get_type(type_name).STANDARDIZES_LABELS:
        about["label_scale"] = {"mean": 1.0, "deviation": 2.0}
    write_json(folder / exported.ABOUT, about | {"input": INPUTS[type_name]})
    return folder, exported.load(folder)


def prepare() -> None:
    """Export all adapters, so that forks have them."""
    for type_name in TYPES:
        export(type_name)


def try_predictions(
    folder: Path,
    type_name: str,
    name: str,
    content: bytes,
    change: Callable[[bytes], bytes],
    random: random.Random,
) -> None:
    """Predict the rows of a file; now and then, a file of the adapter is changed, too.

    Args:
        folder: An empty folder.
        type_name: Name of the task type.
        name: Name of the file.
        content: Its content.
        change: Function that changes the content of a file.
        random: The source of randomness.

    Raises:
        IntertaskError: The file or the adapter is refused; then there is no output.
        AssertionError: The output is not what was promised.
    """
    adapter, loaded = export(type_name)
    if random.random() < 0.2:
        adapter = Path(shutil.copytree(adapter, folder / "adapter"))
        changed = adapter / random.choice([exported.ABOUT, *weight_files(ADAPTER)])
        changed.write_bytes(change(changed.read_bytes()))
        if random.random() < 0.7 and changed.name != exported.ABOUT:  # made so, not damaged
            about = read_json(adapter / exported.ABOUT)
            write_json(adapter / exported.ABOUT, about | {"files": {changed.name: file_sha256(changed)}})
    else:
        exported.load = lambda *_: loaded
    (folder / name).write_bytes(content)
    os.chdir(folder)
    out = Path(f"out.{random.choice(['csv', 'tsv', 'jsonl'])}")
    options = random.choice([[], [], ["--encoding", "latin-1"], ["--delimiter", ";"], ["--format", "csv"]])
    try:
        predict([str(adapter), name, str(out), *options])
    except IntertaskError:
        assert not out.exists(), "an output without predictions"
        raise
    text = out.read_text(encoding="utf-8")
    if out.suffix == ".jsonl":
        rows = list(map(json.loads, text.removesuffix("\n").split("\n")))
    else:
        with open(out, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if out.suffix == ".tsv" else ","))
    assert rows and all("prediction" in row and None not in row for row in rows), "an output with other columns"
