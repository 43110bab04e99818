"""The file of a target's features under its sources: what an earlier file still has, and what it was made from."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from ...files import check_made_from
from ...types.units import Units


def rows_fingerprint(path: str | os.PathLike, data: str, units: Units) -> str:
    """Return the fingerprint of the features under the base model, which must be of the same units.

    Args:
        path: ``results/rows/{model}/{target}.safetensors``.
        data: Fingerprint of the target's prepared data.
        units: The units that are computed now.

    Raises:
        IntertaskError: The file was made from other data, or from other units.
    """
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        same = all(np.array_equal(file.get_tensor(key), getattr(units, key)) for key in ("text", "position", "groups"))
    made_from, expected = {"data": metadata["data"], "choice of rows": same}, {"data": data, "choice of rows": True}
    check_made_from(path, path, made_from, expected)
    return metadata["fingerprint"]


def kept_features(
    path: str | os.PathLike, made_from: Mapping[str, str], adapters: Mapping[str, str]
) -> tuple[dict[str, np.ndarray], dict[str, dict[str, str]]]:
    """Read the tensors of sources whose adapters have not changed from an earlier file.

    Args:
        path: ``results/features/{model}/{target}.safetensors``. It need not exist. A file that cannot be read counts as
            absent, after a message.
        made_from: What the features are made from, apart from the adapters. An earlier file made from anything else
            is not used.
        adapters: Source -> fingerprint of its adapter.

    Returns:
        The tensors by name, ``features/{source}`` [N, D] and ``probabilities/{source}`` [N, C]; and source -> the
        device and the precision that they were computed with.
    """
    if not Path(path).exists():
        return {}, {}
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            before = json.loads(metadata.get("adapters", "{}"))
            if {key: metadata.get(key) for key in made_from} != made_from:
                return {}, {}
            same = {source for source, adapter in adapters.items() if before.get(source) == adapter}
            arrays = {key: file.get_tensor(key) for key in file.keys() if key.partition("/")[2] in same}  # noqa: SIM118
            computed = json.loads(metadata.get("computed", "{}"))
    except (SafetensorError, OSError, ValueError) as error:
        print(f"the old file {path} cannot be read and is replaced: {error}", flush=True)
        return {}, {}
    return arrays, {source: how for source, how in computed.items() if source in same}
