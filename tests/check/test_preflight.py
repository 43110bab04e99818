"""What the check prints and collects."""

import pytest

from intertask.check import machine
from intertask.check.preflight import Check, conclusion, numbered
from intertask.config import Task, load_config
from intertask.errors import IntertaskError


@pytest.fixture
def check(tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text("text,label\n" + "a b,yes\nc d,no\n" * 10, encoding="utf-8")
    (tmp_path / "wrong.csv").write_text("text,lable\na b,yes\n", encoding="utf-8")
    monkeypatch.setattr(machine, "gpus", lambda: [])
    monkeypatch.setattr(machine, "memory", lambda: 8e9)

    def make(**changes) -> Check:
        data = {"files": {"train": [str(tmp_path / changes.pop("file", "x.csv"))]}}
        config = load_config({"sources": ["a"], "targets": ["t"], "seeds": [1, 2], **changes})
        tasks = {
            name: Task.model_validate({"name": name, "type": "classification", "data": data}) for name in ("a", "t")
        }
        made = Check(config, tasks, list(config.models), tmp_path / "results")
        made.run()
        return made

    return make


def test_no_problems(check, capsys):
    found = check()
    assert (found.problems, found.warnings) == ([], [])
    assert conclusion(found, "snakemake") == "\nNo problems found. Next: snakemake\n"
    printed = capsys.readouterr().out
    for words in ("1 source, 1 target, 1 model, 2 seeds", "local files, 20 training rows; labels no, yes: ok",
                  "GPU: none", "unknown, because the speed of minilm"):  # fmt: skip
        assert words in printed
    assert "Hugging Face" not in printed  # nothing of the run is on the Hub


def test_problems_and_warnings(check, monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda: 2e9)
    monkeypatch.setattr(machine, "free_disk", lambda folder: 10)
    found = check(seeds=[1], file="wrong.csv")
    assert len(found.problems) == 2  # one for each task
    text = conclusion(found, "snakemake")
    assert text.endswith("\nThe run would fail: 2 problems.\n") and text.count("Warning: ") == 3
    for words in ("Only one seed", "2.0 GB of memory", "GB are free"):
        assert words in text


def test_a_gpu_that_torch_cannot_use_is_a_warning(check, monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: ["Tesla, 16384 MiB"])
    monkeypatch.setattr(machine, "torch_is_for_cpus", lambda: True)
    assert any("the installed torch is a CPU build" in warning for warning in check().warnings)


def test_problems_are_numbered():
    text = numbered([IntertaskError("One.", "x.csv", "fix it"), IntertaskError("Two.")])
    assert text.startswith("1. One.\n") and "\n\n2. Two." in text
