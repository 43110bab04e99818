"""``python -m intertask.config`` writes the schemas."""

import sys

from intertask.config.__main__ import main
from intertask.config.schemas import export_schemas


def test_both_schemas_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["config", str(tmp_path)])
    main()
    assert {path: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == export_schemas(tmp_path)
