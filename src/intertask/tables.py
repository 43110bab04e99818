"""Write and read the tab-separated tables under ``results/``, and list the columns of each."""

import os
from collections.abc import Sequence

import pandas as pd

from .errors import IntertaskError
from .files import atomic

#: Columns of names. They are read as text even if they look like numbers: a task may be called '1' or 'NA'.
NAMES = ("model", "target", "source", "method", "metric", "task", "type", "encoder", "setting", "rule")
NAMES += ("data", "adapter", "recipe")  # fingerprints, some of which look like 1e15
#: Spellings of a missing value in the other columns. Tables that a user imports have their own list.
MISSING = ["", "nan", "NaN", "NA"]

#: Columns of ``transfer.tsv`` and of the tables that it is collected from: one line per training run.
TRANSFER_COLUMNS = ["model", "target", "source", "seed", "metric", "value"]
#: Columns of ``costs.tsv``: one line per job, and one per method of a scores job.
COST_COLUMNS = ["step", "model", "task", "source", "seed", "method", "seconds", "cpu_seconds", "max_rss_mb"]
#: Columns of ``evaluation.tsv``: one line per method, target and metric.
EVALUATION_COLUMNS = ["model", "method", "target", "metric", "k", "value"]
#: Columns of ``comparison.tsv``: one line per pair of methods and metric.
COMPARISON_COLUMNS = ["model", "metric", "method", "against", "difference", "low", "high", "targets"]
#: Columns of ``fusion.tsv``: one line per model and target.
ADAPTER_FUSION_COLUMNS = [
    *("model", "target", "metric", "sources", "seeds", "fusion_mean", "fusion_deviation"),
    *("best_single", "best_single_mean", "best_of_sources", "best_of_sources_mean", "none_mean"),
]

_FIX = "correct the file, or delete it and run again if the workflow wrote it"


def write_table(path: str | os.PathLike, frame: pd.DataFrame) -> None:
    """Write a tab-separated table with a header, atomically.

    Floats have 12 significant digits. A metric that is recomputed from the tables thus agrees to 1e-9, while two runs
    that differ in the last bit of a sum give equal tables. Missing values are empty.

    Args:
        path: The file to write. It is compressed if its name ends in .gz.
        frame: The table. Its index is not written.
    """
    with atomic(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False, float_format="%.12g", na_rep="", lineterminator="\n")


def read_table(path: str | os.PathLike, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a tab-separated table as :func:`write_table` writes it.

    Args:
        path: The file. It may be compressed (.gz).
        columns: Columns that the table must have. It may have others.

    Returns:
        The table. The columns of :data:`NAMES` hold text, and empty cells are missing values.

    Raises:
        IntertaskError: The file is missing, is not a tab-separated table, or lacks a column.
    """
    try:
        header = pd.read_csv(path, sep="\t", nrows=0).columns
        frame = pd.read_csv(
            path,
            sep="\t",
            dtype=dict.fromkeys(NAMES, str),
            keep_default_na=False,
            na_values={column: [""] if column in NAMES else MISSING for column in header},
        )
    except FileNotFoundError:
        raise IntertaskError(f"The file {path} is missing.", path, "run the workflow again, which makes it") from None
    except (ValueError, OSError) as error:
        raise IntertaskError(f"{path} is not a tab-separated table: {error}.", path, _FIX) from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise IntertaskError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}.",
            path,
            _FIX,
        )
    return frame
