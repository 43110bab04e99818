"""Write predictions as csv, tsv or jsonl, in one step."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import IntertaskError
from ..files import atomic

FORMATS = (".csv", ".tsv", ".jsonl")


def check_output(path: str, source: str) -> None:
    """Check that predictions can be written, before anything is computed.

    Args:
        path: The file to write.
        source: The file that the rows are read from.

    Raises:
        IntertaskError: The extension is unknown, the folder does not exist, or the file is the input or a folder.
    """
    file = Path(path)
    if file.suffix.lower() not in FORMATS:
        raise IntertaskError(
            f"Predictions are written as {', '.join(FORMATS)}, not as {file.suffix or 'a file without extension'}.",
            path,
            "give the output file one of these extensions",
        )
    if file.is_dir():
        raise IntertaskError("The output is a folder.", path, "name a file")
    if not file.parent.is_dir():
        raise IntertaskError(f"There is no folder {file.parent}.", path, "create it, or name another output file")
    if file.exists() and Path(source).exists() and file.samefile(source):
        raise IntertaskError("The output is the input file, which would be lost.", path, "name another output file")


def write_rows(path: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, all with the same columns.

    Args:
        path: The file. In csv and tsv files, lists are written as JSON, and None is an empty field.
        rows: At least one row.

    Raises:
        IntertaskError: The file cannot be written.
    """
    try:
        with atomic(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
            if Path(path).suffix.lower() == ".jsonl":
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                return
            delimiter = "\t" if Path(path).suffix.lower() == ".tsv" else ","
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow(rows[0])
            for row in rows:
                cells = row.values()
                writer.writerow([json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for v in cells])
    except OSError as error:
        raise IntertaskError(
            f"The predictions cannot be written: {error.strerror}.", path, "name another file"
        ) from None
