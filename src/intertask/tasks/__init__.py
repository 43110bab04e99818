"""The registry of task YAMLs."""

from .registry import Registry, check_files, configured_tasks

__all__ = ["Registry", "check_files", "configured_tasks"]
