"""Check that datasets and models are available, without downloading anything.

Local files are checked by their first rows. Datasets and models of the Hugging Face Hub are looked up in the cache and
on the Hub, and published addresses are asked for their headers.
"""

import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..config import Model, Origin, Task
from ..data.download import cached_path, request_of
from ..data.first_rows import FirstRows, read_first_rows
from ..data.formats import TooLargeError
from ..errors import IntertaskError, UnavailableError
from ..models.base import check_local, locate
from ..models.remote_code import check_cached_files
from ..words import count

#: Maximum time to wait for an answer from the Hub or from a published address, in seconds.
TIMEOUT = 5
#: Number of datasets that are looked up at the same time.
MAX_THREADS = 8


@dataclass(frozen=True)
class Availability:
    """Whether a dataset or a model is available.

    Attributes:
        description: Where it is, in a few words.
        problem: What would make the run fail; None if nothing would.
        warning: What may make the run fail; empty if nothing may.
        first_rows: The first rows, if it is a task of local files.
    """

    description: str
    problem: IntertaskError | None = None
    warning: str = ""
    first_rows: FirstRows | None = None


@dataclass(frozen=True)
class Hub:
    """Whether the Hub can be used.

    Attributes:
        offline: Whether the environment forbids it (``HF_HUB_OFFLINE``).
        reachable: Whether it answered.
    """

    offline: bool
    reachable: bool

    def described(self) -> str:
        """Return a phrase for the user that says whether the Hub can be used."""
        if self.offline:
            return "not used, because HF_HUB_OFFLINE is set; only cached files are available"
        return "reachable" if self.reachable else "not reachable; only cached files are available"


def ask_hub(needed: bool) -> Hub:
    """Try to connect to the Hub once.

    Args:
        needed: Whether the run uses anything of the Hub. If not, no connection is made.

    Returns:
        Whether it can be used.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or not needed:
        return Hub(bool(constants.HF_HUB_OFFLINE), False)
    address = urlsplit(constants.ENDPOINT)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname, port), timeout=TIMEOUT):
            return Hub(False, True)
    except OSError:
        return Hub(False, False)


def check_tasks(tasks: Mapping[str, Task], prepared: set[str], hub: Hub, seed: int = 1) -> dict[str, Availability]:
    """Check the data of every task.

    Args:
        tasks: Name -> task.
        prepared: Names of the tasks whose data is prepared already.
        hub: Whether the Hub can be used.
        seed: Seed of the configuration.

    Returns:
        Name -> availability, in the order of the tasks.
    """
    found: dict[str, Availability] = {}
    remote = []
    for name, task in tasks.items():
        if task.data.files is not None:
            found[name] = _check_local_files(task, seed)
        elif name in prepared:
            found[name] = Availability("already prepared")
        else:
            remote.append((name, task))
    with ThreadPoolExecutor(MAX_THREADS) as pool:
        answers = pool.map(lambda pair: _check_origins(pair[1], hub), remote)
        found |= {name: availability for (name, _), availability in zip(remote, answers, strict=True)}
    return {name: found[name] for name in tasks}


def check_model(model: Model, hub: Hub, types: Iterable[str] = ()) -> tuple[Availability, dict[str, Any]]:
    """Check that a model is available.

    Args:
        model: The model.
        hub: Whether the Hub can be used.
        types: Names of the task types that a base model is trained for.

    Returns:
        Its availability, and the content of its ``config.json`` if that is a file on this machine (else empty).
    """
    try:
        location = locate(model)
        if model.path != "bundled" and os.path.isdir(location):
            _try_local_model(model, types)
    except IntertaskError as problem:
        return Availability(model.path, problem), {}
    if os.path.isdir(location):
        description = "bundled" if model.path == "bundled" else f"folder {model.path}"
        config = (Path(location) / "config.json").read_text(encoding="utf-8")
        return Availability(description), json.loads(config)
    description = f"Hub {model.path}"
    try:
        check_cached_files(model.path, model.revision)
    except IntertaskError as problem:
        return Availability(description, problem), {}
    return _check_hub(description, model.path, model.revision, "model", hub), {}


def _try_local_model(model: Model, types: Iterable[str]) -> None:
    """Load a model as the run will. The files are checked first, because importing the libraries takes seconds."""
    check_local(model)
    from ..models.base import quiet_libraries
    from ..models.trial import try_model

    quiet_libraries()
    try_model(model, types)


def _check_local_files(task: Task, seed: int) -> Availability:
    """Read the first rows of local files."""
    try:
        first_rows = read_first_rows(task, seed)
    except TooLargeError as too_large:
        return Availability("local files", warning=too_large.what)
    except IntertaskError as problem:
        return Availability("local files", problem)
    names = {"train": "training row", "validation": "validation row"}
    counts = [count(rows, names[split]) for split, rows in first_rows.counts.items() if rows is not None]
    shown = ", ".join(counts) or f"{first_rows.bytes / 1e6:,.0f} MB, of which the first rows were read"
    shown = ". ".join([shown, *(note.removesuffix(".") for note in first_rows.notes)])
    warnings = [f"task {task.name}: {warning}" for warning in first_rows.rows.warnings]
    return Availability(f"local files, {shown}", warning=" ".join(warnings), first_rows=first_rows)


def _check_origins(task: Task, hub: Hub) -> Availability:
    """Check the origin of a task and then its alternatives, until one is available."""
    first = None
    for origin in (task.data, *task.data.alternatives):
        availability = _check_origin(origin, hub)
        if availability.problem is None:
            return availability
        first = first or availability
    others = len(task.data.alternatives)
    what = first.problem.what + (f" {count(others, 'alternative')} failed as well." if others else "")
    return Availability(first.description, UnavailableError(what, f"task {task.name}, data", first.problem.fix))


def _check_origin(origin: Origin, hub: Hub) -> Availability:
    """Check one origin of a task's data."""
    if origin.files is not None:
        missing = [path for path in origin.files.train if not os.path.isfile(path)]
        problem = UnavailableError(f"There is no file {missing[0]}.") if missing else None
        return Availability("local files", problem)
    if origin.hub is not None:
        if os.path.isdir(origin.hub):
            return Availability(f"folder {origin.hub}")
        description = f"Hub {origin.hub}{f', {origin.config}' if origin.config else ''}"
        return _check_hub(description, origin.hub, origin.revision, "dataset", hub)
    downloads = origin.download.train
    for item in downloads:
        if not cached_path(item.url).is_file() and (problem := _check_address(item.url)):
            return Availability(f"address {urlsplit(item.url).hostname}", problem)
    return Availability(f"address {urlsplit(downloads[0].url).hostname}")


