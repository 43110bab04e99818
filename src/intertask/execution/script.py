"""What every script under workflow/scripts begins and ends with."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from ..errors import exit_on_user_error


def arguments(description: str | None, *names: str) -> argparse.Namespace:
    """Parse ``--recipe JSON`` and the named options (all required, plain strings).

    ``recipe`` comes back as a dictionary.
    """
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--recipe", required=True, type=json.loads, help="settings of the step, as JSON")
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def run(main: Callable[[], Any]) -> None:
    """Call ``main``; a user's mistake ends with one message and exit code 1, no traceback.

    A program of its own ends here, without the interpreter's tidying up: while that runs, Arrow's threads now and then
    abort the process, and a job that has written all its results would count as failed (apache/arrow#45214).
    """
    exit_on_user_error(main)
    if sys._getframe(1).f_back is None:  # not in a worker's child nor in a test, where more is to come
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def versions() -> dict[str, str]:
    """Versions of the packages that a trained result depends on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("intertask", "torch", "transformers", "adapters")}
