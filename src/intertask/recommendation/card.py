"""The README.md of an exported adapter: what it is, its scores and data, and the code that loads and uses it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import yaml

from ..artifacts import NO_SOURCE
from ..types import get_type
from ..words import markdown, web_address
from .baseline import Baseline
from .class_scores import MAX_CLASSES, MAX_MATRIX, ClassScore

_TEMPLATES = Path(__file__).parent / "templates"
_BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"

#: Pipeline tag of each task type, which the hub uses as a filter.
_PIPELINES = {
    "classification": "text-classification",
    "regression": "text-classification",
    "multiple_choice": "multiple-choice",
    "extractive_qa": "question-answering",
    "tagging": "token-classification",
}

#: How the code in the card differs from what the workflow does.
_LIMITS = {
    "multiple_choice": "If a context does not fit, the workflow cuts its end equally for all choices. The lines above "
    "cut the longer of the two texts instead.",
    "extractive_qa": "The workflow cuts a question that fills more than half of a window. The lines above do not.",
    "tagging": "The workflow reads long rows window by window. The lines above leave out the words that do not fit.",
}

#: Arguments of ``predict`` in the card.
_EXAMPLES = {
    "classification": {"text_a": "…"},
    "regression": {"text_a": "…"},
    "multiple_choice": {"context": "…", "question": "…", "choices": ["…", "…"]},
    "extractive_qa": {"context": "…", "question": "…"},
    "tagging": {"tokens": ["…", "…"]},
}


class Evaluation(NamedTuple):
    """What is known of the score on the validation split.

    Attributes:
        interval: Both ends of the interval of the score over its rows, in percentage points; None if there is none.
        confidence: Level of the interval, between 0 and 1.
        baseline: A plain baseline on the same rows; None if there is none.
        classes: Scores of each class.
        confusion: How often each class (inner lists) was predicted for each class; empty without classes.
        unit: What the classes are counted in: rows or words.
    """

    interval: tuple[float, float] | None
    confidence: float
    baseline: Baseline | None
    classes: list[ClassScore]
    confusion: list[list[int]]
    unit: str = "rows"


def model_card(
    result: Mapping[str, Any],
    folder: str,
    data_folder: str,
    commit: str | None,
    sentences: Sequence[str],
    scores: Sequence[Mapping[str, Any]],
    data: Mapping[str, Mapping[str, Any]],
    evaluation: Evaluation,
) -> str:
    """Write the card of an exported adapter as Markdown, with the hub's front matter.

    Args:
        result: Result of the exported run, the content of ``intertask.json``.
        folder: Folder of the exported adapter; its code works in any folder if this is an absolute path.
        data_folder: Folder of the prepared data of the target.
        commit: Commit of the base model on the hub; None if the model is not from the hub.
        sentences: The recommendation in words.
        scores: One line for each scored split: ``split`` (its name in words), ``rows``, ``exported`` (score of this
            adapter, in percent), ``mean``, ``low`` and ``high`` over seeds (the latter None for one seed), ``seeds``.
        data: For the target and the source, if there is one: ``role``, ``origin`` (in words), ``rows``, ``license``,
            ``homepage``, ``citation``, ``language``, ``hub`` (id of the dataset, if it is one).
        evaluation: What is known of the score on the validation split.

    Returns:
        The text of the card.
    """
    recipe, info = result["recipe"], result["info"]
    task_type = get_type(info["type"])
    path = recipe["model"]["path"]
    base_name = _BUNDLED if path == "bundled" else path
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
    )
    environment.filters |= {"literal": _literal, "json": json.dumps, "plain": markdown, "address": web_address}
    return environment.get_template("card.md").render(
        front_matter=_front_matter(base_name if path == "bundled" or commit else None, result, data, scores),
        evaluation=evaluation,
        max_matrix=MAX_MATRIX,
        max_classes=MAX_CLASSES,
        target=result["target"],
        source=result["source"],
        no_source=NO_SOURCE,
        result=result,
        recipe=recipe,
        info={"unanswerable": False, **info},
        path=path,
        type_label=task_type.LABEL,
        pre_split=task_type.PRE_SPLIT,
        base_name=base_name,
        revision=commit or recipe["model"]["revision"],
        whole_encoder=recipe["adapter"] == "full",
        folder=folder,
        data_folder=data_folder,
        sentences=sentences,
        scores=scores,
        data={name: {"homepage": None, "citation": None, **about} for name, about in data.items()},
        example=_EXAMPLES[info["type"]],
        limit=_LIMITS.get(info["type"]),
    )


def _front_matter(
    base_model: str | None,
    result: Mapping[str, Any],
    data: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Mapping[str, Any]],
) -> str:
    """The YAML that the hub reads from the top of a card. What is not known is left out."""
    info, target = result["info"], result["target"]
    licenses = {about["license"] for about in data.values()}
    languages = [about["language"] for about in data.values() if about.get("language")]
    datasets = [about["hub"] for about in data.values() if about.get("hub")]
    name = data[target].get("hub") or target
    results = [
        {
            "task": {"type": _PIPELINES[info["type"]]},
            "dataset": {"name": target, "type": name, "split": line["split"]},
            "metrics": [{"type": info["metric"], "value": round(line["exported"], 2), "name": info["metric"]}],
        }
        for line in scores
    ]
    front: dict[str, Any] = {
        "license": _license(licenses),
        "language": list(dict.fromkeys(languages)),
        "library_name": "adapters",
        "pipeline_tag": _PIPELINES[info["type"]],
        "base_model": base_model,
        "datasets": list(dict.fromkeys(datasets)),
        "metrics": [info["metric"]],
        "tags": ["adapters", "intertask"],
        "model-index": [{"name": target, "results": results}],
    }
    known = {key: value for key, value in front.items() if value}
    return yaml.safe_dump(known, sort_keys=False, allow_unicode=True)


def _license(licenses: set[str | None]) -> str | None:
    """The license that all data has; 'other' if there are several; None if none is known."""
    known = {license.lower() for license in licenses if license}  # the hub's ids of licenses are in lower case
    return known.pop() if len(licenses) == 1 and known else "other" if known else None


def _literal(value: Any) -> str:
    """A JSON literal, which for strings, numbers, and lists and mappings of them is a Python literal too."""
    return json.dumps(value, ensure_ascii=False)