def _check_address(url: str) -> UnavailableError | None:
    """Ask a published address for its headers; returns what is wrong, if anything is."""
    fix = "give another copy of the data in the configuration: 'tasks: {name: {data: …}}'"
    try:
        with urllib.request.urlopen(request_of(url, "HEAD"), timeout=TIMEOUT):
            return None
    except urllib.error.HTTPError as error:
        if error.code in (403, 405):  # The server may refuse HEAD requests and still serve the file.
            return None
        return UnavailableError(f"{url} answers {error.code} {error.reason}.", url, fix)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return UnavailableError(f"{url} is not reachable: {reason}.", url, f"connect to the network, or {fix}")


def _check_hub(description: str, name: str, revision: str | None, type_name: str, hub: Hub) -> Availability:
    """Look up a repository ("model" or "dataset") in the cache and then on the Hub."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        snapshot_download(name, repo_type=type_name, revision=revision, local_files_only=True)
        return Availability(f"{description}, cached")
    except (HfHubHTTPError, OSError, ValueError):
        pass
    if not hub.reachable:
        what = f"The {type_name} {name!r} is not in the cache, and the Hub is not reachable."
        fix = "connect to the network once, or give a local copy"
        return Availability(description, UnavailableError(what, name, fix))
    try:
        HfApi().repo_info(name, repo_type=type_name, revision=revision, timeout=TIMEOUT)
        return Availability(description)
    except GatedRepoError:
        what = f"The {type_name} {name!r} is gated: its owner grants access on request."
        fix = "request access on its page on the Hub, then log in with: hf auth login"
    except RevisionNotFoundError:
        what = f"The {type_name} {name!r} has no revision {revision!r}."
        fix = "correct 'revision:'"
    except RepositoryNotFoundError:
        what = f"There is no {type_name} {name!r} on the Hub."
        fix = "correct the name (owner/name), or log in if it is private"
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:100]
        return Availability(description, warning=f"The Hub did not answer when asked for {name}: {reason}")
    return Availability(description, UnavailableError(what, name, fix))
