"""Tagging: lists of tokens and tags."""

import pytest
from column_profiles import profiles

from intertask.errors import IntertaskError
from intertask.start.guessing import guess
from intertask.start.guessing.tagging import guess_tagging


def test_tags_of_spans_before_other_tags():
    rows = [
        {"tokens": [f"w{n}{i}" for i in range(4 + n % 5)], "pos": ["NN"] * (4 + n % 5),
         "ner": ["B-PER", "I-PER"] + ["O"] * (2 + n % 5), "id": n} for n in range(30)
    ]  # fmt: skip
    found = guess(profiles(rows))
    assert (found.type, found.columns) == ("tagging", {"tokens": "tokens", "tags": "ner"})


def test_lists_of_one_short_length_are_no_tokens():
    rows = [{"choices": [f"first {n}", f"second {n}"], "labels": [n % 2, 1 - n % 2]} for n in range(30)]
    assert guess_tagging(profiles(rows), None) is None


def test_sentences_of_one_length_are_tagging_in_conll_files_and_if_the_user_says_so():
    rows = [{"words": ["a", "b", f"w{n}"], "marks": ["O", "B-X", "O"]} for n in range(40)]
    assert guess(profiles(rows), "tagging").columns == {"tokens": "words", "tags": "marks"}
    numbered = [dict(enumerate(row.values())) for row in rows]
    assert guess(profiles(numbered)).columns == {"tokens": 0, "tags": 1}


def test_lists_without_commas_are_named():
    rows = [{"tokens": f"['a' 'w{n}']", "tags": "[0 1]"} for n in range(40)]
    with pytest.raises(IntertaskError, match="lists that cannot be read, because commas are missing"):
        guess(profiles(rows))
