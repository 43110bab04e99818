"""The beginning and the end of every script under workflow/scripts."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from .. import __version__
from ..errors import exit_on_user_error
from .long_arguments import read_pipes


def arguments(description: str | None, *names: str) -> argparse.Namespace:
    """Parse the command line of a script.

    Args:
        description: The script's docstring; its first line is the help text.
        *names: Names of the options besides ``--recipe``. All are required, and their values are strings. A long value
            may come from a pipe of the shell, as in ``--recipe <(cat recipe.json)``.

    Returns:
        The values; ``recipe`` is the parsed JSON.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--recipe", required=True, type=json.loads, help="settings of the step, as JSON")
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args(read_pipes(sys.argv[1:]))


def run(main: Callable[[], Any]) -> None:
    """Call a script's ``main`` and end the process.

    A user's mistake ends with one message and exit code 1. Ctrl-C leaves one line in the log instead of a traceback.

    Under ``python -OO`` the script starts again without it, because transformers reads docstrings.

    A script that runs in its own process ends here without the interpreter's cleanup. During that cleanup Arrow's
    threads sometimes abort the process, and a job that has written all its results would count as failed
    (apache/arrow#45214).

    Args:
        main: The function to call.
    """
    sys.excepthook = _report
    own_process = sys._getframe(1).f_back is None  # a caller above the script is the warm worker or a test, which go on
    if own_process and sys.flags.optimize > 1:
        os.environ.pop("PYTHONOPTIMIZE", None)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    exit_on_user_error(main)
    if own_process:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def versions() -> dict[str, str]:
    """Return the versions of the packages that a trained result depends on."""
    from importlib.metadata import version

    return {"intertask": __version__} | {name: version(name) for name in ("torch", "transformers", "adapters")}


def _report(error_type: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Print an uncaught exception as Python does, but an interrupt in one line."""
    if issubclass(error_type, KeyboardInterrupt):
        print("Interrupted.", file=sys.stderr, flush=True)
    else:
        sys.__excepthook__(error_type, error, traceback)
