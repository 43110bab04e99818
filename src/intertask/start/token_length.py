"""Measure the rows of a new task in tokens of the base model, and choose the maximum length."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..config import Model
from ..models.base import load_tokenizer, locate
from ..types import get_type
from .column_profile import ColumnProfile
from .guessing import Guess

#: ``max_length`` is chosen so that this share of the rows fits.
FITTING_SHARE = 0.95
#: Largest ``max_length`` that is chosen, also for types that read long texts in overlapping windows.
LIMIT, LIMIT_WITH_WINDOWS = 256, 384
#: Smallest ``max_length`` that is chosen.
LEAST, LEAST_WITH_WINDOWS = 32, 64
#: The columns that hold what a model reads.
TEXT_COLUMNS = ("text_a", "text_b", "context", "question", "choices", "tokens")


class Lengths(NamedTuple):
    """Lengths of the rows in tokens.

    Attributes:
        max_length: The chosen maximum.
        fitting: Number of tokens that :data:`FITTING_SHARE` of the rows have at most.
        longer: Share of the rows that are longer than ``max_length``.
    """

    max_length: int
    fitting: int
    longer: float


def measure(found: Guess, profiles: Sequence[ColumnProfile], model: Model) -> Lengths:
    """Count the tokens of the inspected rows, special ones included, and choose the maximum length.

    Args:
        found: Guessed type and columns.
        profiles: Profiles of all columns.
        model: The base model, whose tokenizer counts.

    Returns:
        The lengths.

    Raises:
        IntertaskError: The tokenizer cannot be loaded.
    """
    by_name = {profile.name: profile for profile in profiles}
    columns = [column for name, column in found.columns.items() if name in TEXT_COLUMNS and column is not None]
    parts = [by_name[name] for column in columns for name in (column if isinstance(column, list) else [column])]
    task_type, count = get_type(found.type), _counter(model)
    # A row of choices is read once for each choice, so only the longest one counts.
    choices = found.columns.get("choices") if task_type.COMPARES_CHOICES else None
    is_choice = [part.name in (choices if isinstance(choices, list) else [choices]) for part in parts]
    tokens = [_tokens(part.values, count, task_type.COMPARES_CHOICES) for part in parts]
    special = 2 if len(columns) < 2 else 3
    lengths = sorted(
        special
        + sum(length for length, choice in zip(row, is_choice, strict=True) if not choice)
        + max((length for length, choice in zip(row, is_choice, strict=True) if choice), default=0)
        for row in zip(*tokens, strict=True)
    )
    fitting = lengths[min(len(lengths) - 1, int(FITTING_SHARE * len(lengths)))] if lengths else 0
    # Windows must be longer than the default stride, by which they overlap.
    least, most = (LEAST_WITH_WINDOWS, LIMIT_WITH_WINDOWS) if task_type.USES_STRIDE else (LEAST, LIMIT)
    max_length = min(max(16 * math.ceil(fitting / 16), least), most)
    longer = sum(length > max_length for length in lengths) / max(len(lengths), 1)
    return Lengths(max_length, fitting, longer)


def _tokens(values: Sequence[Any], count: Callable[[list[str]], list[int]], longest_entry: bool) -> list[int]:
    """Count the tokens of each cell; of a list those of all entries, or of the longest one."""
    cells = [_entries(value, longest_entry) for value in values]
    counted = iter(count([text for cell in cells for text in cell]))
    return [max((next(counted) for _ in cell), default=0) for cell in cells]


def _entries(value: Any, longest_entry: bool) -> list[str]:
    """List the texts of a cell of which the longest one counts."""
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, list):
        texts = [str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in value]
        return texts if longest_entry else [" ".join(texts)]
    return [] if value is None else [str(value)]


def _counter(model: Model) -> Callable[[list[str]], list[int]]:
    """Make a function that counts the tokens of texts, without special tokens."""
    from tokenizers import Tokenizer

    path = Path(locate(model), "tokenizer.json")
    # Reading the file takes milliseconds; loading the tokenizer imports PyTorch.
    tokenizer = Tokenizer.from_file(str(path)) if path.is_file() else load_tokenizer(model).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(found.ids) for found in tokenizer.encode_batch(texts, add_special_tokens=False)]
