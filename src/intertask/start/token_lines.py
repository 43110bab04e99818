"""Detect files with one token per line and blank lines between sentences, whatever their extension."""

import csv
import re
from collections import Counter
from typing import Any

from ..data.formats.conll import cells_of_line, is_docstart
from ..data.formats.table import numbered_lines

#: Number of lines that are inspected.
MAX_LINES = 5000
#: Tags of spans in the usual schemes: O, B-PER, I_PER, B, PER-B.
SPAN_TAG = re.compile(r"O|[BIESLUM]([-_].+)?|.+[-_][BIESLUM]")
#: Share of the tokens whose tags must be tags of spans; the others are mistakes.
SPAN_SHARE = 0.98
#: Share of the lines that must have the same number of columns.
REGULAR_SHARE = 0.95
#: Most different tags, and fewest tokens per sentence, of a file whose tags do not mark spans.
MAX_PLAIN_TAGS, MIN_PLAIN_TOKENS = 60, 3
#: Names that a header may give to the columns of tokens and tags.
HEADER_WORDS = {"word", "words", "token", "tokens", "form", "tag", "tags", "label", "labels", "ner", "pos", "ner_tag"}


def are_span_tags(values: list[Any]) -> bool:
    """Tell whether values are tags that mark spans.

    Args:
        values: One tag per token.
    """
    counts = Counter(str(value) for value in values)
    marked = sum(count for tag, count in counts.items() if SPAN_TAG.fullmatch(tag))
    is_marked = "O" in counts or any(re.match(r"[BI][-_]", tag) for tag in counts)
    return bool(counts) and is_marked and len(counts) > 1 and marked >= SPAN_SHARE * counts.total()


def detect_token_lines(text: str, is_table: bool) -> tuple[dict[str, Any], list[str]] | None:
    """Detect columns of tokens and tags.

    Args:
        text: Content of the file.
        is_table: Whether the extension says that the file is a table with one record per line. Then tags that mark no
            spans count only if the lines look like sentences.

    Returns:
        The keys of ``data:`` and a note in words for each of them; None if the file is something else.
    """
    lines = [line for number, line in numbered_lines(text) if number <= MAX_LINES]
    delimiter = _delimiter(lines)
    sentences = _sentences(lines, delimiter)
    rows = [cells for sentence in sentences for cells in sentence]
    if not rows:
        return None
    width, regular = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 or len(sentences) < 2 or regular < REGULAR_SHARE * len(rows):
        return None
    if width == 10 and delimiter is None and all(_counts_words(sentence) for sentence in sentences):
        return {"format": "conllu"}, ["The file has the ten columns of CoNLL-U."]
    columns = list(zip(*(cells for cells in rows[1:] if len(cells) == width), strict=True))
    spans = [number for number, column in enumerate(columns) if are_span_tags(list(column))]
    if not spans and not (regular == len(rows) and (not is_table or _look_like_sentences(sentences, columns))):
        return None
    keys: dict[str, Any] = {"format": "conll"}
    notes = ["The file has one token per line, and blank lines between sentences (CoNLL columns)."]
    if delimiter is not None:
        keys |= {"delimiter": delimiter, "quoting": "minimal"}
        notes.append(f"The columns are separated by {delimiter!r}.")
    above_tags = [rows[0][number] for number in spans if number < len(rows[0])]
    names = [cell.strip() for cell in rows[0]]
    is_header = (
        not all(SPAN_TAG.fullmatch(name) for name in above_tags)
        if spans
        else set(name.lower() for name in names) <= HEADER_WORDS
    )
    if is_header and len(set(names)) == width:
        keys["header"] = names
        notes.append(f"The first line names the columns: {', '.join(names)}.")
    else:
        notes[0] = notes[0].removesuffix(".") + "; columns are numbered from 0."
    return keys, notes


def _delimiter(lines: list[str]) -> str | None:
    """Find the text between columns; None for tabs and spaces."""
    filled = [line for line in lines if line.strip()]
    for delimiter in ("\t", ",", ";", "|"):
        if sum(delimiter in line for line in filled) >= REGULAR_SHARE * len(filled):
            return None if delimiter == "\t" else delimiter
    return None


def _sentences(lines: list[str], delimiter: str | None) -> list[list[list[str]]]:
    """Split lines into sentences of tokens, and these into cells."""
    sentences: list[list[list[str]]] = [[]]
    for line in lines:
        try:
            cells = cells_of_line(line.removesuffix("\r"), delimiter, delimiter is not None)
        except csv.Error:
            cells = [line]
        if not cells or is_docstart(cells):
            sentences.append([])
        elif not line.startswith("# ") and not (line.startswith("#") and len(cells) == 1):
            sentences[-1].append(cells)
    return [sentence for sentence in sentences if sentence]


def _counts_words(sentence: list[list[str]]) -> bool:
    """Tell whether the first column counts the words of a sentence, as in CoNLL-U."""
    numbers = [int(cells[0]) for cells in sentence if cells[0].isdigit()]
    return numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 0


def _look_like_sentences(sentences: list[list[list[str]]], columns: list[tuple[str, ...]]) -> bool:
    """Tell whether the lines of a table are tokens with few different tags."""
    tokens, tags = columns[0], columns[-1]
    return (
        not any(" " in token.strip() for token in tokens)
        and len(set(tags)) <= min(MAX_PLAIN_TAGS, len(set(tokens)) - 1)
        and sum(map(len, sentences)) >= MIN_PLAIN_TOKENS * len(sentences)
    )
