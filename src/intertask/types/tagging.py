"""A tag for every token."""

from collections import Counter
from functools import partial

import numpy as np

from ..data.labels import is_span_scheme
from ..data.subset import shuffled
from .encoding import room
from .metrics import class_scores, f_beta, positive_index
from .units import capped, tokens

HEAD_LAYERS = 1
EXTRA_KEYS = ("row", "words")


def texts(rows):
    """One text per row: the tokens with blanks between them."""
    return [[(" ".join(row["tokens"]), None)] for row in rows]


def add_head(model, name, info, layers=HEAD_LAYERS):
    """Linear, at every position."""
    model.add_tagging_head(
        name,
        num_labels=len(info["labels"]),
        layers=layers,
        overwrite_ok=True,
        id2label=dict(enumerate(info["labels"])),
    )


def encode(rows, tokenizer, max_length, stride, info, labelled=True):
    """One feature per row, or several where the row is longer than ``max_length``; windows part between words.

    The label stands at the first sub-word of each word, -100 elsewhere. Words without any sub-word (control
    characters and the like) have no label. For decoding: ``words``, a list of (position, index of the word).
    """
    from .batches import IGNORED

    windows = [
        (i, begin, end)
        for i, lengths in enumerate(_word_lengths(rows, tokenizer))
        for begin, end in _windows(lengths, room(tokenizer, max_length, pair=False))
    ]
    if not windows:
        return []
    batch = tokenizer(
        [list(rows[i]["tokens"][begin:end]) for i, begin, end in windows],
        is_split_into_words=True,
        truncation=True,  # for single words that are longer than a window
        max_length=max_length,
    )
    features = []
    for n, (i, begin, _) in enumerate(windows):
        feature = {key: values[n] for key, values in batch.items()}
        first_positions = {}
        for position, word in enumerate(batch.word_ids(n)):
            if word is not None:
                first_positions.setdefault(word, position)
        feature["row"] = i
        feature["words"] = [(position, begin + word) for word, position in first_positions.items()]
        if labelled:
            feature["labels"] = [IGNORED] * len(feature["input_ids"])
            for position, word in feature["words"]:
                feature["labels"][position] = int(rows[i]["tags"][word])
        features.append(feature)
    return features


def _word_lengths(rows, tokenizer):
    """Number of sub-words of every word of every row."""
    if not rows:
        return []
    batch = tokenizer(
        [list(row["tokens"]) for row in rows], is_split_into_words=True, add_special_tokens=False, verbose=False
    )
    counts = [Counter(batch.word_ids(i)) for i in range(len(rows))]
    return [[count[word] for word in range(len(row["tokens"]))] for count, row in zip(counts, rows, strict=True)]


def _windows(lengths, limit):
    """Ranges (begin, end) of words, together all words, with at most ``limit`` sub-words each where words allow it."""
    begin = used = 0
    for word, length in enumerate(lengths):
        if used + length > limit and word > begin:
            yield begin, word
            begin, used = word, 0
        used += length
    yield begin, len(lengths)


def units(rows, tokenizer, max_length, stride, info, settings):
    """One row per word: its first sub-word; its tag.

    At most ``max_rows``: rare tags are kept whole, and the others cut to as many rows each. Groups are the examples.
    """
    features = encode(rows, tokenizer, max_length, stride, info)
    places = [(text, position) for text, feature in enumerate(features) for position, _ in feature["words"]]
    tags = [features[text]["labels"][position] for text, position in places]
    kept = capped(tags, settings["max_rows"], shuffled(len(tags), settings["seed"]))
    groups = [features[places[i][0]]["row"] for i in kept]
    return tokens(features, [places[i] for i in kept], groups, [[(n, tags[i]) for n, i in enumerate(kept)]])


def collator(tokenizer):
    """Inputs [B, L], labels int64 [B, L] with -100 at padding."""
    return partial(_collate, tokenizer=tokenizer)


def _collate(features, tokenizer):
    from .batches import IGNORED, pad, pad_inputs

    batch = pad_inputs(features, tokenizer)
    if "labels" in features[0]:
        batch["labels"] = pad([feature["labels"] for feature in features], IGNORED)
    return batch


def loss(model, batch):
    """Cross entropy, mean over labelled positions (0 where the batch has none); logits [B, L, C]."""
    from torch.nn.functional import cross_entropy

    from .batches import IGNORED, forward

    length = batch["input_ids"].shape[1]
    logits = forward(model, batch).logits.float()[:, -length:]  # prompt tuning puts positions before the text's
    if "labels" not in batch:
        return None, (logits,)
    labels = batch["labels"].flatten()
    total = cross_entropy(logits.flatten(0, 1), labels, ignore_index=IGNORED, reduction="sum")
    return total / (labels != IGNORED).sum().clamp(min=1), (logits,)


def predict(logits, features, rows, info):
    """Tag indices per row, as many as it has tokens.

    A word without sub-words gets the tag O; where the task has none, the tag that is predicted most often.
    """
    predictions: list[list[int | None]] = [[None] * len(row["tokens"]) for row in rows]
    for feature, tags in zip(features, np.argmax(logits[0], axis=-1), strict=True):
        for position, word in feature["words"]:
            predictions[feature["row"]][word] = int(tags[position])
    if "O" in info["labels"]:
        fallback = info["labels"].index("O")
    else:
        found = Counter(tag for tags in predictions for tag in tags if tag is not None)
        fallback = max(found, key=found.get, default=0)
    return [[fallback if tag is None else tag for tag in tags] for tags in predictions]


def score(predictions, rows, info):
    """``f1`` over spans (seqeval) where the tags mark spans, else over tokens (micro); the rest over tokens.

    Over all tokens: ``accuracy``, ``f1_macro`` (over the tags that occur), ``f1_weighted`` (by their frequency), and
    ``f0.5`` of the positive tag where there is one.
    """
    gold = [list(row["tags"]) for row in rows]
    flat_gold, flat_predicted = (
        [int(tag) for tags in all_tags for tag in tags]
        for all_tags in (gold, [tags for _, tags in zip(gold, predictions, strict=True)])
    )
    token_scores = class_scores(flat_gold, flat_predicted)
    scores = {
        "f1": token_scores["f1_micro"],
        "f1_macro": token_scores["f1_macro"],
        "f1_weighted": token_scores["f1_weighted"],
        "accuracy": token_scores["accuracy"],
    }
    if is_span_scheme(info["labels"]):
        scores["f1"] = _span_f1(gold, predictions, info["labels"])
    positive = positive_index(info)
    if positive is not None:
        scores["f0.5"] = f_beta(flat_gold, flat_predicted, positive, beta=0.5)
    return scores


def _span_f1(gold, predictions, labels):
    """Micro F1 of spans, 0-100, conlleval's reading of tags (an I- after another type begins a span)."""
    import warnings

    from seqeval.metrics import f1_score

    named = [[[labels[tag] for tag in tags] for tags in all_tags] for all_tags in (gold, predictions)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no span at all, gold or predicted
        return 100 * float(f1_score(*named, zero_division=0))
