"""What is known about this machine."""

import shutil

from intertask.check import machine


def test_gpus_are_listed_one_per_line(tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'Tesla, 16384 MiB'\necho\necho 'Tesla, 16384 MiB'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert machine.gpus() == 2 * ["Tesla, 16384 MiB"]
    program.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.gpus() == []


def test_disk_of_a_folder_that_does_not_exist_yet(tmp_path):
    assert machine.free_disk(tmp_path / "a" / "b") <= shutil.disk_usage(tmp_path).total
    assert machine.free_disk(tmp_path / "a" / "b") > 0


def test_a_cpu_build_of_torch_is_recognized_by_its_version(monkeypatch):
    for version, expected in (("2.13.0+cpu", True), ("2.13.0", False)):
        monkeypatch.setattr(machine, "version", lambda name, version=version: version)
        assert machine.torch_is_for_cpus() is expected


def test_at_least_one_core_and_some_memory():
    assert machine.cpu_cores() >= 1 and machine.memory() > 1e8
