"""Files at published addresses: fetched once, kept in a cache, checked against their SHA-256."""

import fnmatch
import hashlib
import os
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ..config import Download, Origin
from ..errors import IntertaskError, UnavailableError
from ..files import atomic, file_sha256, read_json, write_json
from ..retry import with_retries
from .formats import Table, read_content

_SECONDS_BETWEEN_LINES = 10
_TIMEOUT = 60
_CHUNK = 1 << 20


def cache_folder() -> Path:
    """``$INTERTASK_CACHE``, by default ``~/.cache/intertask`` (``$XDG_CACHE_HOME/intertask``)."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("INTERTASK_CACHE") or Path(home) / "intertask")


def cached_path(url: str) -> Path:
    """Where the file of an address is kept; beside it, with ``.json`` added, its sum and size."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name or "file"
    return cache_folder() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:16] / name


def read_download(item: Download, data: Origin) -> tuple[list[Table], str]:
    """Fetch a file, unless it is in the cache, and read it, or the members of it that the task names.

    Returns:
        One table per member in sorted order (one where it is no archive), and the file's SHA-256.

    Raises:
        UnavailableError: It is gone from its address, or the network is, or it is not the file of the stated sum.
    """
    path, sha256 = fetch(item)
    if item.member is None:
        return [read_content(item.url, path.read_bytes(), data)], sha256
    return [read_content(f"{item.url}!{name}", content, data) for name, content in members(path, item)], sha256


def fetch(item: Download) -> tuple[Path, str]:
    """The file in the cache, and its SHA-256. Interrupted, it leaves nothing that counts as whole."""
    path = cached_path(item.url)
    about = path.with_name(path.name + ".json")
    if path.is_file() and about.is_file():
        found = file_sha256(path)
        if found == read_json(about)["sha256"]:
            _check_sum(found, item, path)
            return path, found
        print(f"{path} was damaged; fetching it again", flush=True)
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise UnavailableError(
            f"{item.url} is not in the cache, and HF_HUB_OFFLINE is set.",
            f"{item.url} ({path})",
            "fetch it once with a network; or " + _OWN_COPY,
        )
    try:
        with_retries(lambda: _download(item.url, path), item.url)
    except urllib.error.HTTPError as error:
        raise UnavailableError(
            f"The file is no longer at its published address: {error.code} {error.reason}."
            if error.code in (403, 404, 410)
            else f"The server does not give the file: {error.code} {error.reason}.",
            item.url,
            _OWN_COPY,
        ) from None
    except OSError as error:
        raise UnavailableError(
            f"The file cannot be fetched: {str(error) or type(error).__name__}.",
            item.url,
            "check the network and run again; or " + _OWN_COPY,
        ) from None
    found = file_sha256(path)
    _check_sum(found, item, path)
    write_json(about, {"url": item.url, "sha256": found, "bytes": path.stat().st_size})
    return path, found


_OWN_COPY = "give a copy of your own in the configuration: 'tasks: {<task>: {data: {files: {train: …}}}}'"


def _check_sum(found: str, item: Download, path: Path) -> None:
    if item.sha256 is not None and found != item.sha256:
        raise UnavailableError(
            f"The file has the SHA-256 {found}, and the task states {item.sha256}.",
            f"{item.url} ({path})",
            "it was changed or damaged on the way: delete it from the cache and run again; or " + _OWN_COPY,
        )


def _download(url: str, path: Path) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "intertask"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer, atomic(path) as temporary:
        size = int(answer.headers.get("Content-Length") or 0)
        done, shown = 0, time.monotonic()
        with open(temporary, "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if time.monotonic() - shown > _SECONDS_BETWEEN_LINES:
                    shown = time.monotonic()
                    print(f"{url}: {done / 1e6:.0f} of {size / 1e6:.0f} MB" if size else f"{done / 1e6:.0f} MB")
        if size and done != size:
            raise ConnectionError(f"the connection ended after {done} of {size} bytes")


def members(path: Path, item: Download) -> Iterator[tuple[str, bytes]]:
    """Names and contents of an archive's members that match, sorted by name; nothing is unpacked to the disk."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                for name in _matching(names, item):
                    yield name, archive.read(name)
            return
        with tarfile.open(path) as archive:
            files = {entry.name: entry for entry in archive.getmembers() if entry.isfile()}
            for name in _matching(list(files), item):
                yield name, archive.extractfile(files[name]).read()
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise UnavailableError(
            f"Not a zip or tar archive: {error}.", f"{item.url} ({path})", "delete it from the cache and run again"
        ) from None


def _matching(names: list[str], item: Download) -> list[str]:
    found = sorted(fnmatch.filter(names, item.member))
    if not found:
        shown = ", ".join(sorted(names)[:10]) or "nothing"
        raise IntertaskError(
            f"The archive has no member {item.member!r}; it holds {shown}.", item.url, "correct 'member:' in the task"
        )
    return found
