"""Raw rows to canonical rows, checked: what every later step reads.

=================  ====================================================================================
classification     text_a: str, text_b: str | None, label: int; where the task maps them, group: str (rows that are
                   scored together) and candidate: str (the answer that the row is about)
regression         text_a: str, text_b: str | None, label: float
multiple_choice    context: str, question: str (either may be empty), choices: list[str], label: int
extractive_qa      id: str, context: str, question: str, answer_texts: list[str], answer_starts: list[int]
                   (both empty: unanswerable; several: several correct answers)
tagging            tokens: list[str], tags: list[int]
=================  ====================================================================================
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...config import Task
from ...errors import IntertaskError
from ...types import get_type
from ...words import in_words, plural
from ..columns import MISSING, Column, get, plain, resolve, unused
from ..formats import RawRow, Table
from ..labels import (
    CHOICES,
    BadRowError,
    DroppedRowError,
    LabelNames,
    choice_index,
    choose_reading,
    is_index,
    label_text,
    unknown_label,
)


@dataclass
class Canonical:
    """Canonical rows by split, and what became of the others."""

    rows: dict[str, list[dict]]
    labels: list[str] | None = None
    dropped_labels: dict[str, int] = field(default_factory=dict)
    bad_rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def canonical(task: Task, tables: dict[str, Table]) -> Canonical:
    """Turn the raw rows of each split ('train', perhaps 'validation') into the task's canonical rows.

    Raises:
        IntertaskError: A column is missing, or (unless ``on_bad_row: drop``) a row is wrong; names file and row.
    """
    if task.drop_labels and "label" not in get_type(task.type).ROW_COLUMNS:
        raise IntertaskError(
            f"'drop_labels' means nothing for {task.type}.", f"task {task.name}, drop_labels", "remove it"
        )
    for split, table in tables.items():
        if not table.rows:
            raise IntertaskError(
                f"The {split} data is empty.", f"task {task.name}: {table_source(task, split)}", "name a file with rows"
            )
    columns = resolve(task, tables)
    pass_over = _Sieve(task)
    convert = {
        "classification": _classification,
        "regression": _regression,
        "multiple_choice": _multiple_choice,
        "extractive_qa": _extractive_qa,
        "tagging": _tagging,
    }[task.type]
    result = convert(task, columns, tables, pass_over)
    result.dropped_labels = {split: pass_over.dropped[split] for split in tables}
    result.bad_rows = {split: pass_over.bad[split] for split in tables}
    if forgotten := unused(columns, tables):
        result.notes.append(f"Columns of the data that are not used: {', '.join(forgotten)}.")
    result.notes += pass_over.notes()
    return result


def table_source(task: Task, split: str) -> str:
    """Where a split's rows come from, for messages."""
    data = task.data
    named = data.files or data.hub_files or data.download or data.splits
    parts = getattr(named, split) or named.train
    parts = ", ".join(getattr(part, "url", part) for part in parts)
    if data.hub is None:
        return parts
    return f"hub {data.hub}, {'split' if data.hub_files is None else 'files'} {parts}"


class _Sieve:
    """Applies a function to rows; bad ones stop the run, or are dropped and counted, as the task says."""

    def __init__(self, task: Task):
        self.task = task
        self.bad: Counter = Counter()
        self.dropped: Counter = Counter()
        self.first: dict[str, str] = {}

    def __call__(self, split: str, rows: list[tuple[RawRow, Any]], convert: Callable[[Any], Any]) -> list:
        """Pairs of raw row and converted value, for the rows that are good."""
        kept = []
        for row, value in rows:
            try:
                kept.append((row, convert(value)))
            except DroppedRowError:
                self.dropped[split] += 1
            except BadRowError as problem:
                if self.task.on_bad_row == "error":
                    fix = "; ".join(filter(None, [problem.fix, "or leave such rows out with 'on_bad_row: drop'"]))
                    raise IntertaskError(problem.what, f"task {self.task.name}: {row.location}", fix) from None
                self.bad[split] += 1
                self.first.setdefault(split, f"{row.location}: {problem.what}")
        return kept

    def notes(self) -> list[str]:
        return [
            f"{self.bad[split]} bad rows of {split} were left out, first {first}" for split, first in self.first.items()
        ]


