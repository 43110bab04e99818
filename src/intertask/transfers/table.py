"""Read a table of transfers: a tab-separated file, maybe compressed, with one line per training run."""

import csv
import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import IntertaskError

COLUMNS = ("setting", "target", "source", "seed", "metric", "value")
#: Spellings of the value of a run without a score.
NO_SCORE = ("", "nan", "na", "none", "null")


class Run(NamedTuple):
    """One line of the table.

    Attributes:
        setting: Base model and way of training, as the table names it.
        target: Name of the target.
        source: Name of the source, or ``none``.
        seed: Number of the seed.
        metric: Name of the metric.
        value: As written in the table, or in percentage points; NaN for a run without a score.
        line: Number of the line in the file, from 1.
    """

    setting: str
    target: str
    source: str
    seed: int
    metric: str
    value: float
    line: int

    def __str__(self) -> str:
        return f"Transfer {self.source} -> {self.target} ({self.setting})"


def read_runs(path: str | Path) -> list[Run]:
    """Read every line of the table, with values as they are written there.

    Args:
        path: The table; a name that ends with ``.gz`` is decompressed.

    Returns:
        The runs in the order of the table.

    Raises:
        IntertaskError: The file is missing or lacks a column, or a field is not a name or number.
    """
    return [_run(path, line, row) for line, row in table_lines(path, COLUMNS)]


def table_lines(path: str | Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the lines of the table, without the header and blank lines.

    Args:
        path: The table; a name that ends with ``.gz`` is decompressed.
        columns: Columns that must exist.

    Yields:
        The number of the line in the file, and column -> field.

    Raises:
        IntertaskError: The file is missing, lacks a column, or is not a table.
    """
    path = Path(path)
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter="\t")
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in columns if name not in header]
            if missing:
                raise IntertaskError(
                    f"The table of transfers has no column {missing[0]!r}; it has {', '.join(header) or 'no header'}.",
                    f"{path}, line 1",
                    f"give a tab-separated table with the columns {', '.join(COLUMNS)}",
                )
            for fields in reader:
                if not any(field.strip() for field in fields):
                    continue
                if len(fields) != len(header):
                    raise IntertaskError(
                        f"The line has {len(fields)} fields, but the header has {len(header)}.",
                        f"{path}, line {reader.line_num}",
                        "separate the fields by tabs",
                    )
                yield reader.line_num, {name: field.strip() for name, field in zip(header, fields, strict=True)}
    except FileNotFoundError:
        raise IntertaskError(
            f"There is no file {path}.", "config: observed", "correct the path; it is relative to the working folder"
        ) from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise IntertaskError(
            f"The table cannot be read: {error}.", path, "give a tab-separated file in UTF-8, which may be a .gz"
        ) from None


def _run(path: str | Path, line: int, row: Mapping[str, str]) -> Run:
    """Check the fields of one line."""
    location = f"{path}, line {line}"
    for column in ("setting", "target", "source", "metric"):
        if not row[column]:
            raise IntertaskError(f"The field {column!r} is empty.", location, "fill it in or delete the line")
    try:
        seed = int(row["seed"])
    except ValueError:
        raise IntertaskError(f"seed: {row['seed']!r} is not a whole number.", location, "number the seeds") from None
    try:
        value = math.nan if row["value"].lower() in NO_SCORE else float(row["value"])
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise IntertaskError(
            f"value: {row['value']!r} is not a number.",
            location,
            "give a number, or leave the field empty if the run has no score",
        )
    return Run(row["setting"], row["target"], row["source"], seed, row["metric"], value, line)
