"""Loading, checking and preparing the data of tasks."""

from .prepare import DATA_KEYS, Prepared, load_info, load_prepared, prepare

__all__ = ["DATA_KEYS", "Prepared", "load_info", "load_prepared", "prepare"]
