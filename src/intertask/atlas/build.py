"""Make an atlas folder from the results of a run.

No text of a dataset is part of it: numbers, label names and facts are. Adapters and embeddings are stored in half
precision.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from ..config import Task
from ..config.licenses import allows_adaptations
from ..data import load_info, load_prepared
from ..data.pairs import mostly_pairs
from ..files import atomic, file_sha256, fingerprint, read_json, write_json, write_text
from ..types import get_type
from .folder import ABOUT, EMBEDDINGS, SCORES, TASKS, TRANSFERS, adapter_file
from .readme import write_readme

#: Number of sentence embeddings of single examples, for `roe`.
EXAMPLES = 100
#: Largest number of tokens in the bag of a task, for `vocabulary`. They are shuffled, so that no text can be read.
BAG = 10_000
#: Facts of ``info.json`` that are neither paths nor texts of rows.
FACTS = (
    *("task", "type", "rows", "rows_before_cap", "labels", "positive_label", "metric", "max_choices", "words"),
    "fingerprint",
)
#: Facts of the base model, from the check of the model. The path is 'bundled' or a Hub id if others can use the atlas.
MODEL_FACTS = ("path", "revision", "type", "hidden_size", "layers", "vocabulary", "sha256", "fingerprint")


def facts_of_task(folder: Path, task: Task) -> dict[str, Any]:
    """Collect what the atlas says of a task.

    Args:
        folder: ``results/data/<task>`` of the run.
        task: The task with its published origin.

    Returns:
        ``info`` (:data:`FACTS`, and ``paired``: whether most examples are pairs of texts), ``description``,
        ``language``, ``family``, ``license``, ``license_page``, ``homepage``, ``origin``.
    """
    info = {key: value for key, value in load_info(folder).items() if key in FACTS}
    place = task.data.model_dump(mode="json", exclude_none=True, include={"hub", "config", "revision", "download"})
    keys = ("description", "language", "family", "license", "license_page", "homepage")
    return {
        "info": info | {"paired": mostly_pairs(folder, info)},
        **{key: getattr(task, key) for key in keys},
        "origin": place,
    }


def embeddings_of_task(base: Path, sentence: Path) -> dict[str, np.ndarray]:
    """Collect the embeddings that the atlas keeps of a task.

    Args:
        base: Embeddings by the base model, as the workflow writes them.
        sentence: Embeddings by the sentence encoder.

    Returns:
        ``base/mean`` and ``sentence/mean`` float32 [D], ``sentence/examples`` float16 [E, D] with E at most
        :data:`EXAMPLES`, ``base/bag`` uint32 [T]: a random order of the first T token ids, T at most :data:`BAG`.
    """
    generator = np.random.default_rng(0)
    with np.load(base, allow_pickle=False) as file:
        arrays = {"base/mean": file["mean"].astype(np.float32)}
        arrays["base/bag"] = generator.permutation(file["token_ids"][:BAG]).astype(np.uint32)
    with np.load(sentence, allow_pickle=False) as file:
        examples = file["embeddings"]
        chosen = generator.permutation(len(examples))[:EXAMPLES]
        arrays |= {"sentence/mean": file["mean"].astype(np.float32)}
        arrays["sentence/examples"] = examples[chosen].astype(np.float16)
    return arrays


def build(
    tasks: Mapping[str, Task],
    results: Path,
    out: str | os.PathLike,
    model: str,
    sentence_encoder: str,
    tables: Mapping[str, str],
    half_weights: Callable[[Path, str], str],
    settings: Mapping[str, Any],
) -> None:
    """Write the atlas of one base model.

    Args:
        tasks: The tasks with their published origin.
        results: Results of the run.
        out: The atlas folder.
        model: Name of the base model in the run; its folder in the atlas.
        sentence_encoder: Name of the sentence encoder in the run.
        tables: The text of ``transfer.tsv`` and of ``scores.tsv``.
        half_weights: Writes the adapter of a folder of the run to a file in half precision, and returns the SHA-256 of
            the weights that a transfer from it starts with.
        settings: Settings of the run that the measurements depend on, for ``atlas.json``.
    """
    folder = Path(out) / model
    (folder / "adapters").mkdir(parents=True, exist_ok=True)
    facts = {name: facts_of_task(results / "data" / name, task) for name, task in tasks.items()}
    write_json(Path(out) / TASKS, {"version": 1, "tasks": facts})
    arrays = {}
    for name in tasks:
        paths = (results / "embeddings" / encoder / f"{name}.npz" for encoder in (model, sentence_encoder))
        arrays |= {f"{name}/{key}": array for key, array in embeddings_of_task(*paths).items()}
    with atomic(folder / EMBEDDINGS) as temporary:
        save_file(arrays, temporary)
    for name, text in tables.items():
        write_text(folder / name, text)
    adapters = {
        name: _ship(results / "adapters" / model / name, folder / adapter_file(name), half_weights)
        for name, task in tasks.items()
        if allows_adaptations(task.license)
    }
    for path in (folder / "adapters").iterdir():
        if path.stem not in adapters:
            path.unlink()
    names = [f"../{TASKS}", EMBEDDINGS, TRANSFERS, SCORES, *map(adapter_file, adapters)]
    checked, encoder = (read_json(results / "models" / f"{name}.json") for name in (model, sentence_encoder))
    sources = {
        name: _trained(read_json(results / "adapters" / model / name / "metrics.json"))
        | {"constant_answer": constant_answer(results / "data" / name)}
        for name in tasks
    }
    about = {
        "version": 1,
        "model": {key: checked[key] for key in MODEL_FACTS},
        "sentence_encoder": {key: encoder[key] for key in ("path", "revision", "sha256")},
        "settings": settings,
        "sources": sources,
        "adapters": adapters,
        "files": {name: file_sha256(folder / name) for name in names},
    }
    write_json(folder / ABOUT, about)
    write_readme(out, model)


def constant_answer(folder: Path) -> float | None:
    """Score the best constant answer on a task's validation rows: one class, one place among the choices, no answer.

    Args:
        folder: ``results/data/<task>``.

    Returns:
        The score in the task's metric; None for types that have several answers in a row, or numbers.
    """
    prepared = load_prepared(folder)
    info, rows = prepared.info, prepared.validation
    task_type = get_type(info["type"])
    classes = len(info["labels"] or []) or info["max_choices"] or 0
    answers: list[Any] = [*range(classes)] if "label" in task_type.ROW_COLUMNS else []
    if "answer_texts" in task_type.ROW_COLUMNS:
        answers = [""]
    scores = [task_type.score([answer] * len(rows), rows, info)[info["metric"]] for answer in answers]
    return max(scores, default=None)


def _trained(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What the atlas says of a source's training."""
    training = metrics["training"] or {}
    kept = {key: metrics[key] for key in ("metric", "value", "rows", "device", "precision", "versions")}
    losses = [entry["loss"] for entry in training.get("history", []) if "loss" in entry]
    return kept | {"steps": training.get("steps"), "losses": losses, "fingerprint": metrics["fingerprint"]}


