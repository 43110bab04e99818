"""Where a page comes from: the date of its results, the command, the configuration files, and the version.

Only the Snakemake that the user started knows its command line, and recipes must not change with it. It therefore
passes both on to its jobs in an environment variable. The date is that of the newest result on the page, so a page that
is made again from the same results is the same file.
"""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..files import file_sha256

#: Environment variable with the command and the configuration files, as JSON.
COMMAND = "INTERTASK_COMMAND"
#: Environment variable with the seconds since 1970 that replace the date (https://reproducible-builds.org/specs).
EPOCH = "SOURCE_DATE_EPOCH"
#: What a password or key on the command line is replaced by.
HIDDEN = "HIDDEN"
#: Number of hexadecimal digits of a SHA-256 or a commit that a page shows.
DIGITS = 12
#: Files of the repository that decide what is computed.
CODE = ("src", "rules", "workflow", "Snakefile")

_SECRET = re.compile(r"pass(word|wd|phrase)?$|secret|token|credential|(api|access|private|account)[-_]?key", re.I)


def announce_command(arguments: Sequence[str], configuration: Iterable[str | Path]) -> None:
    """Pass the command line and the names and checksums of the configuration files on to all jobs of this run.

    Args:
        arguments: Words after ``snakemake`` on the command line.
        configuration: The configuration files that were read.
    """
    files = [[_short_path(Path(path)), _sha256(Path(path))] for path in configuration]
    os.environ[COMMAND] = json.dumps({"command": command_line(arguments), "configuration": files})


def command_line(arguments: Sequence[str]) -> str:
    """Return the command as text for a page, without passwords, keys and the path of the home folder.

    Args:
        arguments: Words after ``snakemake`` on the command line.

    Examples:
        >>> command_line(["--cores", "2", "--token", "abc", "--config", "hf_token=abc", "https://me:abc@host/x"])
        'snakemake --cores 2 --token HIDDEN --config hf_token=HIDDEN https://HIDDEN@host/x'
    """
    words, follows_secret = [], False
    home = str(Path.home())
    for word in arguments:
        name, equals, _ = word.partition("=")
        is_secret = bool(_SECRET.search(name))
        if follows_secret and not word.startswith("-"):
            word = HIDDEN
        elif is_secret and equals:
            word = f"{name}={HIDDEN}"
        follows_secret = is_secret and not equals and word.startswith("-")
        word = re.sub(r"(?<=://)[^/@\s]+(?=@)", HIDDEN, word)
        words.append(word.replace(home, "~") if len(home) > 1 else word)
    return " ".join(["snakemake", *(word if word.startswith("~") else shlex.quote(word) for word in words)])


def provenance(results: Iterable[Path]) -> dict[str, Any]:
    """Collect what a page says about its origin.

    Args:
        results: Files that the page shows. Missing files are left out.

    Returns:
        ``date`` (of the newest result, UTC; empty if unknown), ``command`` (empty if unknown), ``configuration`` (pairs
        of file name and first digits of its SHA-256), ``version`` (of intertask) and ``commit`` (empty if this is not a
        clone; says whether the code was changed).
    """
    try:
        announced = json.loads(os.environ.get(COMMAND, "{}"))
        command, files = str(announced.get("command", "")), list(announced.get("configuration", []))
    except (ValueError, AttributeError, TypeError):  # another program's variable
        command, files = "", []
    return {
        "date": _date(results),
        "command": command,
        "configuration": [(name, sha256[:DIGITS]) for name, sha256 in files],
        "version": __version__,
        "commit": commit(Path(__file__).resolve().parents[3]),
    }


def commit(repository: Path) -> str:
    """Return the commit of a clone, and whether its code has changed since.

    Args:
        repository: Folder that contains ``src/intertask``.

    Returns:
        Such as ``0123456789ab`` or ``0123456789ab with changes``; empty if the folder is not a clone.
    """
    if not (repository / ".git").exists():  # git would search the parent folders
        return ""
    git = ["git", "--no-optional-locks", "-C", str(repository)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, timeout=20, check=True)
        changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", *CODE], capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return head.stdout.strip()[:DIGITS] + (" with changes" if changed.returncode == 1 else "")


def _date(results: Iterable[Path]) -> str:
    """The day of the newest file, or that of :data:`EPOCH`."""
    given = os.environ.get(EPOCH, "")
    seconds = (
        int(given) if given.isdecimal() else max((p.stat().st_mtime for p in results if p.is_file()), default=None)
    )
    try:
        return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # no date of the calendar
        return ""


def _short_path(path: Path) -> str:
    """The path from the working folder, or only the name of a file elsewhere, whose path is of no use to a reader."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path.name


def _sha256(path: Path) -> str:
    """SHA-256 of a file; empty if it cannot be read."""
    try:
        return file_sha256(path)
    except OSError:
        return ""
