"""The folder of checkpoints: removed once the result is written, kept where the job fails."""

import pytest

from intertask.models.training.checkpoints import checkpoint_folder


def test_the_folder_is_removed_at_the_end(tmp_path):
    with checkpoint_folder(tmp_path / "c") as folder:
        (folder / "checkpoint-4").mkdir()
        assert (folder / "lock").exists()
    assert not (tmp_path / "c").exists()


def test_a_failed_job_keeps_its_checkpoints(tmp_path):
    with pytest.raises(KeyboardInterrupt), checkpoint_folder(tmp_path / "c") as folder:
        (folder / "checkpoint-4").mkdir()
        raise KeyboardInterrupt
    assert (tmp_path / "c" / "checkpoint-4").exists()
