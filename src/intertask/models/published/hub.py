"""Access to published adapters: a local folder, or a repository on the hub and its cache."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, NoReturn

from ...errors import IntertaskError
from ...retry import is_transient, with_retries

#: Part of an adapter -> names of its file, the preferred one first.
FILES = {
    "adapter_config": ("adapter_config.json",),
    "adapter": ("adapter.safetensors", "pytorch_adapter.bin"),
    "head_config": ("head_config.json",),
    "head": ("model_head.safetensors", "pytorch_model_head.bin"),
}
#: What a user can do about every problem with a published adapter.
TRAIN = "set 'adapters: train' to train it"


class NotPublishedError(IntertaskError):
    """The publisher's server answers that there is no such adapter. A failing network gives no such answer."""


class Repository(NamedTuple):
    """A published adapter.

    Attributes:
        name: Name of the hub repository, or path of a local folder.
        revision: Branch, tag or commit; None for the newest.
        task: Name of the task, for messages.
    """

    name: str
    revision: str | None
    task: str

    def __str__(self) -> str:
        return f"task {self.task}: published adapter {self.name}" + (
            f", revision {self.revision}" * bool(self.revision)
        )

    @property
    def is_local(self) -> bool:
        """Whether the name is that of a folder, existing or not."""
        return Path(self.name).is_dir() or self.name.startswith((".", "/", "~")) or self.name.count("/") > 1


def locate(repository: Repository) -> tuple[dict[str, Path], str | None]:
    """Find the files of a published adapter, and download those that are not in the hub's cache.

    Args:
        repository: The adapter.

    Returns:
        Part (:data:`FILES`) -> path, and the commit; None for a local folder.

    Raises:
        NotPublishedError: The repository (or folder), the revision or a file does not exist.
        IntertaskError: The hub cannot be reached or requires a login, and the cache is not complete.
    """
    if repository.is_local:
        folder, commit = Path(repository.name).expanduser(), None
        if not folder.is_dir():
            raise NotPublishedError(f"There is no folder {folder}.", repository, f"correct 'published:', or {TRAIN}")
    else:
        folder = _download(repository)
        commit = folder.name
    paths = {part: next((folder / n for n in names if (folder / n).is_file()), None) for part, names in FILES.items()}
    missing = [part for part, path in paths.items() if path is None]
    if missing:
        if commit is not None:
            _confirm_missing(repository, commit, missing)
        raise NotPublishedError(
            f"The published adapter {repository.name} is not complete: it has no "
            + ", no ".join(" or ".join(FILES[part]) for part in missing)
            + (" (methods such as LEEP need its head)." if missing[0].startswith("head") else "."),
            repository,
            f"correct 'published:', or {TRAIN}",
        )
    return {part: path for part, path in paths.items() if path is not None}, commit


def _download(repository: Repository) -> Path:
    """Folder of the repository's snapshot in the cache, whose name is the commit."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()

    def call() -> str:
        return snapshot_download(
            repository.name,
            revision=repository.revision,
            allow_patterns=[name for names in FILES.values() for name in names],
            max_workers=2,
        )

    try:
        return Path(with_retries(call, f"adapter {repository.name}"))
    except Exception as error:  # huggingface_hub, requests and the system have their own classes
        _explain(error, repository)


def _confirm_missing(repository: Repository, commit: str, missing: Iterable[str]) -> None:
    """Raise if the hub has the missing files or does not answer: a killed download leaves half a snapshot."""
    from huggingface_hub import HfApi

    try:
        listed = with_retries(
            lambda: HfApi().list_repo_files(repository.name, revision=commit), f"adapter {repository.name}"
        )
    except Exception as error:
        _explain(error, repository)
    if all(any(name in listed for name in FILES[part]) for part in missing):
        raise IntertaskError(
            f"The cache contains only a part of {repository.name}, commit {commit}.",
            repository,
            f"connect to the network and run again, or {TRAIN}",
        )


def _explain(error: Exception, repository: Repository) -> NoReturn:
    """Turn an error into one message; a definite 'does not exist' becomes a :class:`NotPublishedError`."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name, reason = repository.name, " ".join(str(error).split())[:300]
    if isinstance(error, RevisionNotFoundError):
        raise NotPublishedError(
            f"The repository {name} has no revision {repository.revision!r}.",
            repository,
            f"correct 'published_revision:', or {TRAIN}",
        ) from None
    if isinstance(error, RepositoryNotFoundError) and not isinstance(error, GatedRepoError):
        raise NotPublishedError(
            f"There is no repository {name} on the hub.",
            repository,
            f"correct 'published:' (log in if it is private), or {TRAIN}",
        ) from None
    if isinstance(error, HFValidationError):
        what, fix = f"{name!r} is not a name of a repository", "correct 'published:' (owner/name, or a folder)"
    elif isinstance(error, (LocalEntryNotFoundError, ConnectionError)) or is_transient(error):
        what = f"The published adapter {name} is not completely in the cache, and the hub cannot be reached"
        fix = "connect to the network and run again, name a folder as 'published:'"
    else:
        what, fix = f"The published adapter {name} could not be downloaded", "follow the hub's message"
    what = f"{what}: {reason.rstrip('.')} ({type(error).__name__})."
    raise IntertaskError(what, repository, f"{fix}, or {TRAIN}") from None