def _ship(source: Path, file: Path, half_weights: Callable[[Path, str], str]) -> dict[str, Any]:
    """Write one adapter in half precision, and describe it."""
    metrics = read_json(source / "metrics.json")
    sha256 = half_weights(source, str(file))
    return {"weights_sha256": sha256, "fingerprint": fingerprint([metrics["fingerprint"], "float16", sha256])}


def to_half(source: str | os.PathLike, file: str | os.PathLike) -> dict[str, np.ndarray]:
    """Write the tensors of a safetensors file in half precision.

    Args:
        source: The file.
        file: The file to write.

    Returns:
        Name -> the rounded tensor, in float32.
    """
    tensors = {name: tensor.astype(np.float16) for name, tensor in load_file(source).items()}
    with atomic(file) as temporary:
        save_file(tensors, temporary)
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def score_table(parts: Mapping[str, Sequence[tuple[str, str, float]]], setting: str) -> str:
    """Write the scores of all methods as one table.

    Args:
        parts: Target -> rows of method, source, score.
        setting: Name of the base model.

    Returns:
        Tab-separated text with the columns setting, target, method, source, score.
    """
    lines = ["setting\ttarget\tmethod\tsource\tscore"]
    for target, rows in parts.items():
        lines += [f"{setting}\t{target}\t{method}\t{source}\t{score:.7g}" for method, source, score in rows]
    return "\n".join(lines) + "\n"
