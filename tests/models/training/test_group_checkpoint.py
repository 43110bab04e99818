"""Runs that are trained together and interrupted end as if they had not been, with dropout."""

import pytest
from training_runs import assert_same, weights

from intertask.data import Prepared
from intertask.models.adapters import add_fresh_adapter
from intertask.models.base import load_model, load_tokenizer
from intertask.models.training import together
from intertask.models.training.fine_tuning import prepare_run
from intertask.models.training.seeds import set_seed


@pytest.fixture
def start(tiny_model, recipe, colours):
    """Training of two runs of different lengths, from the same beginning at each call."""

    def train(patience, checkpoint):
        set_seed(recipe["seed"])
        model, runs = load_model(tiny_model), []
        changes = {"a": ({"epochs": 5, "weight_decay": 0.1}, 32), "b": ({"epochs": 3, "warmup_ratio": 0.3}, 27)}
        for name, (changed, rows) in changes.items():
            add_fresh_adapter(model, name, "seq_bn")
            one = recipe | {"adapter": "seq_bn", "training": recipe["training"] | {"patience": patience} | changed}
            task = Prepared(colours.info, colours.train[:rows], colours.validation)
            runs.append(prepare_run(model, tiny_model, name, task, one, 1))
        return together.train_together(model, runs, load_tokenizer(tiny_model), checkpoint=checkpoint), weights(model)

    return train


@pytest.mark.parametrize("patience", [0, 1, 4])
def test_interrupted_equals_undisturbed(start, tmp_path, monkeypatch, patience):
    expected, expected_weights = start(patience, None)
    step = together._step
    monkeypatch.setattr(together, "_SECONDS_BETWEEN_CHECKPOINTS", -1)
    for steps in (1, 7, 14):
        folder, taken = tmp_path / str(steps), []
        folder.mkdir()

        def counted(*arguments, steps=steps, taken=taken):
            if len(taken) == steps:
                raise KeyboardInterrupt
            taken.append(1)
            step(*arguments)

        monkeypatch.setattr(together, "_step", counted)
        try:
            start(patience, folder / "group.safetensors")
            assert patience == 1, "it was not interrupted"  # early stopping may come first
        except KeyboardInterrupt:
            assert [path.name for path in folder.iterdir()] == ["group.safetensors"]
        taken.clear()
        monkeypatch.setattr(together, "_step", lambda *arguments, taken=taken: (taken.append(1), step(*arguments)))
        found, found_weights = start(patience, folder / "group.safetensors")
        assert len(taken) <= max(run["steps"] for run in expected) - steps or patience == 1
        assert found == expected
        assert_same(found_weights, expected_weights)


def test_without_a_checkpoint_folder_nothing_is_written(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(together, "_SECONDS_BETWEEN_CHECKPOINTS", -1)
    start(0, None)
    assert list(tmp_path.iterdir()) == []
