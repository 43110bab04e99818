"""A task's YAML and a configuration, as text with comments that say why each line is as it is."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ..config import METRICS
from .column_profile import Look
from .guessing import Guess

#: A class with at least this share of the rows makes accuracy say little.
SKEWED = 0.8
#: Sub-words per word of ordinary text, rather many.
SUBWORDS = 1.4
#: The columns that hold what a model reads.
TEXTS = ("text_a", "text_b", "context", "question", "choices", "tokens")


def task_yaml(name: str, data: Mapping[str, Any], found: Guess, looks: Sequence[Look], said: Sequence[str]) -> str:
    """The YAML of one task.

    Args:
        name: Of the task.
        data: The key ``data`` of the task.
        found: What the columns were taken for.
        looks: Of every column.
        said: What else was found while reading, in words.
    """
    used = {part for column in found.columns.values() for part in (column if isinstance(column, list) else [column])}
    lines = [
        f"# Task {name}, written by intertask.start from a look at the data. Correct whatever was guessed wrong.",
        "",
    ]
    lines.append(_line("type", found.type, found.reasons["type"]))
    lines += ['description: "" # one sentence; pages and cards show it', "data:"]
    lines += _indented(data)
    lines += [f"  # {words}" for words in said]
    lines.append("columns: # the workflow's name: yours")
    for column, yours in found.columns.items():
        lines.append("  " + _line(column, yours, found.reasons.get(column, "")))
    unused = [look for look in looks if look.name not in used]
    if unused:
        lines.append("  # not used:")
        lines += [f"  #   {_value(look.name)}: {look.described()}" for look in unused]
    lines += _labels(found)
    metric, why = _metric(found)
    lines.append(_line("metric", metric, why))
    length, why = _length(found, looks)
    lines.append(_line("max_length", length, why))
    lines.append(_line("batch_size", 16, ""))
    if _incomplete(found, looks):
        lines.append(
            _line("on_bad_row", "drop", "some rows lack a text or a label: left out, and counted in info.json")
        )
    lines += ["", "# license: and homepage: are printed on the card of an exported adapter", ""]
    return "\n".join(lines)


def config_yaml(target: str, sources: Sequence[str], folders: Sequence[str], path: str) -> str:
    """A configuration with one target.

    Args:
        target: Name of the target task.
        sources: Names of source tasks.
        folders: Folders of task YAMLs.
        path: Where the configuration will lie, for the commands in it.
    """
    folder_lines = "\n".join(f"  - {_value(folder)}" for folder in folders)
    source_lines = "\n".join(f"  - {_value(source)}" for source in sources)
    return f"""\
# Which source first, for {target}? Written by intertask.start; every key: docs/configuration.md.
#   snakemake check --configfile {path}                                    # will it run? seconds
#   snakemake results/rankings/{target}.html --configfile {path}           # the ranking, as a page
#   snakemake results/recommend/{target}.json --configfile {path}          # a trained adapter

task_folders: # a task's name is its file's
{folder_lines}

targets:
  - {_value(target)}

# What could be trained on first. Those that came with intertask run without a network, but are small and made up: for
# real use name real datasets, the more the better. tasks/paper/ has 42 of the Hugging Face hub (docs/paper-tasks.md):
# add '- tasks/paper' above and mnli, squad, imdb, … here. Others of your own: intertask.start with --sources FILE …
sources:
{source_lines}

models: # bundled is a small one for trying; then a hub id such as FacebookAI/roberta-base, or a local folder
  minilm: bundled

seeds: [1, 2] # each training on the target is done once per seed; three or more give usable intervals
max_train_examples: 2000 # of every task, a seeded subset; null: all
max_validation_examples: 500

recommend:
  k: 3 # the first k sources of the ranking are tried

training: # for the bundled model; with a RoBERTa leave the block out: the defaults are the paper's
  source: {{learning_rate: 0.003, epochs: 2, patience: 0}}
  transfer: {{learning_rate: 0.003, epochs: 6, patience: 0}}
"""


def _line(key: str, value: Any, why: str) -> str:
    return f"{_value(key)}: {_value(value)}{f' # {why}' if why else ''}"


def _value(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=math.inf)
    return text.removesuffix("\n").removesuffix("\n...")


def _indented(data: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            lines += [f"  {key}:", *(f"    {_line(inner, part, '')}" for inner, part in value.items())]
        else:
            lines.append("  " + _line(key, value, ""))
    if "validation" not in (data.get("files") or data.get("splits") or {}):
        lines.append("  # no validation data was found: a fifth of train is set aside, the same rows every time")
    return lines


def _labels(found: Guess) -> list[str]:
    if found.type != "classification" or found.label is None:
        return []
    counts = Counter(str(value) for value in found.label.there)
    shown = ", ".join(f"{label} {count}" for label, count in counts.most_common(12))
    more = f", and {len(counts) - 12} more" if len(counts) > 12 else ""
    return [f"# labels of the rows that were looked at: {shown}{more}"]


def _metric(found: Guess) -> tuple[str, str]:
    choices = METRICS[found.type]
    if found.type == "classification":
        counts = Counter(str(value) for value in found.label.there)
        share = max(counts.values()) / counts.total()
        if share >= SKEWED:
            return "f1_macro", f"{share:.0%} of the rows have one label, so that accuracy would say little"
    others = ", ".join(metric for metric in choices[1:] if not metric.startswith("group"))
    if found.type == "tagging" and not any(str(tag)[:2] in ("B-", "I-") for tags in found.label.there for tag in tags):
        return "accuracy", f"tags are no spans; or: {', '.join(metric for metric in choices if metric != 'accuracy')}"
    return choices[0], f"or: {others}" if others else ""


def _length(found: Guess, looks: Sequence[Look]) -> tuple[int, str]:
    by_name = {look.name: look for look in looks}
    parts = [column for name, column in found.columns.items() if name in TEXTS and column is not None]
    flat = [by_name[name] for part in parts for name in (part if isinstance(part, list) else [part])]
    several = found.type == "multiple_choice"
    words = []
    for values in zip(*(look.values for look in flat), strict=True):
        counts = [_words(value, several) for value in values]
        words.append(sum(counts))
    words.sort()
    usual = words[min(len(words) - 1, int(0.95 * len(words)))] if words else 0
    most = 384 if found.type == "extractive_qa" else 256
    length = min(max(16 * math.ceil((SUBWORDS * usual + 6) / 16), 32), most)
    return (
        length,
        f"sub-words a text; 95 % of the rows have at most {usual} words. Longer ones are cut; shorter is faster",
    )


def _words(value: Any, several: bool) -> int:
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, list):
        counts = [len(str(part).split()) for part in value]
        return (max(counts, default=0) if several else len(value)) if counts else 0
    return len(str(value).split()) if value is not None else 0


def _incomplete(found: Guess, looks: Sequence[Look]) -> bool:
    by_name = {look.name: look for look in looks}
    needed = [found.columns.get(name) for name in ("text_a", "text_b", "label", "tokens", "tags")]
    return any(isinstance(name, str | int) and by_name[name].missing for name in needed if name is not None)
