"""Words of texts with and without blanks between words."""

import pytest

from intertask.start.text_length import count_unspaced, count_words


@pytest.mark.parametrize(
    ("text", "words", "unspaced"),
    [
        ("two words", 2, 0),
        ("größer und schöner", 3, 0),
        ("한국어 문장 입니다", 3, 0),  # Korean has blanks
        ("今天天气很好", 3, 6),
        ("今天天气 very good", 4, 4),
        ("今天 天气 很 好", 4, 6),  # words that a program has separated
        ("とても良い", 2.5, 5),
        ("สวัสดีครับ", 5, 10),
        ("សួស្តីអ្នក", 5, 10),
    ],
)
def test_words(text, words, unspaced):
    assert (count_words(text), count_unspaced(text)) == (words, unspaced)
