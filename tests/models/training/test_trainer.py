"""Checkpoints and history of the Trainer; whole runs are tested in test_fine_tuning.py."""

from intertask.models.training import trainer as training


def test_half_written_checkpoint_is_not_used(tmp_path):
    for step in (4, 8):
        (tmp_path / f"checkpoint-{step}").mkdir()
    (tmp_path / "checkpoint-4" / "complete").touch()
    assert training._last_complete(tmp_path).name == "checkpoint-4"
    assert not (tmp_path / "checkpoint-8").exists()


def test_history_has_an_entry_per_step():
    log = [{"loss": 0.5, "step": 4}, {"eval_dev": 70.0, "step": 4}, {"loss": 0.25, "step": 8}]
    log.append({"train_runtime": 1.0, "step": 8})
    assert training._history(log) == [{"step": 4, "loss": 0.5, "dev": 70.0}, {"step": 8, "loss": 0.25}]
