"""Whether datasets and models can be had: own files by their first rows, the hub's by asking, none by fetching."""

import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..config import Model, Origin, Task
from ..data.download import cached_path
from ..data.head import Head, TooLargeError, read_head
from ..errors import IntertaskError, UnavailableError
from ..models.base import locate
from ..models.remote_code import check_cached_files

#: Seconds that the hub, or a published address, has for an answer.
TIMEOUT = 5
SIDE_BY_SIDE = 8


@dataclass(frozen=True)
class Looked:
    """What a look found.

    Attributes:
        words: In a few words.
        problem: What would make the run fail.
        warning: What may.
        head: First rows of a task of one's own files.
    """

    words: str
    problem: IntertaskError | None = None
    warning: str = ""
    head: Head | None = None


@dataclass(frozen=True)
class Hub:
    """How the hub can be reached.

    Attributes:
        offline: The environment forbids it (``HF_HUB_OFFLINE``).
        reachable: It answered.
    """

    offline: bool
    reachable: bool

    def described(self) -> str:
        if self.offline:
            return "not asked: HF_HUB_OFFLINE is set, so only what is in the cache is there"
        return "reachable" if self.reachable else "not reachable: only what is in the cache is there"


def ask_hub(needed: bool) -> Hub:
    """Whether the hub answers, where something of the run lies there; one connection, :data:`TIMEOUT` seconds."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or not needed:
        return Hub(bool(constants.HF_HUB_OFFLINE), False)
    place = urlsplit(constants.ENDPOINT)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        with socket.create_connection((place.hostname, port), timeout=TIMEOUT):
            return Hub(False, True)
    except OSError:
        return Hub(False, False)


def look_at_tasks(tasks: Mapping[str, Task], prepared: set[str], hub: Hub) -> dict:
    """Name -> :class:`Looked`, of every task.

    Args:
        tasks: By name.
        prepared: Names of those whose data is prepared already.
        hub: How it can be reached.
    """
    found: dict[str, Looked] = {}
    remote = []
    for name, task in tasks.items():
        if task.data.files is not None:
            found[name] = _own(task)
        elif name in prepared:
            found[name] = Looked("prepared already")
        else:
            remote.append((name, task))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for (name, _), looked in zip(remote, pool.map(lambda pair: _elsewhere(pair[1], hub), remote), strict=True):
            found[name] = looked
    return {name: found[name] for name in tasks}


def _own(task: Task) -> Looked:
    try:
        head = read_head(task)
    except TooLargeError as large:
        return Looked("own files", warning=large.what)
    except IntertaskError as problem:
        return Looked("own files", problem)
    counts = ", ".join(f"{count:,} rows of {split}" for split, count in head.counts.items() if count is not None)
    return Looked(f"own files, {counts or f'{head.bytes / 1e6:,.0f} MB, the first rows read'}", head=head)


def _elsewhere(task: Task, hub: Hub) -> Looked:
    reasons = []
    for place in (task.data, *task.data.alternatives):
        looked = _place(place, hub)
        if looked.problem is None:
            return looked
        reasons.append(looked)
    first = reasons[0]
    what = first.problem.what + (f" Nor has any of its {len(reasons) - 1} alternatives." if len(reasons) > 1 else "")
    return Looked(first.words, UnavailableError(what, f"task {task.name}, data", first.problem.fix))


def _place(place: Origin, hub: Hub) -> Looked:
    if place.files is not None:
        missing = [path for path in place.files.train if not os.path.isfile(path)]
        return Looked("own files", UnavailableError(f"There is no file {missing[0]}.") if missing else None)
    if place.hub is not None:
        return _hub_dataset(place, hub)
    downloads = place.download.train
    for item in downloads:
        if not cached_path(item.url).is_file() and (problem := _address(item.url, hub)):
            return Looked(f"address {urlsplit(item.url).hostname}", problem)
    return Looked(f"address {urlsplit(downloads[0].url).hostname}")


def _address(url: str, hub: Hub) -> UnavailableError | None:
    try:
        request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "intertask"})
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return None
    except urllib.error.HTTPError as error:
        if error.code in (403, 405):  # no HEAD there; the file may be
            return None
        return UnavailableError(
            f"{url} answers {error.code} {error.reason}.", url, "give a copy: 'tasks: {name: {data: …}}'"
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return UnavailableError(f"{url} cannot be reached: {reason}.", url, "connect to the network, or give a copy")


def _hub_dataset(place: Origin, hub: Hub) -> Looked:
    words = f"hub {place.hub}{f', {place.config}' if place.config else ''}"
    if Path(place.hub).is_dir():
        return Looked(f"folder {place.hub}")
    return _on_hub(words, place.hub, place.revision, "dataset", hub)


def _on_hub(words: str, name: str, revision: str | None, kind: str, hub: Hub) -> Looked:
    """Whether a repository is in the cache or on the hub."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        snapshot_download(name, repo_type=kind, revision=revision, local_files_only=True)
        return Looked(f"{words}, in the cache")
    except (HfHubHTTPError, OSError, ValueError):
        pass
    if not hub.reachable:
        fix = "connect to the network once, or give a local copy"
        return Looked(
            words,
            UnavailableError(f"The {kind} {name!r} is not in the cache, and the hub cannot be reached.", name, fix),
        )
    try:
        HfApi().repo_info(name, repo_type=kind, revision=revision, timeout=TIMEOUT)
        return Looked(f"{words}, there")
    except GatedRepoError:
        return Looked(
            words,
            UnavailableError(
                f"The {kind} {name!r} asks for permission.", name, "ask on its page, and log in: hf auth login"
            ),
        )
    except RevisionNotFoundError:
        return Looked(
            words, UnavailableError(f"The {kind} {name!r} has no revision {revision!r}.", name, "correct 'revision:'")
        )
    except RepositoryNotFoundError:
        return Looked(
            words,
            UnavailableError(
                f"There is no {kind} {name!r} on the hub.",
                name,
                "correct the name (owner/name), or log in if it is private",
            ),
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        return Looked(words, warning=f"{name}: the hub did not answer ({str(error).splitlines()[0][:100]})")


def look_at_model(model: Model, hub: Hub) -> tuple[Looked, dict]:
    """Whether a model can be had, and its ``config.json`` where it lies on this machine (else empty)."""
    try:
        where = locate(model)
    except IntertaskError as problem:
        return Looked(model.path, problem), {}
    if Path(where).is_dir():
        words = "bundled" if model.path == "bundled" else f"folder {model.path}"
        return Looked(words), json.loads((Path(where) / "config.json").read_text(encoding="utf-8"))
    try:
        check_cached_files(model.path, model.revision)
    except IntertaskError as problem:
        return Looked(f"hub {model.path}", problem), {}
    looked = _on_hub(f"hub {model.path}", model.path, model.revision, "model", hub)
    return looked, {}