def _raw(tables: dict[str, Table]) -> dict[str, list[tuple[RawRow, dict]]]:
    return {split: [(row, row.values) for row in table.rows] for split, table in tables.items()}


def _rows_only(pairs: dict[str, list[tuple[RawRow, dict]]]) -> dict[str, list[dict]]:
    return {split: [value for _, value in part] for split, part in pairs.items()}


# texts


def check_text(value: Any, name: str, may_be_empty: bool = False) -> str:
    """``value``, if it is text that can be stored.

    Raises:
        BadRowError: null, NaN, not text, half a surrogate pair, or empty where that is not allowed.
    """
    if value is None or value is MISSING or (isinstance(value, float) and math.isnan(value)):
        raise BadRowError(f"{name} is missing (null or NaN).", "fill the cell or take the row out")
    if not isinstance(value, str):
        raise BadRowError(
            f"{name} is not text but {type(value).__name__}: {value!r:.80}", "write it as text, or map another column"
        )
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadRowError(
                f"{name} holds half of a surrogate pair: {value!a:.80}", "write the text as UTF-8"
            ) from None
    if not may_be_empty and not value.strip():
        raise BadRowError(f"{name} is empty.", "fill the cell or take the row out")
    return value


def _text(values: dict, column: Column, name: str, join: str) -> str:
    """One text; several columns are joined, empty ones among them left out."""
    if not isinstance(column, list):
        return check_text(get(values, column), _said(name, column))
    parts = [check_text(get(values, part), _said(name, part), may_be_empty=True) for part in column]
    return check_text(join.join(part for part in parts if part.strip()), name)


def _text_or_empty(values: dict, column: Column, name: str, join: str) -> str:
    """As :func:`_text`, where an absent text is an empty one."""
    parts = []
    for part in column if isinstance(column, list) else [] if column is None else [column]:
        value = get(values, part)
        if value is None or value is MISSING or (isinstance(value, float) and math.isnan(value)):
            continue
        parts.append(check_text(value, _said(name, part), may_be_empty=True))
    return join.join(part for part in parts if part.strip())


def _said(name: str, column: Column) -> str:
    return name if name == column else f"{name} (column {column!r})"


def _one_column(task: Task, columns: dict[str, Column], name: str) -> str | int:
    if isinstance(columns[name], list):
        raise IntertaskError(
            f"{name} cannot be joined from several columns.", f"task {task.name}, columns: {name}", "name one column"
        )
    return columns[name]


# classification and regression


def _texts_reader(task: Task, columns: dict[str, Column], tables: dict[str, Table]) -> Callable[[dict], dict]:
    """A function that reads text_a and text_b of a row."""
    text_b = columns["text_b"]
    if text_b is not None and "text_b" not in task.columns:
        # A column that only happens to be there, and holds nothing, is no second text.
        values = (get(row.values, text_b) for table in tables.values() for row in table.rows)
        if all(value is None or value is MISSING or value == "" for value in values):
            text_b = None

    def read(values: dict) -> dict:
        return {
            "text_a": _text(values, columns["text_a"], "text_a", task.join),
            "text_b": None if text_b is None else _text(values, text_b, "text_b", task.join),
        }

    return read


def _classification(task: Task, columns: dict, tables: dict[str, Table], pass_over: _Sieve) -> Canonical:
    column = _one_column(task, columns, "label")
    names = LabelNames(task, next((t.class_names[column] for t in tables.values() if column in t.class_names), None))
    read_texts, read_more = _texts_reader(task, columns, tables), _group_reader(task, columns)

    def read(values: dict) -> dict:
        label = names.name(_value(values, column))
        return read_texts(values) | {"label": label} | read_more(values)

    pairs = {split: pass_over(split, rows, read) for split, rows in _raw(tables).items()}
    _check_not_all_different(task, pairs["train"], column, names)
    labels = names.final(row["label"] for _, row in pairs["train"])
    index = {label: n for n, label in enumerate(labels)}

    def number(row: dict) -> dict:
        if row["label"] not in index:
            raise unknown_label(row["label"], labels)
        return row | {"label": index[row["label"]]}

    pairs = {split: pass_over(split, part, number) for split, part in pairs.items()}
    notes = [f"drop_labels: no row has the label {label!r}." for label in sorted(names.drop - names.dropped_names)]
    return Canonical(_rows_only(pairs), labels, notes=notes)


