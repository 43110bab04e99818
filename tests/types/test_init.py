"""What every type must do: satisfy the protocol, a head that learns, padding that changes nothing."""

import inspect
import subprocess
import sys
from typing import get_origin

import numpy as np
import pytest
import torch

from intertask.config import COLUMNS, METRICS
from intertask.errors import IntertaskError
from intertask.types import TYPES, TaskType, Tokenization, get_type

LONG = "The storm reached the harbour before the old keeper rowed across the bay. " * 6
ROWS = {
    "classification": [
        {"text_a": "The storm", "text_b": None, "label": 0},
        {"text_a": LONG, "text_b": None, "label": 2},
        {"text_a": "Nobody remembers", "text_b": "which ship carried the granite", "label": 1},
    ],
    "regression": [
        {"text_a": "The storm", "text_b": "the bay", "label": 0.5},
        {"text_a": LONG, "text_b": "two ropes", "label": 3.25},
        {"text_a": "", "text_b": "", "label": -1.0},
    ],
    "multiple_choice": [
        {"context": LONG, "question": "Who rowed?", "choices": ["the keeper", "the ship"], "label": 0},
        {"context": "", "question": "Which ship?", "choices": ["one", "two", "the granite ship", "no"], "label": 3},
        {"context": "", "question": "", "choices": ["a lamp", "a rope", "a very long telescope"], "label": 1},
    ],
    "extractive_qa": [
        {"id": "1", "context": LONG, "question": "Who rowed?", "answer_texts": ["old keeper"], "answer_starts": [41]},
        {"id": "2", "context": "Two ropes.", "question": "How many?", "answer_texts": [], "answer_starts": []},
        {
            "id": "3",
            "context": "She paid 1,250 crowns.",
            "question": "What?",
            "answer_texts": ["1,250 crowns", "1,250"],
            "answer_starts": [9, 9],
        },
    ],
    "tagging": [
        {"tokens": ["The", "keeper", "of", "Port", "Ellery"], "tags": [0, 0, 0, 1, 2]},
        {"tokens": LONG.split(), "tags": [0] * len(LONG.split())},
        {"tokens": [], "tags": []},
        {"tokens": ["\u200b", "Port", "\u200d", "\ufeff", "🙂"], "tags": [0, 1, 0, 0, 0]},
    ],
}
INFO = {
    "classification": {"labels": ["no", "yes", "maybe"]},
    "regression": {"labels": None},
    "multiple_choice": {"labels": None, "max_choices": 4},
    "extractive_qa": {"labels": None},
    "tagging": {"labels": ["O", "B-LOC", "I-LOC"]},
}


def prepare(kind, setting, labeled=True):
    task_type = get_type(kind)
    torch.manual_seed(1)
    task_type.add_head(setting.model, "t", INFO[kind])
    encodings = task_type.encode(ROWS[kind], Tokenization(setting.tokenizer, 40, 8), INFO[kind], labeled)
    plain = [{k: v for k, v in encoding.items() if k not in task_type.EXTRA_KEYS} for encoding in encodings]
    return task_type, encodings, plain


def padded_stack(arrays):
    """Join batches of different lengths, padded with -100, as the Trainer does."""
    shape = np.max([array.shape[1:] for array in arrays], axis=0) if arrays[0].ndim > 1 else ()
    out = np.full((sum(map(len, arrays)), *map(int, shape)), -100.0)
    row = 0
    for array in arrays:
        out[(slice(row, row + len(array)), *map(slice, array.shape[1:]))] = array
        row += len(array)
    return out


@pytest.mark.parametrize("kind", TYPES)
def test_satisfies_the_protocol(kind):
    task_type = get_type(kind)
    methods = {name: value for name, value in inspect.getmembers(TaskType, inspect.isfunction) if name[0] != "_"}
    assert len(methods) > 10
    for name, method in methods.items():
        wanted, given = (inspect.signature(function) for function in (method, getattr(task_type, name)))
        assert list(given.parameters) == list(wanted.parameters), name
        assert given.return_annotation is not inspect.Signature.empty, name
        assert all(part.annotation is not inspect.Parameter.empty for part in given.parameters.values()), name
    for name, annotation in TaskType.__annotations__.items():
        assert isinstance(getattr(task_type, name), get_origin(annotation) or annotation), name
    assert "row" in task_type.EXTRA_KEYS


@pytest.mark.parametrize("kind", TYPES)
def test_agrees_with_the_declarations_of_the_configuration(kind):
    task_type, (required, optional) = get_type(kind), COLUMNS[kind]
    assert set(task_type.OPTIONAL_INPUTS) <= set(optional) & set(task_type.ROW_COLUMNS)
    assert {*required, *optional} - {"answers"} <= set(task_type.ROW_COLUMNS)
    assert set(task_type.POSITIVE_CLASS_METRICS) < set(METRICS[kind])
    assert task_type.default_metric(["O", "B-X"]) == METRICS[kind][0]


def test_unknown_type_names_the_nearest():
    with pytest.raises(IntertaskError, match="classification"):
        get_type("clasification")


