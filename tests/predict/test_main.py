"""The command: order, progress and messages. What it predicts is tested in tests/models/test_exported.py."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fuzzed_adapters import export

from intertask.errors import IntertaskError
from intertask.files import read_json, write_json
from intertask.models.exported import ABOUT
from intertask.predict import __main__ as command


class Adapter:
    """Predicts the length of a text, and counts its calls."""

    def __init__(self):
        self.info, self.lengths = {"type": "classification"}, []

    def predict_details(self, rows, details, batch_size):
        self.lengths += [len(row["text_a"]) for row in rows]
        return [(len(row["text_a"]), {"n": batch_size}) for row in rows]


def test_long_rows_come_first_and_the_order_is_kept(monkeypatch, capsys):
    monkeypatch.setattr(command, "_CHUNK", 2)
    monkeypatch.setattr(command, "_SECONDS", 0.0)
    adapter, rows = Adapter(), [{"text_a": "x" * n} for n in (3, 1, 5, 2, 4)]
    found = command.predict_rows(adapter, rows, 7)
    assert [row["prediction"] for row in found] == [3, 1, 5, 2, 4] and found[0]["n"] == 7
    assert adapter.lengths == [5, 4, 3, 2, 1]
    assert capsys.readouterr().err.count("of 5 rows, at most ") == 2


@pytest.mark.parametrize(
    "arguments, said", [(["--help"], "probability_<label>"), (["no", "in.csv", "o.csv"], "Error: ")]
)
def test_the_command_in_a_shell(tmp_path, arguments, said):
    run = [sys.executable, "-m", "intertask.predict", *arguments]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert said in done.stdout + done.stderr and "Traceback" not in done.stderr
    assert done.returncode == (0 if arguments == ["--help"] else 1)


@pytest.mark.parametrize("content", [b"", b"\x10" + bytes(30), None])
def test_weights_that_were_not_exported_so_are_one_message(tmp_path, content):
    adapter = Path(shutil.copytree(export("classification")[0], tmp_path / "adapter"))
    weights = adapter / "adapter.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] if content is None else content)
    write_json(adapter / ABOUT, {**read_json(adapter / ABOUT), "files": {}})  # no checksum tells
    (tmp_path / "in.jsonl").write_text('{"id": "1", "text": "a b"}\n')
    with pytest.raises(IntertaskError, match="The adapter cannot be loaded"):
        command.main([str(adapter), str(tmp_path / "in.jsonl"), str(tmp_path / "out.csv")])
    assert not (tmp_path / "out.csv").exists()
