"""The registry of task YAMLs."""

from .registry import Registry, configured_tasks

__all__ = ["Registry", "configured_tasks"]
