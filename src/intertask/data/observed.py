"""Transfers that somebody else ran: a table with setting, target, source, seed, metric, value."""

import csv
import gzip
from pathlib import Path

from ..config import Observed
from ..errors import IntertaskError


def observed_settings(observed: Observed) -> list[str]:
    """Settings of the table that are to be judged, in the order of the configuration, else of the table.

    Reads the file without pandas: the workflow asks while it is being read.
    """
    path = Path(observed.file)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        found = list(dict.fromkeys(row["setting"] for row in csv.DictReader(file, delimiter="\t")))
    missing = [name for name in observed.settings or [] if name not in found]
    if missing:
        raise IntertaskError(
            f"There is no setting {missing[0]!r}; there are {found}.", path, "config: observed.settings"
        )
    return observed.settings or found
