"""Atomic writes, and fingerprints of what a result was made from."""

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
    """Give a temporary name beside ``path``; rename it to ``path`` if the block succeeds.

    A process that is killed inside the block leaves ``path`` as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last: numpy and others append one of their own where it is missing.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Write JSON atomically, keys in the order given, non-ASCII text as it is."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file that the workflow wrote.

    Raises:
        IntertaskError: The file is missing or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IntertaskError(f"{path} is missing.", path, "ask Snakemake for it") from None
    except ValueError as error:
        raise IntertaskError(f"{path} is not readable JSON: {error}.", path, "delete it and run again") from None


def canonical_json(value: Any) -> str:
    """One line of JSON with sorted keys: equal settings give equal text, whatever order they were typed in."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """First 16 hex digits of the SHA-256 of ``value`` as canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


def file_sha256(path: str | os.PathLike) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
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
