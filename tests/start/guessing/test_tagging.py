"""Tagging: lists of tokens and tags."""

from column_profiles import profiles

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
