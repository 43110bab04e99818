"""Typed models of ``config.yaml`` and of a task's YAML file: names, defaults, descriptions and checks of every key.

Unknown keys are errors, and the message names the nearest known one. ``schemas/*.schema.json`` and
``docs/configuration.md`` are generated from these models; tests compare them.
"""

from ..yaml_files import read_yaml
from .base import Strict, plain_name
from .origin import (
    FORMATS,
    LOCATION_KEYS,
    NEW_KEYS,
    Alternative,
    Data,
    Download,
    Downloads,
    Files,
    Origin,
    PublishedRows,
    Splits,
)
from .problems import validate
from .run import Config, load_config
from .schemas import export_schemas
from .steps import AdapterFusion, Embeddings, Evaluation, Features, FewShot, Gradients, Maps, Observed, Recommend
from .task import COLUMNS, METRICS, Task, TaskOverride, TaskTypeName, load_task
from .training import Model, Training, TrainingChanges, TrainingStages

__all__ = [
    "COLUMNS",
    "FORMATS",
    "LOCATION_KEYS",
    "METRICS",
    "NEW_KEYS",
    "AdapterFusion",
    "Alternative",
    "Config",
    "Data",
    "Download",
    "Downloads",
    "Embeddings",
    "Evaluation",
    "Features",
    "FewShot",
    "Files",
    "Gradients",
    "Maps",
    "Model",
    "Observed",
    "Origin",
    "PublishedRows",
    "Recommend",
    "Splits",
    "Strict",
    "Task",
    "TaskOverride",
    "TaskTypeName",
    "Training",
    "TrainingChanges",
    "TrainingStages",
    "export_schemas",
    "load_config",
    "load_task",
    "plain_name",
    "read_yaml",
    "validate",
]
