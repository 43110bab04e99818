"""Keys that have a new name: the old name still works for one version, and the user is told once in each run."""

import os
import sys
from collections.abc import Mapping
from typing import Any

#: The version that no longer accepts the old names.
REMOVED_IN = "0.3"

#: Environment variable with the old names that were reported, so that the processes of a run do not repeat them.
REPORTED = "INTERTASK_REPORTED_KEYS"


def rename_keys(values: Any, former_names: Mapping[str, str]) -> Any:
    """Give the keys of one section their names of today.

    Args:
        values: The section as the user wrote it. Anything but a mapping is returned unchanged.
        former_names: Old name of a key -> its name today.

    Returns:
        The section with today's names, in the same order.

    Raises:
        ValueError: The section has a key under both of its names.
    """
    if not isinstance(values, Mapping):
        return values
    for old, new in former_names.items():
        if old in values and new in values:
            raise ValueError(f"'{old}' is the old name of '{new}'; keep only '{new}'")
    return {former_names.get(key, key): value for key, value in values.items()}


def report_old_keys(values: Mapping[str, Any], former_names: Mapping[str, str]) -> None:
    """Print one line on stderr for each old name that a section uses, once in each run.

    Args:
        values: The section as the user wrote it.
        former_names: Old name of a key -> its name today.
    """
    reported = os.environ.get(REPORTED, "").split()
    for old, new in former_names.items():
        if old in values and old not in reported:
            print(
                f"The key '{old}' is now called '{new}'; the old name will be removed in version {REMOVED_IN}.",
                file=sys.stderr,
                flush=True,
            )
            reported.append(old)
            os.environ[REPORTED] = " ".join(reported)
