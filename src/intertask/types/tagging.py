"""A tag for every word of a list of words.

The functions are described at :class:`intertask.types.TaskType`. The column ``tokens`` of a row holds its words; here
and in all comments, tokens are those of the model.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..seeded_order import shuffled
from . import Batch, Collator, Encoding, Info, Logits, LossAndLogits, Row, Tokenization, Tokenizer
from .encoding import room
from .label_names import check_several_classes, named_outputs
from .metrics import class_scores, f_beta, positive_index
from .spans import is_span_scheme
from .units import Units, capped, units_of_tokens

LABEL = "tagging"
ROW_COLUMNS = {"tokens": list[str], "tags": list[int]}
OPTIONAL_INPUTS: dict[str, Any] = {}
PRE_SPLIT = True
USES_STRIDE = False
STANDARDIZES_LABELS = False
COMPARES_CHOICES = False
POSITIVE_CLASS_METRICS = ("f0.5",)
LOSS_UNIT = "nats"
HEAD_LAYERS = 1
HEAD_TYPE = "tagging"
PROBABILITY_HEADS = ("tagging",)
EXTRA_KEYS = ("row", "words")


def default_metric(labels: Sequence[str] | None) -> str:
    """Return F1 over spans if the tags mark spans, else accuracy."""
    return "f1" if is_span_scheme(labels) else "accuracy"


def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Check that the training rows have at least two tags."""
    check_several_classes((tag for row in rows for tag in row["tags"]), split, labels, location)


def input_texts(row: Row) -> list[str]:
    """Return the words."""
    return list(row["tokens"])


def passage(row: Row) -> str | None:
    """Return None, because rows share no text."""
    return None


def outline(row: Row) -> Row:
    """Return the tags that occur in the row."""
    return {"tags": tuple(classes(row))}


def strata(rows: Sequence[Row]) -> list[Hashable] | None:
    """Return None, because a row has several tags."""
    return None


def classes(row: Row) -> Iterable[int]:
    """Return the tags that occur in the row."""
    return sorted(set(row["tags"]))


def completed_info(info: Info, train: Sequence[Row]) -> dict[str, Any]:
    """Return ``info`` as it is."""
    return dict(info)


def text_pairs(rows: Sequence[Row]) -> list[list[tuple[str, str | None]]]:
    """Return one text per row: the words with spaces between them."""
    return [[(" ".join(row["tokens"]), None)] for row in rows]


def add_head(model: Any, name: str, info: Info, layers: int = HEAD_LAYERS) -> None:
    """Add a linear layer at every position."""
    model.add_tagging_head(name, layers=layers, **named_outputs(info))


def head_outputs(info: Info) -> int:
    """Return one output per tag."""
    return len(info["labels"])


def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
    """Encode one encoding per row, or several windows if the row is longer than ``max_length``; words are not cut.

    The label is at the first token of each word, and -100 is at all other tokens. A word without any token, such as a
    control character, has no label. ``predict`` reads ``words``, a list of (position, index of the word).
    """
    from .batches import IGNORED

    tokenizer = tokenization.tokenizer
    windows = [
        (i, begin, end)
        for i, lengths in enumerate(_word_lengths(rows, tokenizer))
        for begin, end in _windows(lengths, room(tokenization, pair=False))
    ]
    if not windows:
        return []
    batch = tokenizer(
        [list(rows[i]["tokens"][begin:end]) for i, begin, end in windows],
        is_split_into_words=True,
        truncation=True,  # for single words that are longer than a window
        max_length=tokenization.max_length,
    )
    encodings: list[Encoding] = []
    for n, (i, begin, _) in enumerate(windows):
        encoding = {key: values[n] for key, values in batch.items()}
        first_positions: dict[int, int] = {}
        for position, word in enumerate(batch.word_ids(n)):
            if word is not None:
                first_positions.setdefault(word, position)
        encoding["row"] = i
        encoding["words"] = [(position, begin + word) for word, position in first_positions.items()]
        if labeled:
            encoding["labels"] = [IGNORED] * len(encoding["input_ids"])
            for position, word in encoding["words"]:
                encoding["labels"][position] = int(rows[i]["tags"][word])
        encodings.append(encoding)
    return encodings


def _word_lengths(rows: Sequence[Row], tokenizer: Tokenizer) -> list[list[int]]:
    """Return the number of tokens of every word of every row."""
    if not rows:
        return []
    batch = tokenizer(
        [list(row["tokens"]) for row in rows], is_split_into_words=True, add_special_tokens=False, verbose=False
    )
    counts = [Counter(batch.word_ids(i)) for i in range(len(rows))]
    return [[count[word] for word in range(len(row["tokens"]))] for count, row in zip(counts, rows, strict=True)]


