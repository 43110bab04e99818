"""Read the files of a model folder: regular files of limited size, and JSON that is neither broken nor too deep.

Only the standard library is imported here, so that ``snakemake check`` can use this module.
"""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import IntertaskError

#: Size of the largest configuration file that is read, in bytes. Thousands of label names take less than 1 MB.
MAX_BYTES = 50_000_000
#: Levels of lists and objects inside each other that a configuration file may have.
MAX_DEPTH = 50
#: Files and folders that a model folder may have.
MAX_FILES = 20_000
_COPY = "download or copy the model again"


def model_files(folder: Path, model: str) -> list[Path]:
    """List the files of a model folder and of the folders in it.

    Args:
        folder: The folder.
        model: The model, for the message.

    Returns:
        Paths of regular files, or of links to them, in alphabetical order.

    Raises:
        IntertaskError: The folder cannot be read, has too many files, or has something else than files and folders,
            such as a named pipe, whose reader would wait forever.
    """
    return sorted(_walk(folder, model))


def read_model_json(path: Path, model: str) -> Any:
    """Read a JSON file of a model.

    Args:
        path: The file.
        model: The model, for the message.

    Returns:
        Its content.

    Raises:
        IntertaskError: The file is too large, is not UTF-8 or not JSON, or has too many levels.
    """
    try:
        if os.path.getsize(path) > MAX_BYTES:
            reason = f"it has more than {MAX_BYTES // 10**6} MB"
        else:
            content = json.loads(path.read_text(encoding="utf-8"))
            if _is_shallow(content, MAX_DEPTH):
                return content
            reason = f"it has more than {MAX_DEPTH} levels of lists and objects"
    except RecursionError:
        reason = f"it has more than {MAX_DEPTH} levels of lists and objects"
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text (byte {error.start})"
    except (OSError, ValueError) as error:
        reason = f"it is not valid JSON: {error}"
    raise IntertaskError(f"{path.name} of the model {model} cannot be read: {reason}.", path, _COPY) from None


def read_model_object(path: Path, model: str) -> dict[str, Any]:
    """Read a JSON file of a model that must be an object, such as ``config.json``.

    Args:
        path: The file.
        model: The model, for the message.

    Returns:
        Its content.

    Raises:
        IntertaskError: As :func:`read_model_json`, or the file holds something else than an object.
    """
    content = read_model_json(path, model)
    if not isinstance(content, dict):
        what = f"{path.name} of the model {model} holds a {type(content).__name__} instead of an object with keys."
        raise IntertaskError(what, path, _COPY)
    return content


def _walk(folder: Path, model: str) -> Iterator[Path]:
    """Yield the files below a folder. Links to folders are followed once, because loading follows them too."""
    waiting, seen, found = [folder], set(), 0
    try:
        while waiting:
            current = waiting.pop()
            real = os.path.realpath(current)
            if real in seen:
                continue
            seen.add(real)
            for path in current.iterdir():
                found += 1
                if found > MAX_FILES:
                    what = f"The model folder {folder} has more than {MAX_FILES:,} files."
                    raise IntertaskError(what, folder, "name a folder that holds the model alone")
                try:
                    mode = path.stat().st_mode
                except FileNotFoundError:  # a link to a file that was not downloaded; it may not be needed
                    continue
                if stat.S_ISDIR(mode):
                    waiting.append(path)
                elif stat.S_ISREG(mode):
                    yield path
                else:
                    what = f"{path.name} in the folder of the model {model} is not a regular file."
                    raise IntertaskError(what, path, f"remove it, or {_COPY}")
    except OSError as error:
        what = f"The folder of the model {model} cannot be read: {error.strerror or error}."
        raise IntertaskError(what, error.filename or folder, f"correct its permissions and links, or {_COPY}") from None


def _is_shallow(content: Any, depth: int) -> bool:
    """Whether no value is inside more than ``depth`` lists and objects."""
    level = [content]
    for _ in range(depth + 1):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return True
    return False
