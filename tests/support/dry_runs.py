"""Dry runs without the seconds that importing Snakemake takes: each is a fork of a process that has imported it."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["snakemake.cli", "snakemake_logger_plugin_intertask", "intertask.config.task_registry"])


def dry_run(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
) -> subprocess.CompletedProcess:
    """Run ``snakemake --dry-run`` with the arguments, as a command would run it.

    Args:
        arguments: The command line, without the program.
        folder: Working folder.
        environment: Environment variables.
        output: File for what it prints.
    """
    process = _FORKS.Process(target=_snakemake, args=(list(arguments), str(folder), dict(environment), str(output)))
    process.start()
    process.join()
    text = output.read_text(encoding="utf-8", errors="replace")
    return subprocess.CompletedProcess(["snakemake", *arguments], process.exitcode, text, "")


def _snakemake(arguments: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    """In the fork: what the program ``snakemake`` does."""
    from snakemake.cli import main

    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, encoding="utf-8", closefd=False) for number in (1, 2))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["snakemake", "--dry-run", *arguments]
    main()
