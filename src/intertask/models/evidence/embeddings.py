"""Text embeddings: TextEmb (masked mean of the base model) and SEmb (a sentence encoder)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data.subset import stratified_subset
from ...errors import IntertaskError
from ...types import Tokenizer, get_type
from ...types.batches import pad_inputs
from ..base import load_model, load_pretrained, load_tokenizer, usable_length
from ..precision import Precision, autocast, device, finish, for_features, to_device, to_host

Pair = tuple[str, str | None]


def windows(
    pairs: Sequence[Sequence[Pair]], tokenizer: Tokenizer, max_length: int, limit: int, joined: bool = False
) -> tuple[list[Pair], list[int]]:
    """Cut long texts into pieces that an encoder can read.

    Args:
        pairs: For each row its text pairs (one per choice for multiple choice).
        tokenizer: A fast tokenizer. Texts are cut between its tokens.
        max_length: Length of a piece in tokens, special ones included.
        limit: Maximum number of pieces of one text pair. They are spread evenly over the text.
        joined: Whether the encoder reads both texts of a pair as one, without special tokens between them.

    Returns:
        The pieces, and for each piece the index of its row.
    """
    pieces: list[Pair] = []
    owners: list[int] = []
    special = {pair: tokenizer.num_special_tokens_to_add(pair=pair) for pair in (False, True)}
    for row, row_pairs in enumerate(pairs):
        for first, second in row_pairs:
            # The long text is the last one: a passage after its question, or the only text.
            head, long = ("", first) if second is None else (first, second)
            head_length = len(tokenizer(head, add_special_tokens=False)["input_ids"]) if head else 0
            reserve = special[second is not None and not joined]
            room = max(max_length - reserve - head_length, max_length // 2)
            offsets = tokenizer(long, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
            starts = range(0, max(len(offsets), 1), room)
            chosen = np.unique(np.linspace(0, len(starts) - 1, min(limit, len(starts))).round().astype(int))
            for start in (starts[i] for i in chosen):
                part = offsets[start : start + room]
                text = long[part[0][0] : part[-1][1]] if part else long
                pieces.append((text, None) if second is None else (first, text))
                owners.append(row)
    return pieces, owners


def embed_task(rows: Sequence[dict[str, Any]], type_name: str, recipe: dict[str, Any]) -> dict[str, np.ndarray]:
    """Embed a seeded subset of a task's training rows.

    Args:
        rows: Canonical training rows.
        type_name: The task's type.
        recipe: ``kind`` ('base' or 'sentence'), ``model``, ``max_examples``, ``batch_size`` (texts), ``max_length``
            (in tokens), ``max_windows`` (per text), ``seed``; optionally ``precision``.

    Returns:
        ``embeddings`` float32 [n, D], one per example (the mean over its choices or windows); ``mean`` float64 [D],
        their mean; for base models also ``token_ids`` int32 [T], the tokens of the examples in a random order of
        examples.

    Raises:
        IntertaskError: The model cannot be loaded, or its embeddings are not finite.

    Source: Vu et al. 2020 (TextEmb), Poth et al. 2021 (SEmb).
    """
    model = Model.model_validate(recipe["model"])
    if len(rows) > recipe["max_examples"]:
        rows = stratified_subset(list(rows), recipe["max_examples"], recipe["seed"], type_name)
    tokenizer = load_tokenizer(model)
    texts = get_type(type_name).text_pairs(rows)
    if recipe["kind"] == "base":
        network = load_model(model).eval()
        length = usable_length(tokenizer, network.config, recipe["max_length"])
        pieces, owners = windows(texts, tokenizer, length, recipe["max_windows"])
        vectors = _masked_means(network, tokenizer, pieces, length, recipe["batch_size"], for_features(recipe))
        extra = {"token_ids": _token_ids(texts, tokenizer, recipe["seed"])}
    else:
        pieces, owners = windows(texts, tokenizer, recipe["max_length"], recipe["max_windows"], joined=True)
        joined = [first if second is None else f"{first} {second}" for first, second in pieces]
        vectors, extra = _sentence_vectors(model, joined, recipe), {}
    if not np.isfinite(vectors).all():
        raise IntertaskError(
            f"The model {model.path!r} computes embeddings that are not finite numbers.",
            f"task type {type_name}",
            "use 'precision: float32', or another model",
        )
    examples = np.zeros((len(rows), vectors.shape[1]))
    np.add.at(examples, owners, vectors.astype(np.float64))
    examples /= np.bincount(owners, minlength=len(rows))[:, None]
    return {"embeddings": examples.astype(np.float32), "mean": examples.mean(axis=0), **extra}


def _masked_means(
    network: Any, tokenizer: Tokenizer, pieces: list[Pair], max_length: int, batch_size: int, precision: Precision
) -> np.ndarray:
    """Mean of the last layer over real tokens, float32 [n, D]. Batches hold pieces of similar length in tokens."""
    network.to(device())
    inputs: dict[int, dict[str, list[int]]] = {}
    for paired in (False, True):
        chosen = [i for i, (_, second) in enumerate(pieces) if (second is not None) == paired]
        if chosen:
            second = [pieces[i][1] for i in chosen] if paired else None
            encoded = tokenizer([pieces[i][0] for i in chosen], second, truncation=True, max_length=max_length)
            inputs |= {i: {key: encoded[key][k] for key in encoded} for k, i in enumerate(chosen)}
    order = sorted(range(len(pieces)), key=lambda i: -len(inputs[i]["input_ids"]))
    vectors = np.empty((len(pieces), network.config.hidden_size), dtype=np.float32)
    parts = []
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            padded = to_device(pad_inputs([inputs[i] for i in batch], tokenizer), network.device)
            with autocast(precision, network.device):
                hidden = network.base_model(**padded).last_hidden_state.float()
            mask = padded["attention_mask"].unsqueeze(-1)
            parts.append((batch, to_host((hidden * mask).sum(1) / mask.sum(1))))
    finish(network.device)
    for batch, means in parts:
        vectors[batch] = means.numpy()
    return vectors


def _sentence_vectors(model: Model, texts: list[str], recipe: dict[str, Any]) -> np.ndarray:
    """Vectors of a sentence encoder, float32 [n, D]."""
    from sentence_transformers import SentenceTransformer

    encoder = load_pretrained(model, SentenceTransformer, sentence_encoder=True)
    # A few more tokens than the piece has, for the joining blank and other special tokens.
    encoder.max_seq_length = min(encoder.max_seq_length or 512, recipe["max_length"] + 4)
    with autocast(for_features(recipe), encoder.device):
        vectors = encoder.encode(texts, batch_size=recipe["batch_size"], show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def _token_ids(texts: Sequence[Sequence[Pair]], tokenizer: Tokenizer, seed: int) -> np.ndarray:
    """Token ids of all texts, with the examples in a seeded random order, because files may be sorted by label."""
    order = np.random.default_rng(seed).permutation(len(texts))
    # A context that precedes each of its choices counts once.
    flat = [" ".join(dict.fromkeys(text for pair in texts[i] for text in pair if text)) for i in order]
    ids = tokenizer(flat, add_special_tokens=False)["input_ids"] if flat else []
    return np.fromiter((token for row in ids for token in row), dtype=np.int32)
