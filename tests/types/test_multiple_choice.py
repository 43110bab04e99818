import math

import pytest
import torch

from intertask.types import Tokenization, multiple_choice

INFO = {"max_choices": 4, "labels": None}


def row(context="", question="", choices=("one", "two"), label=0):
    return {"context": context, "question": question, "choices": list(choices), "label": label}


def test_absent_choices_are_masked(tokenizer):
    rows = [row(question="How many?"), row(question="How many?", choices=["one", "two", "three", "no"], label=3)]
    encodings = multiple_choice.encode(rows, Tokenization(tokenizer, 32, 0), INFO)
    assert [encoding["choice_mask"] for encoding in encodings] == [[1, 1, 0, 0], [1, 1, 1, 1]]
    batch = multiple_choice.collator(tokenizer)(encodings)
    assert batch["input_ids"].shape[:2] == (2, 4)
    assert batch["input_ids"][0, 1, : len(encodings[0]["input_ids"][1])].tolist() == encodings[0]["input_ids"][1]
    assert encodings[0]["input_ids"][0] == tokenizer("How many?", "one")["input_ids"]
    assert encodings[0]["input_ids"][3] == tokenizer([""], [""])["input_ids"][0]


def test_loss_is_over_real_choices_only(setting):
    multiple_choice.add_head(setting.model, "t", INFO)
    encodings = multiple_choice.encode([row(question="How many?")], Tokenization(setting.tokenizer, 32, 0), INFO)
    value, (logits,) = multiple_choice.loss(setting.model, multiple_choice.collator(setting.tokenizer)(encodings))
    a, b = logits[0, :2].tolist()
    assert value.item() == pytest.approx(-a + math.log(math.exp(a) + math.exp(b)), abs=1e-5)
    assert logits[0, 2:].tolist() == [-1e9, -1e9]
    # the same row in a task with two choices at most
    narrow = INFO | {"max_choices": 2}
    encodings = multiple_choice.encode([row(question="How many?")], Tokenization(setting.tokenizer, 32, 0), narrow)
    head = setting.model.heads["t"]
    multiple_choice.add_head(setting.model, "narrow", narrow)
    setting.model.heads["narrow"].load_state_dict(head.state_dict())
    _, (again,) = multiple_choice.loss(setting.model, multiple_choice.collator(setting.tokenizer)(encodings))
    assert torch.allclose(again[0], logits[0, :2], atol=1e-5)


def test_a_long_context_loses_its_end_and_nothing_else(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    long = row("the keeper rowed " * 100, "which ship?", ["the granite ship", "a lamp"])
    (encoding,) = multiple_choice.encode([long], Tokenization(tokenizer, 40, 0), INFO | {"max_choices": 2})
    decoded = [tokenizer.decode(ids) for ids in encoding["input_ids"]]
    assert all(text.startswith("[CLS] the keeper rowed the keeper rowed") for text in decoded)
    assert decoded[0].endswith("which ship? [SEP] the granite ship [SEP]")
    assert decoded[1].endswith("which ship? [SEP] a lamp [SEP]")
    assert len(encoding["input_ids"][0]) == 40
    first_texts = {text.split("[SEP]")[0] for text in decoded}
    assert len(first_texts) == 1, "all choices of a row see the same context"


def test_a_long_question_and_a_long_choice(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    rows = [
        row("the bay", "which ship " * 50, ["two ropes", "a lamp"]),
        row("the bay", "which ship?", ["two ropes " * 50, "a lamp"]),
        row("", "", ["two ropes " * 50, "a lamp"]),
        row("the bay " * 50, "", ["two ropes " * 50, "a lamp " * 50]),
    ]
    encodings = multiple_choice.encode(rows, Tokenization(tokenizer, 30, 0), INFO | {"max_choices": 2})
    assert all(len(ids) <= 30 for encoding in encodings for ids in encoding["input_ids"])
    decoded = [[tokenizer.decode(ids) for ids in encoding["input_ids"]] for encoding in encodings]
    assert decoded[0][0].endswith("[SEP] two ropes [SEP]")
    assert "which ship? [SEP] two ropes two" in decoded[1][0]
    assert decoded[1][1].endswith("which ship? [SEP] a lamp [SEP]")
    assert decoded[2][0].startswith("[CLS] [SEP] two ropes")
    assert "the bay the bay" in decoded[3][0] and "two ropes two" in decoded[3][0]


def test_predictions_and_accuracy(tokenizers_by_name):
    rows = [row(), row(choices=["a", "b", "c"], label=2), row(choices="abcd", label=1)]
    encodings = multiple_choice.encode(rows, Tokenization(tokenizers_by_name["bert"], 32, 0), INFO)
    # not even a broken model may choose what is not there
    logits = ([[-5e9, -2e9, -1e9, -1e9], [0, 1, 2, -1e9], [3, 0, 0, 0]],)
    predictions = multiple_choice.predict(tuple(map(torch.tensor, logits)), encodings, rows, INFO)
    assert predictions == [1, 2, 0]
    assert multiple_choice.score(predictions, rows, INFO) == {"accuracy": pytest.approx(100 / 3)}
