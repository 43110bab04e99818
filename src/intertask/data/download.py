"""Files at published addresses: fetched once, kept in a cache, checked against their SHA-256.

The package ``pooch`` would not replace this module. It does not record the checksum of a file whose checksum is
unknown, it retries whatever the cause of a failure, and it unpacks archives to the disk.
"""

import base64
import fnmatch
import hashlib
import os
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ..config import Download, Origin
from ..errors import IntertaskError, UnavailableError, without_secrets
from ..files import atomic, file_sha256, read_json, write_json
from ..retry import hub_is_offline, with_retries
from .formats import Room, Table, read_content, read_file

_SECONDS_BETWEEN_LINES = 10
_TIMEOUT = 60
_CHUNK = 1 << 20
_HEADERS = {"User-Agent": "intertask"}


def cache_folder() -> Path:
    """Return ``$INTERTASK_CACHE``; by default ``$XDG_CACHE_HOME/intertask`` or ``~/.cache/intertask``."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("INTERTASK_CACHE") or Path(home) / "intertask")


def cached_path(url: str) -> Path:
    """Return the path of an address in the cache. A file beside it, with ``.json`` added, has its SHA-256 and size.

    Args:
        url: The address.
    """
    name = PurePosixPath(unquote(urlsplit(url).path)).name or "file"
    return cache_folder() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:16] / name


def read_download(item: Download, data: Origin, room: Room | None = None) -> tuple[list[Table], str]:
    """Fetch a file unless it is in the cache, and read it or the members that the task names.

    Args:
        item: Address of the file, and perhaps its SHA-256 and the pattern of its members.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).
        room: Memory for the rows, as for :func:`.formats.read_file`. The rows of members are always held.

    Returns:
        One table per member in sorted order (one table if it is no archive), and the SHA-256 of the file.

    Raises:
        UnavailableError: The file cannot be fetched, or has another SHA-256 than stated.
        IntertaskError: The archive has no such member, or a file cannot be read.
    """
    path, sha256 = fetch(item)
    shown = without_secrets(item.url)
    if item.member is None:
        return [read_file(str(path), data, room=room, name=shown)], sha256
    read = [read_content(f"{shown}!{name}", content, data, size) for name, content, size in members(path, item)]
    return read, sha256


def fetch(item: Download) -> tuple[Path, str]:
    """Fetch a file unless it is in the cache. An interrupted download leaves no file that looks complete.

    Args:
        item: Address of the file, and perhaps its SHA-256.

    Returns:
        Path of the file in the cache, and its SHA-256.

    Raises:
        UnavailableError: The file cannot be fetched, or has another SHA-256 than stated.
    """
    path = cached_path(item.url)
    record = path.with_name(path.name + ".json")
    if path.is_file() and record.is_file():
        sha256 = file_sha256(path)
        if sha256 == read_json(record)["sha256"]:
            _check_sum(sha256, item, path)
            return path, sha256
        print(f"{path} is damaged; downloading it again", flush=True)
    if hub_is_offline():
        raise UnavailableError(
            f"{item.url} is not in the cache, and HF_HUB_OFFLINE is set.",
            f"{item.url} ({path})",
            "run once with a network connection; or " + _OWN_COPY,
        )
    try:
        with_retries(lambda: _download(item.url, path), without_secrets(item.url))
    except urllib.error.HTTPError as error:
        raise UnavailableError(
            f"The file is no longer at its published address: {error.code} {error.reason}."
            if error.code in (403, 404, 410)
            else f"The server does not give the file: {error.code} {error.reason}.",
            item.url,
            _OWN_COPY,
        ) from None
    except (OSError, HTTPException, ValueError) as error:
        raise UnavailableError(
            f"The file cannot be fetched: {str(error) or type(error).__name__}.",
            item.url,
            "check the network and run again; or " + _OWN_COPY,
        ) from None
    sha256 = file_sha256(path)
    _check_sum(sha256, item, path)
    write_json(record, {"url": without_secrets(item.url), "sha256": sha256, "bytes": path.stat().st_size})
    return path, sha256


_OWN_COPY = "name your own copy in the configuration: 'tasks: {<task>: {data: {files: {train: …}}}}'"


def _check_sum(sha256: str, item: Download, path: Path) -> None:
    """Check the SHA-256 of a file if the task states one."""
    if item.sha256 is not None and sha256 != item.sha256:
        raise UnavailableError(
            f"The file has the SHA-256 {sha256}, and the task states {item.sha256}.",
            f"{item.url} ({path})",
            "the file was changed or damaged: delete it from the cache and run again; or " + _OWN_COPY,
        )


def request_of(url: str, method: str = "GET") -> urllib.request.Request:
    """Make the request for an address. A user name and a password in it are sent in the header, as curl does.

    Args:
        url: The address.
        method: The method of HTTP.

    Raises:
        ValueError: The address is not valid.
    """
    parts = urlsplit(url)
    account, has_account, host = parts.netloc.rpartition("@")
    if not has_account or parts.scheme == "ftp":
        return urllib.request.Request(url, method=method, headers=_HEADERS)
    request = urllib.request.Request(parts._replace(netloc=host).geturl(), method=method, headers=_HEADERS)
    user, _, password = account.partition(":")
    code = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    request.add_unredirected_header("Authorization", f"Basic {code}")  # no other server gets it
    return request


def _download(url: str, path: Path) -> None:
    """Download a file, with a line of progress every ten seconds."""
    shown = without_secrets(url)
    with urllib.request.urlopen(request_of(url), timeout=_TIMEOUT) as answer, atomic(path) as temporary:
        size = int(answer.headers.get("Content-Length") or 0)
        done, shown = 0, time.monotonic()
        with open(temporary, "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if time.monotonic() - shown > _SECONDS_BETWEEN_LINES:
                    shown = time.monotonic()
                    print(f"{shown}: {done / 1e6:.0f} of {size / 1e6:.0f} MB" if size else f"{done / 1e6:.0f} MB")
        if size and done != size:
            raise ConnectionError(f"the connection ended after {done} of {size} bytes")


def members(path: Path, item: Download) -> Iterator[tuple[str, BinaryIO, int]]:
    """Read the matching members of an archive without unpacking them to the disk.

    Args:
        path: A zip or tar archive.
        item: Its ``member`` is the pattern of the names.

    Yields:
        Name and content of each member, sorted by name, and the size in bytes of the packed member; of a tar archive,
        which is packed as a whole, the size of the archive.

    Raises:
        UnavailableError: The file is no archive.
        IntertaskError: No member matches.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                for name in _matching(names, item):
                    with archive.open(name) as content:
                        yield name, content, archive.getinfo(name).compress_size
            return
        with tarfile.open(path) as archive:
            files = {entry.name: entry for entry in archive.getmembers() if entry.isfile()}
            for name in _matching(list(files), item):
                yield name, archive.extractfile(files[name]), path.stat().st_size
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise UnavailableError(
            f"Not a zip or tar archive: {error}.", f"{item.url} ({path})", "delete it from the cache and run again"
        ) from None


def _matching(names: list[str], item: Download) -> list[str]:
    """The sorted names that match the task's pattern."""
    matches = sorted(fnmatch.filter(names, item.member))
    if not matches:
        shown = ", ".join(sorted(names)[:10]) or "nothing"
        raise IntertaskError(
            f"The archive has no member {item.member!r}; it holds {shown}.", item.url, "correct 'member:' in the task"
        )
    return matches
