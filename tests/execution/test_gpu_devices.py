"""Which devices a job may use: names as CUDA reads them, and what the driver lists."""

import pytest
from nvidia import LISTED, MIGS, UUIDS, nvidia_smi

from intertask.execution.gpu_devices import devices, scheduler_job


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("2, 0", ["2", "0"]),
        ("0,0,1", ["0", "1"]),
        ("1,-1,0", ["1"]),
        ("NoDevFiles", []),
        ("", []),
        (",".join(UUIDS), UUIDS),
        (MIGS[0], MIGS[:1]),
    ],
)
def test_names_are_read_as_cuda_reads_them(value, names, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert [device.name for device in devices({"CUDA_VISIBLE_DEVICES": value})] == names


def test_without_a_list_all_that_the_driver_names(tmp_path, monkeypatch):
    """A card in parts is its parts."""
    monkeypatch.setenv("PATH", nvidia_smi(tmp_path / "bin", LISTED))
    assert [device.name for device in devices({}, tmp_path)] == [*MIGS, UUIDS[1]]
    devices({}, tmp_path)
    assert (tmp_path / "bin/calls").read_text() == "x\n"  # the driver is asked once


def test_a_job_of_a_scheduler_is_identified_by_all_of_its_variables():
    assert scheduler_job({"JOB_ID": "7", "SGE_TASK_ID": "2"}) == "JOB_ID=7+SGE_TASK_ID=2"
    assert scheduler_job({"JOB_ID": "7"}) is None
