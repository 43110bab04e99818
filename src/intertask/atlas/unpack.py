"""Give the workflow an artifact from the atlas, where a rule would otherwise compute it from data."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from ..files import atomic, fingerprint, write_json
from .folder import EMBEDDINGS, Atlas, adapter_file


def unpack_info(atlas: Atlas, task: str, out: Path) -> None:
    """Write ``info.json`` of a task.

    Args:
        atlas: The atlas.
        task: Name of the task.
        out: ``results/data/<task>/info.json``.
    """
    facts = atlas.tasks[task]
    public = {key: value for key, value in facts.items() if key != "info"}
    write_json(out, facts["info"] | {"atlas": public, "notes": [], "origin": facts["origin"]})


def unpack_embeddings(atlas: Atlas, task: str, kind: str, out: Path) -> None:
    """Write the embeddings of a task.

    Args:
        atlas: The atlas.
        task: Name of the task.
        kind: 'base' or 'sentence'.
        out: ``results/embeddings/<encoder>/<task>.npz``.
    """
    with safe_open(atlas.file(EMBEDDINGS), framework="numpy") as file:
        prefix = f"{task}/{kind}/"
        arrays = {key.removeprefix(prefix): file.get_tensor(key) for key in file.keys() if key.startswith(prefix)}  # noqa: SIM118 - not a dictionary
    mean = arrays["mean"].astype(np.float64)
    found: dict[str, Any] = {"mean": mean, "embeddings": np.zeros((0, len(mean)), np.float32)}
    if "examples" in arrays:
        found["embeddings"] = arrays["examples"].astype(np.float32)
    if "bag" in arrays:
        found["token_ids"] = arrays["bag"].astype(np.int32)
    data = atlas.tasks[task]["info"]["fingerprint"]
    made_from = fingerprint(["atlas", atlas.about["files"][EMBEDDINGS], task, kind])
    with atomic(out) as temporary:
        np.savez(temporary, **found, fingerprint=np.array(made_from), data=np.array(data))


def unpack_adapter(atlas: Atlas, task: str, out: Path) -> None:
    """Write the adapter of a task; its head is not part of the atlas.

    Args:
        atlas: The atlas.
        task: Name of the task, whose adapter is shipped.
        out: ``results/adapters/<model>/<task>``.
    """
    tensors = load_file(atlas.file(adapter_file(task)))
    with atomic(out / "adapter.safetensors") as temporary:
        save_file({name: tensor.astype(np.float32) for name, tensor in tensors.items()}, temporary)
    write_json(out / "adapter_config.json", atlas.about["settings"]["adapter_config"] | {"name": task})
    shipped, trained = atlas.about["adapters"][task], atlas.about["sources"][task]
    metrics = trained | {"source": task, "atlas": True, "training": None, "license": atlas.tasks[task]["license"]}
    write_json(out / "metrics.json", metrics | shipped)
