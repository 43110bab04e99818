"""Predict the rows of a file with an exported adapter.

python -m intertask.predict results/recommend/hotel_reviews reviews.csv predictions.csv
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any

from ..errors import IntertaskError, exit_on_user_error
from ..types import get_type
from ..words import count, duration
from .writing import check_output, write_rows

#: Rows that are encoded and predicted together, and seconds between two lines of progress.
_CHUNK, _SECONDS = 1024, 5.0

_HELP = """\
The input has the columns of the task, in any format that tasks can have (csv, tsv, json, jsonl, parquet, arrow, conll,
conllu, each also with .gz). Labels are not needed. A task with a shape reads the columns of its data, or those that the
shape makes. The output has one row for each input row, in the same order. A row that cannot be used, for example
without a text, has empty cells (null in jsonl), and a warning says how many there are and why; more than half are an
error. If a shape makes several rows of one, each has a row of output, with the number of the input row in 'row'.
The other columns are 'prediction' and, by type of the task:
  classification   probability_<label> for each label
  multiple choice  prediction is the index of the choice, from 0; choice (its text), probability_<index>
  extractive QA    prediction is the answer, empty for none; start (its first character in the context)
  tagging          prediction is a list of tags; tokens, probabilities (of the predicted tags)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, predict, and write the predictions.

    Args:
        arguments: The command line without the program; by default that of the process.

    Raises:
        IntertaskError: The adapter, the input or the output cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="python -m intertask.predict",
        description="Predict the rows of a file with the adapter that a recommendation exported.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("adapter", help="folder of the exported adapter, results/recommend/<target>")
    parser.add_argument("input", help="file with the rows to predict")
    parser.add_argument("output", help="file to write: .csv, .tsv or .jsonl")
    parser.add_argument(
        "--batch-size", type=int, default=32, help="rows per batch (32); predictions do not depend on it"
    )
    parser.add_argument(
        "--model", metavar="PATH", help="folder of the base model, if it is no longer where the adapter was trained"
    )
    parser.add_argument("--format", help="format of the input; by default, its extension decides")
    parser.add_argument("--encoding", help="encoding of the input; by default, that of the task's files, or utf-8")
    parser.add_argument("--delimiter", help="text between two columns; by default, as in the task's files")
    options = parser.parse_args(arguments)
    if options.batch_size < 1:
        raise IntertaskError("The batch size must be at least 1.", "--batch-size", "give a positive number")
    check_output(options.output, options.input)

    from ..models.exported import load, read_about
    from .rows import read_rows

    about = read_about(options.adapter)
    reading = {name: getattr(options, name) for name in ("format", "encoding", "delimiter")}
    read = read_rows(options.input, about, reading)
    if read.warning:
        print(f"WARNING: {read.warning}", file=sys.stderr, flush=True)
    adapter = load(options.adapter, options.model)
    numbers = [number for number, row in enumerate(read.rows) if row is not None]
    predicted = predict_rows(adapter, [read.rows[number] for number in numbers], options.batch_size)
    nothing = dict.fromkeys(name for row in predicted for name in row)
    found = dict(zip(numbers, predicted, strict=True))
    write_rows(options.output, [more | found.get(number, nothing) for number, more in enumerate(read.columns)])
    print(f"{count(len(predicted), 'prediction')} in {options.output}")


def predict_rows(adapter: Any, rows: Sequence[dict[str, Any]], batch_size: int) -> list[dict[str, Any]]:
    """Predict rows in batches of similar length, and report the progress on stderr.

    Args:
        adapter: An :class:`intertask.models.exported.Exported`.
        rows: Canonical rows without labels.
        batch_size: Number of rows per batch.

    Returns:
        One row of the output for each row, in the same order.
    """
    from .details import details_of

    type_name = adapter.info["type"]
    task_type, details = get_type(type_name), details_of(type_name)
    lengths = [sum(map(len, task_type.input_texts(dict(task_type.OPTIONAL_INPUTS) | row))) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: -lengths[i])
    found: list[dict[str, Any]] = [{}] * len(rows)
    started = reported = time.monotonic()
    for begin in range(0, len(order), _CHUNK):
        chunk = order[begin : begin + _CHUNK]
        predicted = adapter.predict_details([rows[i] for i in chunk], details, batch_size)
        for i, (prediction, more) in zip(chunk, predicted, strict=True):
            found[i] = {"prediction": prediction} | more
        now, done = time.monotonic(), begin + len(chunk)
        if now - reported >= _SECONDS and done < len(order):
            left = (now - started) / done * (len(order) - done)
            print(f"{done:,} of {count(len(order), 'row')}, at most {duration(left)} left", file=sys.stderr, flush=True)
            reported = now
    return found


if __name__ == "__main__":
    exit_on_user_error(main)
