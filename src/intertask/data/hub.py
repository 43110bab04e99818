"""Read datasets of the Hugging Face hub, and local folders that have the same layout."""

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..config import Origin
from ..errors import UnavailableError
from ..retry import hub_is_offline, with_retries
from .formats import RawRow, Room, Table, read_file
from .formats.sentences import join_sentences


def read_split(data: Origin, split: str) -> tuple[Table, str | None]:
    """Read one split of a dataset. Datasets that need a script are refused.

    Args:
        data: The dataset, as hub id or local folder (also one that ``save_to_disk`` wrote), with ``config`` and
            ``revision``.
        split: Name of the split.

    Returns:
        The rows, and their commit if it is known.

    Raises:
        UnavailableError: The dataset, configuration, revision or split is not available.
    """
    import datasets

    datasets.disable_progress_bars()
    location = describe(data)
    snapshot = _cached_snapshot(data)

    def load():
        if (Path(data.hub) / "dataset_dict.json").is_file():
            return datasets.load_from_disk(data.hub)[split]
        if snapshot is not None:
            return datasets.load_dataset(str(snapshot), data.config, split=split)
        return datasets.load_dataset(data.hub, data.config, revision=data.revision, split=split)

    try:
        dataset = with_retries(load, f"dataset {data.hub}")
    except Exception as error:  # datasets raises a dozen types of error, from three libraries
        raise _explain(error, data, split) from None
    commit = snapshot.name if snapshot is not None else _commit(dataset)
    if commit is not None and data.revision is not None and _is_commit(data.revision) and commit != data.revision:
        raise UnavailableError(
            f"The hub cannot be reached, and the cache holds another commit of {data.hub!r}: {commit}.",
            location,
            "connect to the network once, or set 'data: revision:' to the commit that is there",
        )
    rows = [RawRow(values, f"{location}, split {split}", n, "row") for n, values in enumerate(dataset.to_list(), 1)]
    if data.sentence_column is not None:
        rows = join_sentences(rows, data.sentence_column, location)
    return Table(rows, dict(_class_names(dataset.features))), commit


def read_hub_files(data: Origin, patterns: list[str], room: Room | None = None) -> tuple[list[Table], str | None]:
    """Read files of a hub repository with the readers of :mod:`.formats`, in the order of the patterns.

    This is for repositories whose card does not declare their files, such as branches of converted data, or raw files
    beside a script.

    Args:
        data: The repository and its revision, and the settings of the files (format, encoding, …).
        patterns: Patterns of file names.
        room: Memory for the rows, as for :func:`.formats.read_file`.

    Returns:
        One table per file, and the commit if it is known.

    Raises:
        UnavailableError: The repository, the revision or a file is not available.
    """
    folder = Path(data.hub)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils import disable_progress_bars

        disable_progress_bars()

        def fetch():
            return snapshot_download(
                data.hub, repo_type="dataset", revision=data.revision, allow_patterns=patterns, max_workers=2
            )

        try:
            folder = Path(with_retries(fetch, f"dataset {data.hub}"))
        except Exception as error:
            raise _explain(error, data, ", ".join(patterns)) from None
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    tables = []
    for pattern in patterns:
        matches = fnmatch.filter(names, pattern)
        if not matches:
            raise UnavailableError(
                f"The dataset {data.hub!r} has no file {pattern!r}"
                + (f"; files that were fetched: {', '.join(names[:10])}." if names else "."),
                describe(data),
                "correct 'data: hub_files:' or 'revision:'",
            )
        tables += [read_file(str(folder / name), data, room=room) for name in matches]
    return tables, folder.name if folder.parent.name == "snapshots" else None


def has_only(data: Origin, splits: list[str]) -> bool:
    """Tell whether the dataset is known to have these splits and no other."""
    try:
        return sorted(split_names(data)) == sorted(splits)
    except UnavailableError:  # the caller raises a more informative error
        return False