def _group_reader(task: Task, columns: dict[str, Column]) -> Callable[[dict], dict]:
    """A function that reads group and candidate of a row, if the task has them; other tasks' rows lack the keys."""
    needed = {"group_exact_match": ("group",), "group_f1": ("group", "candidate")}.get(task.metric, ())
    if missing := [name for name in needed if columns[name] is None]:
        raise IntertaskError(
            f"The metric {task.metric} needs the {plural(len(needed), 'column')} {in_words(needed)}.",
            f"task {task.name}, metric",
            f"map {in_words(missing)} in 'columns:', or choose another metric",
        )

    def read(values: dict) -> dict:
        more = {}
        if columns["group"] is not None:
            more["group"] = _key(values, columns["group"], task.join)
        if columns["candidate"] is not None:
            more["candidate"] = _text(values, columns["candidate"], "candidate", task.join)
        return more

    return read


def _key(values: dict, column: Column, join: str) -> str:
    """What tells one group from another: a number or text, or several."""
    parts = [get(values, part) for part in (column if isinstance(column, list) else [column])]
    for part in parts:
        if part is None or part is MISSING or part == "":
            raise BadRowError("The group is missing (null or empty).", "fill the cell or take the row out")
        if not isinstance(part, str | int):
            raise BadRowError(f"The group is neither text nor a whole number: {part!r:.80}", "map another column")
    return join.join(map(str, parts))


def _value(values: dict, column: str | int) -> Any:
    value = get(values, column)
    return None if value is MISSING else value


def _check_not_all_different(task: Task, pairs: list, column: str | int, names: LabelNames) -> None:
    """A column of ids or texts taken for the label would give as many classes as rows."""
    found = {row["label"] for _, row in pairs}
    if names.stated is None and names.class_names is None and len(found) > max(20, len(pairs) / 2):
        raise IntertaskError(
            f"The label column {column!r} has {len(found)} different values in {len(pairs)} rows of train.",
            f"task {task.name}: {table_source(task, 'train')}",
            "name the label's column in 'columns: label:', use 'type: regression' for numbers, or list 'labels:'",
        )


