"""Messages about wrong keys: each names the key, what it takes and what it has."""

import pytest

from intertask.config import Config, Task
from intertask.config.problems import nested_models, validate
from intertask.config.training import Model, TrainingChanges
from intertask.errors import IntertaskError

CONFIG = {"sources": ["a", "b"], "targets": ["t"]}
TASK = {"name": "mine", "type": "classification", "data": {"files": {"train": "train.csv"}}}


def message(model, values) -> str:
    with pytest.raises(IntertaskError) as error:
        validate(model, values, "mine.yaml")
    assert (error.value.where, error.value.fix) == ("mine.yaml", "correct the file and run again")
    return error.value.what


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"source": ["a"]}, "source: unknown key; did you mean 'sources'?"),
        ({"training": {"source": {"epoch": 3}}}, "training.source.epoch: unknown key; did you mean 'epochs'?"),
        ({"models": {"m": {"pth": "x"}}}, "models.m.pth: unknown key; did you mean 'path'?"),
        ({"tasks": {"a": {"data": {"hib": "x"}}}}, "tasks.a.data.hib: unknown key; did you mean 'hub'?"),
        ({"seed": "one"}, "seed: expected an integer, but it is 'one'"),
        ({"seed": 1.5}, "seed: expected an integer, but it is 1.5"),
        ({"seed": -1}, "seed: must be greater than or equal to 0, but it is -1"),
        ({"seed": None}, "seed: expected an integer, but it is null"),
        ({"sources": "a"}, "sources: expected a list, but it is 'a'"),
        ({"sources": []}, "sources: list at least 1"),
        ({"sentence_encoder": {"a": {"path": "x"}, "b": {"path": "y"}}}, "sentence_encoder: list at most 1"),
        ({"adapter": 3}, "adapter: expected text, but it is 3"),
        ({"warm_worker": "perhaps"}, "warm_worker: expected true or false, but it is 'perhaps'"),
        ({"features": 3}, "features: expected keys and values, but it is 3"),
        ({"history": 3}, "history: expected 'none' or 'own' or a list, but it is 3"),
        ({"precision": "bf-16"}, "precision: expected 'auto', 'float32' or 'bf16', but it is 'bf-16'; did you mean "),
        ({"training": {"transfer": {"learning_rate": "fast"}}}, "transfer.learning_rate: expected a number, but it"),
    ],
)
def test_configurations(keys, expected):
    assert expected in message(Config, CONFIG | keys)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"data": {"files": {"train": "x.csv", "dev": "y.csv"}}},
            "data.files.dev: unknown key; known: train, validation",
        ),
        ({"data": {"files": {"train": 3}}}, "data.files.train.0: expected text, but it is 3"),
        (
            {"data": {"download": {"train": {"url": "https://x", "sha": ""}}}},
            "data.download.train.0.sha: unknown key; did you mean 'sha256'?",
        ),
        (
            {"data": {"hub": "x", "alternatives": [{"hub": "y", "revison": "z"}]}},
            "data.alternatives.0.revison: unknown key; did you mean 'revision'?",
        ),
        ({"columns": {"text_a": 1.5}}, "columns.text_a: expected text or an integer or a list, but it is 1.5"),
        ({"type": "classfication"}, "but it is 'classfication'; did you mean 'classification'?"),
    ],
)
def test_tasks(keys, expected):
    assert expected in message(Task, TASK | keys)


def test_every_wrong_key_is_listed():
    found = message(Config, {"targets": ["t"], "seed": "x", "colour": 1})
    assert found.startswith(
        "sources: this key is missing; seed: expected an integer, but it is 'x'; colour: unknown key"
    )


def test_a_message_ends_with_one_mark():
    assert message(Config, {**CONFIG, "sedes": [1]}) == "sedes: unknown key; did you mean 'seeds'?"
    assert message(Config, {"targets": ["t"]}) == "sources: this key is missing."


def test_sections_inside_of_other_types():
    assert nested_models(dict[str, Model] | list[TrainingChanges] | None) == [Model, TrainingChanges]
    assert nested_models(list[str]) == []
