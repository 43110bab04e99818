"""Exporting a run: whole files, only those that were scored; origins in words."""

import pytest

from intertask.errors import IntertaskError
from intertask.files import file_sha256, write_json
from intertask.recommendation.export import copy_run, describe_origin


def test_only_scored_weights_are_copied(tmp_path):
    run = tmp_path / "run"
    write_json(run / "result.json", {"target": "t"})
    (run / "adapter.safetensors").write_bytes(b"weights")
    (run / "notes.txt").write_text("not part of the adapter")
    result = {"files": {"adapter.safetensors": file_sha256(run / "adapter.safetensors")}}
    copy_run(run, result, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"adapter.safetensors", "intertask.json"}
    (run / "adapter.safetensors").write_bytes(b"others")
    with pytest.raises(IntertaskError, match="changed after they were scored"):
        copy_run(run, result, tmp_path / "out")
    assert (tmp_path / "out/adapter.safetensors").read_bytes() == b"weights"


@pytest.mark.parametrize(
    "origin, words",
    [
        ({"hub": "glue", "config": "mrpc", "commit": "abc"}, "the hub: glue, mrpc, commit abc"),
        ({"hub": "org/data"}, "the hub: org/data"),
        ({"files": {"train": [{"path": "/data/a.csv"}], "validation": [{"path": "b.csv"}]}}, "the files a.csv, b.csv"),
        ({"download": {"train": [{"url": "u"}, {"url": "u"}], "validation": [{"url": "v"}]}}, "u, v"),
    ],
)
def test_origins(origin, words):
    assert describe_origin(origin) == words