def _regression(task: Task, columns: dict, tables: dict[str, Table], pass_over: _Sieve) -> Canonical:
    column = _one_column(task, columns, "label")
    drop = {str(label) for label in task.drop_labels}
    read_texts = _texts_reader(task, columns, tables)

    def read(values: dict) -> dict:
        value = _value(values, column)
        if drop and (
            str(value) in drop or (isinstance(value, float) and value.is_integer() and str(int(value)) in drop)
        ):
            raise DroppedRowError
        try:
            label = float("nan" if value is None or isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            raise BadRowError(f"The label {value!r:.80} is not a number.", "correct the row") from None
        if not math.isfinite(label):
            raise BadRowError(f"The label is {value!r}, not a finite number.", "correct the row or take it out")
        return read_texts(values) | {"label": label}

    return Canonical(_rows_only({split: pass_over(split, rows, read) for split, rows in _raw(tables).items()}))


# multiple choice


def _multiple_choice(task: Task, columns: dict, tables: dict[str, Table], pass_over: _Sieve) -> Canonical:
    column = _one_column(task, columns, "label")
    if columns["context"] is None and columns["question"] is None and not {"context", "question"} & set(task.columns):
        raise IntertaskError(
            "The data has neither a context nor a question.",
            f"task {task.name}: {table_source(task, 'train')}, columns "
            + ", ".join(map(str, tables["train"].rows[0].values)),
            "map them in 'columns:', or write 'columns: {context: null}' if there is nothing but choices",
        )
    drop = {str(label) for label in task.drop_labels}

    def read(values: dict) -> dict:
        label = label_text(_value(values, column))
        if label in drop:
            raise DroppedRowError
        choices, keys = _choices(values, columns["choices"])
        return {
            "context": _text_or_empty(values, columns["context"], "context", task.join),
            "question": _text_or_empty(values, columns["question"], "question", task.join),
            "choices": choices,
            "label": label,
            "keys": keys,
        }

    pairs = {split: pass_over(split, rows, read) for split, rows in _raw(tables).items()}
    reading = choose_reading([row for part in pairs.values() for _, row in part])

    def number(row: dict) -> dict:
        return {key: value for key, value in row.items() if key != "keys"} | {"label": choice_index(reading, row)}

    pairs = {split: pass_over(split, part, number) for split, part in pairs.items()}
    return Canonical(_rows_only(pairs), notes=[CHOICES[reading]] if CHOICES[reading] else [])


def _choices(values: dict, column: Column) -> tuple[list[str], list[str] | None]:
    """Texts of a row's choices, and their own keys ('A', 'B', …) where the data has them beside the texts."""
    keys = None
    if isinstance(column, list):
        found = [get(values, part) for part in column]
    else:
        found = plain(get(values, column))
        holder = found if isinstance(found, dict) else None
        if isinstance(column, str) and column.endswith(".text") and column not in values:
            holder = plain(get(values, column.removesuffix(".text")))
        if isinstance(found, dict):
            found = plain(found.get("text"))
        if isinstance(found, list) and found and all(isinstance(item, dict) for item in found):
            holder, found = found, [item.get("text") for item in found]
        if isinstance(holder, list) and all(isinstance(item, dict) for item in holder):
            holder = {"label": [item.get("label") for item in holder]}
        if isinstance(holder, dict) and isinstance(holder.get("label"), list):
            keys = [str(key) for key in holder["label"]]
    if not isinstance(found, list):
        raise BadRowError(
            f"The choices are not a list: {found!r:.80}", "map a list, or a list of columns: 'choices: [a, b]'"
        )
    found = list(found)
    while found and (found[-1] is None or found[-1] is MISSING or found[-1] == "" or found[-1] != found[-1]):
        found.pop()  # this row has fewer choices than others
    choices = [check_text(choice, f"Choice {number}") for number, choice in enumerate(found)]
    if len(choices) < 2:
        raise BadRowError(f"The row has {len(choices)} choices, fewer than two.", "add choices or take the row out")
    return choices, keys if keys and len(keys) >= len(choices) else None


# extractive question answering


def _extractive_qa(task: Task, columns: dict, tables: dict[str, Table], pass_over: _Sieve) -> Canonical:
    context_column = _one_column(task, columns, "context")
    searched = Counter()

    def read(values: dict) -> dict:
        context = check_text(get(values, context_column), _said("context", context_column))
        texts, starts = _answers(values, columns["answers"])
        if starts is None:
            starts = [_first_occurrence(text, context) for text in texts]
            searched["rows"] += 1
        for text, start in zip(texts, starts, strict=True):
            _check_answer(text, start, context)
        identity = None if columns["id"] is None else get(values, _one_column(task, columns, "id"))
        return {
            "id": None if identity is None or identity is MISSING else check_text(str(identity), "id"),
            "context": context,
            "question": _text(values, columns["question"], "question", task.join),
            "answer_texts": texts,
            "answer_starts": starts,
        }

    pairs = {split: pass_over(split, rows, read) for split, rows in _raw(tables).items()}
    rows = _rows_only(pairs)
    notes = [note for split, part in rows.items() if (note := _number_ids(split, part))]
    if searched["rows"]:
        notes.append(
            f"{searched['rows']} rows have answers without offsets: each is taken where it first occurs in the context."
        )
    return Canonical(rows, notes=notes)


def _answers(values: dict, column: Column) -> tuple[list[str], list[int] | None]:
    """Texts and offsets (None: the data has none) of a row's answers.

    SQuAD's ``{text: [...], answer_start: [...]}``, a list of ``{text, answer_start}``, a text or list of texts, or two
    columns, one of texts and one of offsets.
    """
    starts: Any = None
    if isinstance(column, list):
        if len(column) != 2:
            raise BadRowError("'columns: answers:' needs two columns, the texts and the offsets.", "correct the YAML")
        texts, starts = (_as_list(get(values, part)) for part in column)
    else:
        answers = plain(get(values, column))
        if answers is None or answers is MISSING:
            raise BadRowError(f"{column!r} is missing (null).", "an unanswerable question has empty answers, not none")
        if isinstance(answers, dict):
            if "text" not in answers:
                raise BadRowError(
                    f"The answers have no key 'text': {answers!r:.80}", "write {text: […], answer_start: […]}"
                )
            texts = _as_list(answers["text"])
            starts = _as_list(answers["answer_start"]) if "answer_start" in answers else None
        else:
            texts = _as_list(answers)
            if texts and all(isinstance(answer, dict) for answer in texts):
                texts, starts = [a.get("text") for a in texts], [a.get("answer_start") for a in texts]
    if all(isinstance(text, str) and not text.strip() for text in texts):
        return [], []  # some data sets write 'no answer' as an empty text
    texts = [check_text(text, "An answer") for text in texts]
    if starts is not None:
        if len(starts) != len(texts):
            raise BadRowError(
                f"{len(texts)} answer texts, but {len(starts)} answer starts.", "give each answer its offset"
            )
        starts = [_offset(start) for start in starts]
    return texts, starts


def _as_list(value: Any) -> list:
    value = plain(value)
    if value is None or value is MISSING or value != value:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _offset(value: Any) -> int:
    text = str(value).strip().removesuffix(".0")
    if isinstance(value, bool) or not is_index(text):
        raise BadRowError(
            f"The answer_start {value!r} is not a whole number.", "count characters from the context's start"
        )
    return int(text)


def _first_occurrence(text: str, context: str) -> int:
    start = context.find(text)
    if start < 0:
        raise BadRowError(
            f"The answer {text!r:.80} has no offset and does not occur in the context.", "give an answer from it"
        )
    return start


def _check_answer(text: str, start: int, context: str) -> None:
    stands = context[max(start, 0) : start + len(text)] if start >= 0 else ""
    if stands == text:
        return
    near = [match.start() for match in re.finditer(re.escape(text), context)]
    fix = "correct the row: offsets count characters (not bytes) of the context as it stands in the file"
    if near:
        fix += f"; the answer stands at {min(near, key=lambda place: abs(place - start))}"
    raise BadRowError(f"The answer {text!r:.80} is not at answer_start {start}; there stands {stands!r:.80}.", fix)


def _number_ids(split: str, rows: list[dict]) -> str | None:
    """Give each row an id of its own; predictions are matched to answers by it."""
    counts = Counter(row["id"] for row in rows)
    for number, row in enumerate(rows):
        if row["id"] is None:
            row["id"] = f"{split}-{number}"
        elif counts[row["id"]] > 1:
            row["id"] = f"{row['id']}#{number}"
    repeated = sum(count for identity, count in counts.items() if identity is not None and count > 1)
    return f"{repeated} rows of {split} shared an id; their row numbers were added." if repeated else None


# tagging


def _tagging(task: Task, columns: dict, tables: dict[str, Table], pass_over: _Sieve) -> Canonical:
    tokens_column, tags_column = (_one_column(task, columns, name) for name in ("tokens", "tags"))
    class_names = next((t.class_names[tags_column] for t in tables.values() if tags_column in t.class_names), None)
    names = LabelNames(task, class_names)

    def read(values: dict) -> dict:
        tokens, tags = (_sequence(get(values, column), column) for column in (tokens_column, tags_column))
        if len(tokens) != len(tags):
            raise BadRowError(f"{len(tokens)} tokens, but {len(tags)} tags.", "give each token one tag")
        if not tokens:
            raise BadRowError("The row has no tokens.", "take it out")
        checked = [check_text(token, f"Token {n}") for n, token in enumerate(tokens)]
        return {"tokens": checked, "tags": [names.name(tag) for tag in tags]}

    pairs = {split: pass_over(split, rows, read) for split, rows in _raw(tables).items()}
    found = {split: {tag for _, row in part for tag in row["tags"]} for split, part in pairs.items()}
    labels = names.final(set().union(*found.values()))
    index = {label: n for n, label in enumerate(labels)}
    rows = _rows_only(pairs)
    for part in rows.values():
        for row in part:
            row["tags"] = [index[tag] for tag in row["tags"]]
    notes = []
    if new := sorted(found.get("validation", set()) - found["train"]):
        notes.append(f"Tags that validation has and train lacks: {', '.join(new)}.")
    return Canonical(rows, labels, notes=notes)


def _sequence(value: Any, column: str | int) -> list:
    """A list of tokens or tags; a text is split at white space."""
    value = plain(value)
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list | tuple):
        raise BadRowError(
            f"Column {column!r} is not a list: {value!r:.80}", "write a list, or tokens with spaces between"
        )
    return list(value)