def test_text_pairs_need_no_heavy_import():
    code = (
        "import sys; from intertask.types import TYPES, get_type; "
        "rows = [dict(text_a='a', text_b=None, tokens=['a'], context='c', question='q', choices=['x'])]; "
        "[get_type(name).text_pairs(rows) for name in TYPES]; "
        "bad = {'torch', 'transformers', 'adapters', 'sklearn', 'pandas', 'scipy', 'seqeval'} & set(sys.modules); "
        "sys.exit(', '.join(bad) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_text_pairs():
    assert get_type("classification").text_pairs(ROWS["classification"])[2] == [
        ("Nobody remembers", "which ship carried the granite")
    ]
    assert get_type("multiple_choice").text_pairs(ROWS["multiple_choice"])[1] == [
        ("Which ship?", choice) for choice in ("one", "two", "the granite ship", "no")
    ]
    assert get_type("multiple_choice").text_pairs(ROWS["multiple_choice"])[0][0][0].endswith("bay.  Who rowed?")
    assert get_type("extractive_qa").text_pairs(ROWS["extractive_qa"])[1] == [("How many?", "Two ropes.")]
    assert get_type("tagging").text_pairs(ROWS["tagging"])[0] == [("The keeper of Port Ellery", None)]


@pytest.mark.parametrize("kind", TYPES)
def test_head_and_adapter_learn_on_a_ragged_batch(kind, setting):
    task_type, _, plain = prepare(kind, setting)
    batch = task_type.collator(setting.tokenizer)(plain)
    assert max(values.shape[-1] for key, values in batch.items() if key == "input_ids") <= 40
    setting.model.train()
    trained = {name: p for name, p in setting.model.named_parameters() if p.requires_grad}
    assert all(".adapters.a." in name or "heads.t." in name for name in trained)
    optimizer = torch.optim.AdamW(trained.values(), lr=2e-2)
    first, _ = task_type.loss(setting.model, batch)
    first.backward()
    # an adapter starts as the identity: its down projections get their first gradient in the second step
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in trained.values())
    assert all(p.grad.abs().sum() > 0 for name, p in trained.items() if "heads.t." in name and "weight" in name)
    for _ in range(60):
        optimizer.step()
        optimizer.zero_grad()
        value, _ = task_type.loss(setting.model, batch)
        value.backward()
    assert value < 0.7 * first


@pytest.mark.parametrize("kind", TYPES)
def test_padding_changes_neither_logits_loss_nor_predictions(kind, setting):
    task_type, encodings, plain = prepare(kind, setting)
    collate = task_type.collator(setting.tokenizer)
    with torch.no_grad():
        together = task_type.loss(setting.model, collate(plain))
        alone = [task_type.loss(setting.model, collate([encoding])) for encoding in plain]
    stacked = tuple(padded_stack([logits[k].numpy() for _, logits in alone]) for k in range(len(together[1])))
    as_batch = tuple(logits.numpy() for logits in together[1])
    for a, b in zip(as_batch, stacked, strict=True):
        real = b != -100
        assert np.allclose(a[real], b[real], atol=1e-5)
    if kind != "tagging":  # its mean is over labeled positions, which differ in number
        assert torch.isclose(together[0], torch.stack([value for value, _ in alone]).mean(), atol=1e-5)
    rows, info = ROWS[kind], INFO[kind]
    predictions, again = (task_type.predict(logits, encodings, rows, info) for logits in (as_batch, stacked))
    assert predictions == (pytest.approx(again, abs=1e-5) if kind == "regression" else again)
    assert len(predictions) == len(rows)
    scores = task_type.score(predictions, rows, info)
    unscored = {"f1", "group_exact_match", "group_f1"} if kind == "classification" else {"f0.5"}
    expected = set(METRICS[kind]) - unscored  # three labels: no positive one; no groups
    assert expected <= set(scores)
    assert all(isinstance(value, float) and -100 <= value <= 100 for value in scores.values())


@pytest.mark.parametrize("kind", TYPES)
def test_without_labels(kind, setting):
    task_type, _, plain = prepare(kind, setting, labeled=False)
    assert not {"labels", "start_positions", "end_positions"} & set(plain[0])
    value, logits = task_type.loss(setting.model, task_type.collator(setting.tokenizer)(plain))
    assert value is None
    assert all(torch.isfinite(part).all() for part in logits)


@pytest.mark.parametrize("kind", TYPES)
def test_no_rows_and_no_room(kind, tokenizer):
    task_type = get_type(kind)
    assert task_type.encode([], Tokenization(tokenizer, 40, 8), INFO[kind]) == []
    with pytest.raises(IntertaskError, match="max_length 5 leaves no room"):
        task_type.encode(ROWS[kind], Tokenization(tokenizer, 5, 2), INFO[kind])


@pytest.mark.parametrize("kind", TYPES)
def test_a_head_replaces_one_of_the_same_name(kind, setting):
    task_type = get_type(kind)
    task_type.add_head(setting.model, "t", INFO[kind])
    old = setting.model.heads["t"]
    task_type.add_head(setting.model, "t", INFO[kind], layers=3)
    assert setting.model.heads["t"] is not old
    assert setting.model.heads["t"].config["layers"] == 3
    if INFO[kind]["labels"]:
        assert list(setting.model.heads["t"].config["label2id"]) == INFO[kind]["labels"]


@pytest.mark.parametrize("kind", ["extractive_qa", "tagging"])
def test_prompt_tuning_keeps_positions(kind, setting):
    setting.model.add_adapter("p", config="prompt_tuning")
    setting.model.train_adapter("p")
    task_type, _, plain = prepare(kind, setting)
    batch = task_type.collator(setting.tokenizer)(plain)
    value, logits = task_type.loss(setting.model, batch)
    assert torch.isfinite(value)
    assert all(part.shape[:2] == batch["input_ids"].shape for part in logits)