def split_names(data: Origin) -> list[str]:
    """List the names of a dataset's splits.

    Args:
        data: The dataset.

    Returns:
        The names.

    Raises:
        UnavailableError: The dataset, its configuration or its revision is not available.
    """
    import datasets

    def load():
        if (Path(data.hub) / "dataset_dict.json").is_file():
            return list(datasets.load_from_disk(data.hub))
        return datasets.get_dataset_split_names(data.hub, data.config, revision=data.revision)

    try:
        return with_retries(load, f"dataset {data.hub}")
    except Exception as error:  # datasets raises a dozen types of error, from three libraries
        raise _explain(error, data, "train") from None


def describe(data: Origin) -> str:
    """Describe a dataset of the hub, for messages.

    Args:
        data: The dataset.
    """
    keys = (f"{key} {getattr(data, key)}" for key in ("config", "revision") if getattr(data, key))
    return ", ".join([f"hub {data.hub}", *keys])


def _cached_snapshot(data: Origin) -> Path | None:
    """Offline, the cached snapshot of exactly this revision. (``datasets`` would use the newest cached revision.)"""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    if not hub_is_offline() or Path(data.hub).is_dir():
        return None
    try:
        return Path(snapshot_download(data.hub, repo_type="dataset", revision=data.revision, local_files_only=True))
    except (HfHubHTTPError, OSError, ValueError):
        return None


def _commit(dataset: Any) -> str | None:
    """The commit of a loaded dataset: ``datasets`` names the cache's folder after it."""
    folders = (Path(file["filename"]).parent.name for file in dataset.cache_files)
    return next(filter(_is_commit, folders), None)


def _is_commit(name: str) -> bool:
    """Whether a name is a full commit hash."""
    return re.fullmatch(r"[0-9a-f]{40}", name) is not None


def _explain(error: Exception, data: Origin, split: str) -> UnavailableError:
    """One message for each thing that can be wrong, with the beginning of the library's message."""
    if type(error).__name__ == "DatasetGenerationError" and error.__cause__ is not None:
        error = error.__cause__
    message = " ".join(str(error).split())
    message = message if len(message) <= 300 else message[:300] + "…"
    error_name = type(error).__name__
    if error_name == "RevisionNotFoundError" or message.startswith("Revision "):
        what = f"The dataset {data.hub!r} has no revision {data.revision!r}"
        fix = "correct 'data: revision:', or leave it out for the newest"
    elif error_name in ("OfflineModeIsEnabled", "LocalEntryNotFoundError") or isinstance(error, ConnectionError):
        what = f"The dataset {data.hub!r} is not in the cache, and the hub cannot be reached"
        fix = "connect to the network once, or give a local copy: a folder as 'hub:', or 'files:'"
    elif isinstance(error, FileNotFoundError) or error_name == "RepositoryNotFoundError":
        what, fix = f"There is no dataset {data.hub!r}", "correct 'data: hub:' (owner/name), or log in if it is private"
    elif "BuilderConfig" in message or "Config name is missing" in message:
        what, fix = f"The dataset {data.hub!r} has no such configuration", "set 'data: config:' to one of those named"
    elif "split" in message.lower() or isinstance(error, KeyError):
        what, fix = f"The dataset {data.hub!r} has no split {split!r}", "set 'data: splits:' to those that it has"
    elif "scripts are no longer supported" in message:
        what = f"The dataset {data.hub!r} is a script, and scripts are not run"
        fix = "try 'revision: refs/convert/parquet', a mirror that holds plain files, or 'files:'"
    else:
        what, fix = f"The dataset {data.hub!r} cannot be loaded", "check hub, config, revision and splits"
    return UnavailableError(f"{what}: {message.rstrip('.')} ({error_name}).", describe(data), fix)


def _class_names(feature: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """The dotted column and the label names of each ClassLabel, or list of them, among the features."""
    if hasattr(feature, "names") and hasattr(feature, "int2str"):
        yield path, list(feature.names)
    elif isinstance(feature, dict):
        for name, inner in feature.items():
            yield from _class_names(inner, f"{path}.{name}" if path else name)
    elif isinstance(feature, list):
        yield from _class_names(feature[0], path)
    elif hasattr(feature, "feature"):
        yield from _class_names(feature.feature, path)
