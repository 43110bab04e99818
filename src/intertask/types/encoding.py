"""Text to sub-words: what the types share."""

from collections.abc import Sequence

from ..errors import IntertaskError

_LEAST_ROOM = 8


def room(tokenizer, max_length: int, pair: bool) -> int:
    """Sub-words that ``max_length`` leaves for text, beside the special ones.

    Raises:
        IntertaskError: Fewer than eight.
    """
    special = tokenizer.num_special_tokens_to_add(pair=pair)
    if max_length - special < _LEAST_ROOM:
        raise IntertaskError(
            f"max_length {max_length} leaves no room for text: {special} sub-words are special ones.",
            "task: max_length",
            f"set max_length to {special + _LEAST_ROOM} or more",
        )
    return max_length - special


def encode_pairs(pairs: Sequence[tuple[str, str | None]], tokenizer, max_length: int) -> list[dict[str, list[int]]]:
    """Model inputs of each text or text pair, jointly encoded; the longer text of a pair is cut first."""
    encoded: list[dict[str, list[int]]] = [{} for _ in pairs]
    for paired in (False, True):  # the tokenizer takes either pairs or single texts
        places = [i for i, (_, second) in enumerate(pairs) if (second is not None) == paired]
        if not places:
            continue
        room(tokenizer, max_length, paired)
        batch = tokenizer(
            [pairs[i][0] for i in places],
            [pairs[i][1] for i in places] if paired else None,
            truncation="longest_first",
            max_length=max_length,
        )
        for n, i in enumerate(places):
            encoded[i] = {key: values[n] for key, values in batch.items()}
    return encoded


def offsets(texts: Sequence[str], tokenizer) -> list[list[tuple[int, int]]]:
    """Character span (begin, end) of every sub-word of every text, without special ones."""
    if not texts:
        return []
    batch = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return batch["offset_mapping"]


def cut(text: str, spans: Sequence[tuple[int, int]], limit: int) -> str:
    """The beginning of ``text`` that holds at most ``limit`` of its sub-words ``spans`` (of :func:`offsets`)."""
    if len(spans) <= limit:
        return text
    while limit > 0 and spans[limit][0] < spans[limit - 1][1]:
        limit -= 1  # one character may be several sub-words, which must not be parted
    return text[: spans[limit - 1][1]] if limit > 0 else ""
