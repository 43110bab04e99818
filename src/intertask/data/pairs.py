"""Whether the examples of a prepared task are pairs of texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..types import get_type


def mostly_pairs(folder: str | Path, info: Mapping[str, Any]) -> bool:
    """Check whether most training examples of a task are pairs of texts.

    Args:
        folder: ``results/data/<task>``.
        info: Its ``info.json``. If it says whether the examples are pairs, no rows are read.

    Returns:
        Whether more than half of the training rows have a second text.
    """
    if "paired" in info:
        return bool(info["paired"])
    if "text_b" not in get_type(info["type"]).ROW_COLUMNS:
        return False
    import pyarrow.parquet as pq

    text = pq.read_table(Path(folder) / "train.parquet", columns=["text_b"])["text_b"]
    return text.null_count < len(text) / 2
