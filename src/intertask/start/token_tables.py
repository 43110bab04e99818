"""Detect tables with one token per row, and the column that tells which sentence a token belongs to."""

from collections.abc import Sequence
from itertools import pairwise

from ..data.formats import RawRow
from ..data.formats.sentences import is_missing
from ..errors import IntertaskError
from .column_profile import MAX_COLUMNS, ColumnProfile, profile_columns
from .guessing.guess import is_named, share
from .guessing.tagging import TAG_WORDS, TOKEN_WORDS
from .token_lines import MAX_PLAIN_TAGS, are_span_tags

#: Number of rows that are inspected, from the beginning of the table.
MAX_ROWS = 5000
#: Words in the names of columns that number the sentences.
SENTENCE_WORDS = {"sentence", "sentences", "sent", "sentid", "sid", "seq", "sequence", "utterance", "example"}
SENTENCE_WORDS |= {"doc", "document", "docid", "id", "idx", "line"}
#: Fewest and most tokens per sentence on average.
MIN_TOKENS, MAX_TOKENS = 2, 500
#: Share of the rows that must be as expected.
MIN_SHARE = 0.97


def find_sentence_column(rows: Sequence[RawRow]) -> str | None:
    """Find the column that numbers the sentences of a table with one token per row.

    Args:
        rows: Rows of the table, in the order of the text.

    Returns:
        Name of the column; None if the table has another layout.

    Raises:
        IntertaskError: The rows are tokens with tags of spans, but no column numbers the sentences.
    """
    rows = rows[:MAX_ROWS]
    if rows and len(rows[0].values) > MAX_COLUMNS:
        return None
    profiles = profile_columns(rows)
    tags, are_spans = _find_tags(profiles)
    words = [profile for profile in profiles if profile not in tags and _holds_single_words(profile)]
    tokens = [profile for profile in words if is_named(profile, TOKEN_WORDS)] or (words if are_spans else [])
    if not tags or not tokens:
        return None
    others = [profile for profile in profiles if profile not in tags and isinstance(profile.name, str)]
    found = [(runs, profile) for profile in others if (runs := _count_sentences(profile.name, rows))]
    found = [(runs, profile) for runs, profile in found if _may_number(profile, runs, len(rows), are_spans)]
    may_repeat = [profile for _, profile in found] if are_spans else []
    if any(profile.mean_words >= 3 for profile in profiles if profile not in may_repeat):
        return None  # a table of texts
    if not found and are_spans:
        what = f"one token per row ({tokens[0].name!r}, with the tags {tags[-1].name!r})"
        raise IntertaskError(
            f"The table has {what}, but no column tells which sentence a token belongs to.",
            rows[0].source,
            "add a column that numbers the sentences, name it with --sentence, or write blank lines between sentences",
        )
    best = max(found, key=lambda item: (is_named(item[1], {"sentence", "sent"}), item[0]), default=None)
    return None if best is None else best[1].name


def _find_tags(profiles: Sequence[ColumnProfile]) -> tuple[list[ColumnProfile], bool]:
    """Find the columns with one tag in each row, and tell whether these mark spans."""
    full = [profile for profile in profiles if profile.missing <= (1 - MIN_SHARE) * len(profile.values)]
    spans = [profile for profile in full if profile.column_kind == "class" and are_span_tags(profile.present)]
    named = [p for p in full if is_named(p, TAG_WORDS) and p.distinct <= MAX_PLAIN_TAGS and _holds_single_words(p)]
    return (spans, True) if spans else (named, False)


def _holds_single_words(profile: ColumnProfile) -> bool:
    """Tell whether the values are texts without blanks."""
    return share([isinstance(value, str) and len(value.split()) == 1 for value in profile.present]) >= MIN_SHARE


def _count_sentences(name: str, rows: Sequence[RawRow]) -> int:
    """Count the sentences if a column numbers them; 0 if it cannot."""
    values = [row.values.get(name) for row in rows]
    present = [value for value in values if not is_missing(value)]
    if not present or is_missing(values[0]) or any(isinstance(value, list | dict) for value in present):
        return 0
    changes = 1 + sum(a != b for a, b in pairwise(present))
    return changes if len(present) == len(values) or changes == len(present) else 0


def _may_number(profile: ColumnProfile, sentences: int, rows: int, are_spans: bool) -> bool:
    """Tell whether a column with so many runs of equal values may number sentences."""
    distinct = len({str(value) for value in profile.present})
    is_named_so = is_named(profile, SENTENCE_WORDS)
    returns = sentences > distinct  # A number occurs again later, as where each document counts from 1.
    fits = sentences > 1 and MIN_TOKENS <= rows / sentences <= MAX_TOKENS
    return fits and (is_named_so or (are_spans and not returns))
