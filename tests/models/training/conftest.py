"""A task's prepared data on disk, and the settings of few-shot runs."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intertask.data.prepare import rows_fingerprint
from intertask.files import write_json


@pytest.fixture
def prepared_folder(colours, tmp_path) -> Path:
    """The task of colors as a data job writes it, next to the result of the check of a model."""
    folder = tmp_path / "data"
    folder.mkdir()
    parts = {"train": colours.train, "validation": colours.validation}
    for split, rows in parts.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{split}.parquet")
    write_json(folder / "info.json", colours.info | {"fingerprint": rows_fingerprint(*parts.values(), ["red", "blue"])})
    write_json(tmp_path / "model.json", {"fingerprint": "0abc"})
    return folder


@pytest.fixture
def few_shot_recipe(tiny_model) -> dict:
    return {
        "step": "fewshot",
        "model": tiny_model.model_dump(),
        "adapter": "seq_bn[reduction_factor=2]",
        "max_length": 40,
        "stride": 8,
        "seed": 3,
        "max_examples": 20,
        "held_out": 0.2,
        "steps": [1, 3],
        "batch_size": 4,
        "learning_rate": 0.01,
    }
