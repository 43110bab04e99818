"""The JSON schemas are those of the models."""

import json

from paths import ROOT

from intertask.config.schemas import export_schemas


def test_schemas_are_up_to_date():
    for path, text in export_schemas(ROOT / "schemas").items():
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(text), (
            f"run python -m intertask.config {path.parent}"
        )


def test_a_task_file_needs_no_name():
    schemas = {path.name: json.loads(text) for path, text in export_schemas("x").items()}
    assert schemas["task.schema.json"]["required"] == ["type", "data"]
    assert schemas["config.schema.json"]["required"] == ["sources", "targets"]
