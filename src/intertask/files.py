"""Atomic writes, and fingerprints of the settings and files that a result was made from."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import IntertaskError


@contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Write a file in one step: a process that is killed inside the block leaves the file as it was.

    Args:
        path: The file to write. Its folder is created if it is missing.

    Yields:
        A temporary path in the same folder, which is renamed to ``path`` if the block succeeds.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last, because numpy and others append their own suffix if it is missing.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a text file atomically.

    Args:
        path: The file to write.
        text: Its content, written as UTF-8.
    """
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


#: Key of the checksum in JSON files.
CHECKSUM = "content_sha256"


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Write a JSON file atomically. An object gets a checksum of its content, which :func:`read_json` compares.

    Args:
        path: The file to write.
        value: Its content. The order of keys is kept, and non-ASCII characters are not escaped.
    """
    if isinstance(value, dict):
        value = {**value, CHECKSUM: _checksum(json.loads(json.dumps(value)))}
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _checksum(content: dict[str, Any]) -> str:
    """Compute the checksum of a JSON object."""
    return hashlib.sha256(canonical_json(content).encode(errors="surrogatepass")).hexdigest()


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file that the workflow wrote.

    Args:
        path: The file.

    Returns:
        Its content, without the checksum. Files of earlier versions have none.

    Raises:
        IntertaskError: The file is missing, is not JSON, or was changed after it was written.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IntertaskError(f"The file {path} is missing.", path, "run the workflow again, which makes it") from None
    except ValueError as error:
        raise IntertaskError(f"{path} is not valid JSON: {error}.", path, "delete the file and run again") from None
    if isinstance(content, dict) and CHECKSUM in content and content.pop(CHECKSUM) != _checksum(content):
        fix = f"delete the file and run again; or, if you changed it on purpose, remove its key {CHECKSUM!r}"
        raise IntertaskError(f"{path} was changed after it was written: its checksum differs.", path, fix)
    return content


def canonical_json(value: Any) -> str:
    """Write settings as one line of JSON, which is the same for equal settings in any order.

    Args:
        value: The settings: dictionaries, lists, text, numbers, booleans and None.

    Returns:
        JSON with sorted keys and without spaces.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """Compute the fingerprint of settings.

    Args:
        value: The settings.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 of their canonical JSON.
    """
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


def file_sha256(path: str | os.PathLike) -> str:
    """Compute the SHA-256 of a file.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits in lower case.
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_made_from(
    result: str, path: str | os.PathLike, made_from: Mapping[str, Any], current: Mapping[str, Any]
) -> None:
    """Check that a result was made from the data, adapters and other parts that exist now.

    Args:
        result: Subject of the message, for example ``The transfer mnli -> rte, seed 1,``.
        path: File or folder of the result, which the user is told to delete.
        made_from: Part -> the fingerprint that was recorded with the result.
        current: Part -> its fingerprint now. Only these parts are compared.

    Raises:
        IntertaskError: A part has changed since the result was made.
    """
    for part, now in current.items():
        if made_from.get(part) != now:
            raise IntertaskError(
                f"{result} is out of date: the {part} changed after it was made.",
                path,
                f"delete {path} and run again",
            )
