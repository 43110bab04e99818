"""JSON schemas of ``config.yaml`` and of a task's YAML file, with which editors complete and check the keys."""

import json
from pathlib import Path

from .run import Config
from .task import ADDED_WHEN_READ, Task


def export_schemas(folder: str | Path) -> dict[Path, str]:
    """Make the JSON schemas of both files.

    Args:
        folder: Folder that the schemas belong in. Nothing is written.

    Returns:
        Path of each schema -> its text.
    """
    schemas = {"config": Config.model_json_schema(), "task": Task.model_json_schema()}
    schemas["task"]["required"] = [key for key in schemas["task"]["required"] if key not in ADDED_WHEN_READ]
    return {
        Path(folder) / f"{name}.schema.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()
    }
