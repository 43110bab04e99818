"""What every script under workflow/scripts begins and ends with."""

import argparse
import json
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
    """Call ``main``; a user's mistake ends with one message and exit code 1, no traceback."""
    exit_on_user_error(main)


def versions() -> dict[str, str]:
    """Versions of the packages that a trained result depends on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("intertask", "torch", "transformers", "adapters")}
