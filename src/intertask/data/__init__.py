"""Loading, checking and preparing the data of tasks."""

from .prepare import DATA_KEYS, Prepared, load_info, load_prepared, prepare
from .subset import split, stratified_subset

__all__ = ["DATA_KEYS", "Prepared", "load_info", "load_prepared", "prepare", "split", "stratified_subset"]
