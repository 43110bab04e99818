"""From texts to tokens."""

import pytest

from intertask.errors import IntertaskError
from intertask.types import Tokenization
from intertask.types.encoding import cut, encode_pairs, offsets, room


def test_room_is_what_special_tokens_leave(tokenizer):
    special = {paired: tokenizer.num_special_tokens_to_add(pair=paired) for paired in (False, True)}
    for paired, count in special.items():
        assert room(Tokenization(tokenizer, 40, 8), pair=paired) == 40 - count
        with pytest.raises(IntertaskError, match="leaves no room") as error:
            room(Tokenization(tokenizer, count + 7, 8), pair=paired)
        assert error.value.fix == f"set max_length to {count + 8} or more"


def test_pairs_and_single_texts_keep_their_order(tokenizer):
    pairs = [("the storm", "the bay"), ("the keeper", None), ("", "two ropes")]
    for pair, encoding in zip(pairs, encode_pairs(pairs, Tokenization(tokenizer, 40, 8)), strict=True):
        assert encoding["input_ids"] == tokenizer(*pair)["input_ids"]


@pytest.mark.parametrize("text", ["The keeper rowed across the bay.", "🙂🙂 naïve 漢字", ""])
def test_cut_keeps_whole_characters(text, tokenizer):
    (spans,) = offsets([text], tokenizer)
    assert cut(text, spans, len(spans)) == text
    for limit in range(len(spans)):
        part = cut(text, spans, limit)
        assert text.startswith(part)
        assert len(offsets([part], tokenizer)[0]) <= limit or not part


def test_no_texts(tokenizer):
    assert offsets([], tokenizer) == [] == encode_pairs([], Tokenization(tokenizer, 40, 8))
