"""From texts to tokens: what the types share."""

from collections.abc import Sequence

from ..errors import IntertaskError
from . import Tokenization, Tokenizer

_LEAST_ROOM = 8


def room(tokenization: Tokenization, pair: bool) -> int:
    """Return the number of tokens that ``max_length`` leaves for text.

    Args:
        tokenization: Its tokenizer adds special tokens.
        pair: Whether the input is a pair of texts.

    Raises:
        IntertaskError: Fewer than eight.
    """
    tokenizer, max_length, _ = tokenization
    special = tokenizer.num_special_tokens_to_add(pair=pair)
    if max_length - special < _LEAST_ROOM:
        raise IntertaskError(
            f"max_length {max_length} leaves no room for text: the tokenizer adds {special} special tokens.",
            "task: max_length",
            f"set max_length to {special + _LEAST_ROOM} or more",
        )
    return max_length - special


def encode_pairs(pairs: Sequence[tuple[str, str | None]], tokenization: Tokenization) -> list[dict[str, list[int]]]:
    """Encode each text or text pair jointly; tokens that do not fit are cut from the longer text first.

    Args:
        pairs: (text, second text or None).
        tokenization: The tokenizer and the largest length.

    Returns:
        The model's inputs, one list of numbers each, for every pair.

    Raises:
        IntertaskError: ``max_length`` leaves no room for text.
    """
    encoded: list[dict[str, list[int]]] = [{} for _ in pairs]
    for paired in (False, True):  # the tokenizer takes either pairs or single texts
        places = [i for i, (_, second) in enumerate(pairs) if (second is not None) == paired]
        if not places:
            continue
        room(tokenization, paired)
        batch = tokenization.tokenizer(
            [pairs[i][0] for i in places],
            [pairs[i][1] for i in places] if paired else None,
            truncation="longest_first",
            max_length=tokenization.max_length,
        )
        for n, i in enumerate(places):
            encoded[i] = {key: values[n] for key, values in batch.items()}
    return encoded


def offsets(texts: Sequence[str], tokenizer: Tokenizer) -> list[list[tuple[int, int]]]:
    """Return the span (begin, end) in characters of every token of every text, without special tokens."""
    if not texts:
        return []
    batch = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return batch["offset_mapping"]


def cut(text: str, spans: Sequence[tuple[int, int]], limit: int) -> str:
    """Cut a text after its first tokens, never inside a character.

    Args:
        text: The text.
        spans: (start, end) of each token in characters, from :func:`offsets`.
        limit: Maximum number of tokens to keep.

    Returns:
        The beginning of the text.
    """
    if len(spans) <= limit:
        return text
    while limit > 0 and spans[limit][0] < spans[limit - 1][1]:
        limit -= 1  # one character may be several tokens, which must stay together
    return text[: spans[limit - 1][1]] if limit > 0 else ""
