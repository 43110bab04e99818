"""Snakemake without the second that importing it takes: each run is a fork of a process that has imported it."""

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["snakemake.cli", "snakemake_logger_plugin_intertask", "intertask.config.task_registry"])


def snakemake(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess:
    """Run ``snakemake`` with the arguments, as a command would run it.

    Args:
        arguments: The command line, without the program.
        folder: Working folder.
        environment: Environment variables.
    """
    with tempfile.TemporaryDirectory() as outputs:
        files = [str(Path(outputs) / name) for name in ("stdout", "stderr")]
        process = _FORKS.Process(target=_main, args=(list(arguments), str(folder), dict(environment), files))
        process.start()
        process.join()
        texts = [Path(file).read_text(encoding="utf-8", errors="replace") for file in files]
    return subprocess.CompletedProcess(["snakemake", *arguments], process.exitcode, *texts)


def _main(arguments: list[str], folder: str, environment: dict[str, str], files: list[str]) -> None:
    """In the fork: what the program ``snakemake`` does."""
    from snakemake.cli import main

    gc.disable()  # it ends before there is much garbage
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, encoding="utf-8", closefd=False) for number in (1, 2))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["snakemake", *arguments]
    main()
