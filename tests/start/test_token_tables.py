"""Tables with one token per row, and the column that numbers their sentences."""

import pytest

from intertask.data.formats import RawRow
from intertask.errors import IntertaskError
from intertask.start.token_tables import find_sentence_column


def table(first: str, number, word: str = "Word", tag: str = "Tag", tags=("O", "B-PER", "I-PER", "O"), **more):
    """Twelve sentences of four to six tokens."""
    rows = []
    for sentence in range(12):
        for place in range(4 + sentence % 3):
            values = {
                first: number(sentence, place), word: f"w{sentence * place % 29}", "lemma": f"w{place % 3}",
                tag: tags[place % len(tags)],
            }  # fmt: skip
            rows.append(values | {name: value(sentence, place) for name, value in more.items()})
    return [RawRow(values, "x.csv", n) for n, values in enumerate(rows, 2)]


@pytest.mark.parametrize(
    ("first", "number", "options"),
    [
        ("Sentence #", lambda s, p: f"Sentence: {s}" if p == 0 else "", {}),
        ("sentence_id", lambda s, p: s, {}),
        ("sent_id", lambda s, p: str(s % 3), {}),  # counts from 0 in each document
        ("n", lambda s, p: f"{s:02}", {"word": "mot", "tag": "etiquette"}),
        ("id", lambda s, p: s if p == 0 else None, {"word": "token", "tag": "ner"}),
        ("Sentence", lambda s, p: f"the sentence number {s}", {}),
        ("sentence", lambda s, p: s, {"doc_id": lambda s, p: s // 4}),
        ("sentence", lambda s, p: s, {"token_id": lambda s, p: p, "split": lambda s, p: "train"}),
        ("sentence", lambda s, p: s, {"tag": "POS", "tags": ("DT", "NN", "VB", "IN")}),
    ],
)
def test_the_column_of_sentences_is_found(first, number, options):
    assert find_sentence_column(table(first, number, **options)) == first


def test_without_such_a_column_the_message_says_so():
    rows = table("place", lambda s, p: p)
    with pytest.raises(IntertaskError, match=r"one token per row \('Word', with the tags 'Tag'.*no column tells"):
        find_sentence_column(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [{"text": f"a text about number {n}", "label": "ab"[n % 2]} for n in range(40)],
        [{"text": f"the food and service {n // 2}", "word": ["food", "service"][n % 2], "label": "pn"[n % 3 > 1]}
         for n in range(40)],
        [{"id": n, "word": f"w{n}", "label": "ab"[n % 2]} for n in range(40)],
        [{"tokens": ["a", "b"], "tags": ["O", "B-X"]} for _ in range(40)],
        [{0: ["a", "b"], 1: ["O", "B-X"]} for _ in range(40)],
    ],
)  # fmt: skip
def test_other_tables_are_left_alone(rows):
    assert find_sentence_column([RawRow(values, "x.csv", n) for n, values in enumerate(rows, 2)]) is None
