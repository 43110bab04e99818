"""Tab-separated tables: how every table of results/ is written and read."""

import os
from collections.abc import Sequence

import pandas as pd

from .errors import IntertaskError
from .files import atomic

#: Columns of names. They are read as text, whatever they look like: a task may be called '1' or 'NA'.
NAMES = ("model", "target", "source", "method", "metric", "task", "type", "encoder", "setting", "rule")
NAMES += ("data", "adapter", "recipe")  # fingerprints: some look like 1e15
#: What stands for a missing value in the other columns; tables that users bring have their own spelling.
MISSING = ["", "nan", "NaN", "NA"]


def write_table(path: str | os.PathLike, frame: pd.DataFrame) -> None:
    """Write a TSV with a header, atomically; floats to 12 significant digits, missing values empty.

    12 digits: a metric recomputed from the tables agrees to 1e-9, and a last bit that differs between two runs (the
    order of a sum) does not show.
    """
    with atomic(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False, float_format="%.12g", na_rep="", lineterminator="\n")


def read_table(path: str | os.PathLike, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a TSV as :func:`write_table` writes it. Names stay text, empty is missing.

    Args:
        path: The file, .gz allowed.
        columns: Columns that must be there; others may be.

    Raises:
        IntertaskError: The file is missing, is not such a table, or lacks a column.
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
        raise IntertaskError(f"{path} is missing.", path, "ask Snakemake for it") from None
    except (ValueError, OSError) as error:
        raise IntertaskError(f"{path} is not a tab-separated table: {error}.", path, "correct or remake it") from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise IntertaskError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}.",
            path,
            "correct the header line, or remake the file",
        )
    return frame
