"""The README.md of an exported adapter: what it is, its scores and data, and the code that loads and uses it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import yaml

from ..artifacts import NO_SOURCE
from ..types import get_type

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


def model_card(
    result: Mapping[str, Any],
    folder: str,
    commit: str | None,
    sentences: Sequence[str],
    scores: Sequence[Mapping[str, Any]],
    data: Mapping[str, Mapping[str, Any]],
) -> str:
    """Write the card of an exported adapter as Markdown, with the hub's front matter.

    Args:
        result: Result of the exported run, the content of ``intertask.json``.
        folder: Folder of the exported adapter.
        commit: Commit of the base model on the hub; None if the model is not from the hub.
        sentences: The recommendation in words.
        scores: One line for each scored split: ``split`` (its name in words), ``rows``, ``exported`` (score of this
            adapter, in percent), ``mean``, ``low`` and ``high`` over seeds (the latter None for one seed), ``seeds``.
        data: For the target and the source, if there is one: ``role``, ``origin`` (in words), ``rows``, ``license``,
            ``homepage``, ``citation``, ``language``.

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
    environment.filters |= {"literal": _literal, "json": json.dumps}
    return environment.get_template("card.md").render(
        front_matter=_front_matter(base_name if path == "bundled" or commit else None, info["type"], data),
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
        sentences=sentences,
        scores=scores,
        data={name: {"homepage": None, "citation": None, **about} for name, about in data.items()},
        example=_EXAMPLES[info["type"]],
        limit=_LIMITS.get(info["type"]),
    )


def _front_matter(base_model: str | None, type_name: str, data: Mapping[str, Mapping[str, Any]]) -> str:
    """The YAML that the hub reads from the top of a card."""
    front: dict[str, Any] = {"library_name": "adapters", "pipeline_tag": _PIPELINES[type_name]}
    front["tags"] = ["adapters", "intertask"]
    if base_model:
        front["base_model"] = base_model
    languages = [about["language"] for about in data.values() if about.get("language")]
    if languages:
        front["language"] = list(dict.fromkeys(languages))
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True)


def _literal(value: Any) -> str:
    """A JSON literal, which for strings, numbers, and lists and mappings of them is a Python literal too."""
    return json.dumps(value, ensure_ascii=False)
