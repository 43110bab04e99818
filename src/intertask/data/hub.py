"""Read a dataset of the Hugging Face hub, or a local folder in the hub's layout."""

from pathlib import Path
from typing import Any

from ..config import Data
from ..errors import IntertaskError
from .read import Row, Table


def read_split(data: Data, split: str) -> Table:
    """Read one split.

    A local folder may also be one that ``save_to_disk`` wrote. Datasets that need a script are refused.

    Raises:
        IntertaskError: The dataset, configuration, revision or split cannot be had.
    """
    import datasets

    datasets.disable_progress_bars()
    where = ", ".join(
        [f"hub {data.hub}", *(f"{key} {getattr(data, key)}" for key in ("config", "revision") if getattr(data, key))]
    )
    try:
        if (Path(data.hub) / "dataset_dict.json").is_file():
            dataset = datasets.load_from_disk(data.hub)[split]
        else:
            dataset = datasets.load_dataset(data.hub, data.config, revision=data.revision, split=split)
    except Exception as error:  # datasets raises a dozen kinds, from three libraries
        raise _explain(error, data, split, where) from None
    rows = [Row(values, f"{where}, split {split}", n, "row") for n, values in enumerate(dataset.to_list(), 1)]
    return Table(rows, dict(_class_names(dataset.features)))


def has_only(data: Data, split: str) -> bool:
    """Whether the dataset is known to have this split and no other."""
    import datasets

    try:
        if (Path(data.hub) / "dataset_dict.json").is_file():
            names = list(datasets.load_from_disk(data.hub))
        else:
            names = datasets.get_dataset_split_names(data.hub, data.config, revision=data.revision)
    except Exception:  # asked only after an error that says more
        return False
    return names == [split]


def _explain(error: Exception, data: Data, split: str, where: str) -> IntertaskError:
    """One message for what went wrong, with the beginning of the library's own."""
    if type(error).__name__ == "DatasetGenerationError" and error.__cause__ is not None:
        error = error.__cause__
    message = " ".join(str(error).split())
    message = message if len(message) <= 300 else message[:300] + "…"
    kind = type(error).__name__
    if kind == "OfflineModeIsEnabled" or isinstance(error, ConnectionError):
        what = f"The dataset {data.hub!r} is not in the cache, and the hub cannot be reached"
        fix = "connect to the network once, or give a local copy: a folder as 'hub:', or 'files:'"
    elif isinstance(error, FileNotFoundError):
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
    return IntertaskError(f"{what}: {message.rstrip('.')} ({kind}).", where, fix)


def _class_names(feature: Any, path: str = ""):
    """Pairs of dotted column and names, for each ClassLabel, or list of them, among the features."""
    if hasattr(feature, "names") and hasattr(feature, "int2str"):
        yield path, list(feature.names)
    elif isinstance(feature, dict):
        for name, inner in feature.items():
            yield from _class_names(inner, f"{path}.{name}" if path else name)
    elif isinstance(feature, list):
        yield from _class_names(feature[0], path)
    elif hasattr(feature, "feature"):
        yield from _class_names(feature.feature, path)
