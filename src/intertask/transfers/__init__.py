"""Transfers that were run elsewhere, imported from a table with setting, target, source, seed, metric and value.

Plain Python without pandas, because the settings of the table are read while Snakemake parses the workflow.
"""

from .imported import Imported, history_runs, import_observed, observed_settings
from .table import Run, read_runs

__all__ = ["Imported", "Run", "history_runs", "import_observed", "observed_settings", "read_runs"]