def _windows(lengths: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """Ranges (begin, end) that cover all words, with at most ``limit`` tokens each unless a single word has more."""
    begin = used = 0
    for word, length in enumerate(lengths):
        if used + length > limit and word > begin:
            yield begin, word
            begin, used = word, 0
        used += length
    yield begin, len(lengths)


def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> Units:
    """Return one unit per word, with the features of its first token and the word's tag as label.

    If there are more than ``max_rows``, all units of rare tags are kept, and the other tags are cut to an equal number
    each. Groups are the rows.
    """
    encodings = encode(rows, tokenization, info)
    places = [(text, position) for text, encoding in enumerate(encodings) for position, _ in encoding["words"]]
    tags = [encodings[text]["labels"][position] for text, position in places]
    kept = capped(tags, settings["max_rows"], shuffled(len(tags), settings["seed"]))
    groups = [encodings[places[i][0]]["row"] for i in kept]
    return units_of_tokens(encodings, [places[i] for i in kept], groups, [[(n, tags[i]) for n, i in enumerate(kept)]])


def collator(tokenizer: Tokenizer) -> Collator:
    """Return a function that makes batches: inputs int64 [B, L], and labels int64 [B, L] with -100 at padding."""
    return partial(_collate, tokenizer=tokenizer)


def _collate(encodings: Sequence[Encoding], tokenizer: Tokenizer) -> Batch:
    """Pad inputs and labels."""
    from .batches import IGNORED, pad, pad_inputs

    batch = pad_inputs(encodings, tokenizer)
    if "labels" in encodings[0]:
        batch["labels"] = pad([encoding["labels"] for encoding in encodings], IGNORED)
    return batch


def loss(model: Any, batch: Batch) -> LossAndLogits:
    """Return the mean cross entropy over labeled positions (0 if the batch has none), and logits [B, L, C]."""
    from torch.nn.functional import cross_entropy

    from .batches import IGNORED, forward

    length = batch["input_ids"].shape[1]
    logits = forward(model, batch).logits.float()[:, -length:]  # prompt tuning puts its own positions first
    if "labels" not in batch:
        return None, (logits,)
    labels = batch["labels"].flatten()
    total = cross_entropy(logits.flatten(0, 1), labels, ignore_index=IGNORED, reduction="sum")
    return total / (labels != IGNORED).sum().clamp(min=1), (logits,)


def predict(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[list[int]]:
    """Return one tag index per word of each row.

    A word without tokens gets the tag O, or, if the task has no such tag, the tag that is predicted most often.
    """
    predictions: list[list[int | None]] = [[None] * len(row["tokens"]) for row in rows]
    for encoding, tags in zip(encodings, np.argmax(logits[0], axis=-1), strict=True):
        for position, word in encoding["words"]:
            predictions[encoding["row"]][word] = int(tags[position])
    if "O" in info["labels"]:
        fallback = info["labels"].index("O")
    else:
        counts = Counter(tag for tags in predictions for tag in tags if tag is not None)
        fallback = max(counts, key=counts.get, default=0)
    return [[fallback if tag is None else tag for tag in tags] for tags in predictions]


def score(predictions: Sequence[Sequence[int]], rows: Sequence[Row], info: Info) -> dict[str, float]:
    """Compute ``f1`` over spans (seqeval) if the tags mark spans, else over words (micro); other scores are over words.

    Over all words: ``accuracy``, ``f1_macro`` (over the tags that occur), ``f1_weighted`` (by their frequency), and
    ``f0.5`` of the positive tag if there is one.
    """
    gold = [list(row["tags"]) for row in rows]
    flat_gold, flat_predicted = (
        [int(tag) for tags in all_tags for tag in tags]
        for all_tags in (gold, [tags for _, tags in zip(gold, predictions, strict=True)])
    )
    word_scores = class_scores(flat_gold, flat_predicted)
    scores = {
        "f1": word_scores["f1_micro"],
        "f1_macro": word_scores["f1_macro"],
        "f1_weighted": word_scores["f1_weighted"],
        "accuracy": word_scores["accuracy"],
    }
    if is_span_scheme(info["labels"]):
        scores["f1"] = _span_f1(gold, predictions, info["labels"])
    positive = positive_index(info)
    if positive is not None:
        scores["f0.5"] = f_beta(flat_gold, flat_predicted, positive, beta=0.5)
    return scores


def class_pairs(prediction: Sequence[int], row: Row) -> list[tuple[int, int]]:
    """Return one pair per word: its tag and the predicted one."""
    return list(zip(row["tags"], prediction, strict=True))


def for_user(
    prediction: Sequence[int], labels: Sequence[str] | None, label_scale: Mapping[str, float] | None
) -> list[str]:
    """Return the tags' names."""
    return [labels[tag] for tag in prediction]


def _span_f1(gold: Sequence[Sequence[int]], predictions: Sequence[Sequence[int]], labels: Sequence[str]) -> float:
    """Micro F1 of spans, in percent. Tags are read as conlleval does: an I- after another type begins a span."""
    import warnings

    from seqeval.metrics import f1_score

    named = [[[labels[tag] for tag in tags] for tags in all_tags] for all_tags in (gold, predictions)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # neither gold nor predicted spans
        return 100 * float(f1_score(*named, zero_division=0))
