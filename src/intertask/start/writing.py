"""Write a task's YAML and a configuration, with comments that give the reason of each guessed line."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import yaml

from ..config import METRICS
from ..errors import IntertaskError
from ..types import get_type
from ..types.spans import unknown_scheme
from .column_profile import ColumnProfile, list_columns
from .guessing import Guess
from .token_length import FITTING_SHARE, Lengths

BUNDLED = "bundled"
_BUNDLED_MODEL = """\
# The bundled model is small and meant for trying things out. Replace it with a Hub id such as FacebookAI/roberta-base,
# or with a local folder.
models:
  minilm: bundled"""
_BUNDLED_TRAINING = """
# These settings suit the bundled model. For RoBERTa, remove the block: the defaults are the paper's settings.
training:
  source: {learning_rate: 0.003, epochs: 2, patience: 0}
  transfer: {learning_rate: 0.003, epochs: 6, patience: 0}
"""
_SOURCES = """\
# Sources are the tasks that a model can be trained on first. To rank the public datasets of the atlas, add "- atlas" to
# this list (docs/atlas.md). To add files of your own, run intertask.start with --sources FILE.
"""
_ATLAS_SOURCES = """\
# Sources are the tasks that a model can be trained on first. "atlas" stands for the public datasets of the atlas, whose
# facts, embeddings and adapters for the bundled model come with intertask (docs/atlas.md). To add files of your own,
# run intertask.start with --sources atlas FILE.
"""
_HISTORY = """
# The ranking learns from the transfers that were measured for the atlas. Those to your target are never among them.
history: atlas

# It also measures how well the adapters of the atlas tell these labeled rows of your target apart.
features: {max_examples: 100, max_rows: 500}
"""
#: If one label has at least this share of the rows, accuracy is a poor metric.
SKEWED_SHARE = 0.8
#: Number of labels that are listed with their counts.
MAX_LABELS = 12
#: Characters that end a line, that control a terminal, or that YAML does not allow.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
#: The columns without which a row is left out.
REQUIRED_COLUMNS = ("text_a", "text_b", "label", "tokens", "tags")


def task_yaml(
    name: str,
    data: Mapping[str, Any],
    found: Guess,
    profiles: Sequence[ColumnProfile],
    notes: Sequence[str],
    lengths: Lengths,
) -> str:
    """Write the YAML of one task.

    Args:
        name: Name of the task.
        data: The key ``data`` of the task.
        found: Guessed type and columns.
        profiles: Profiles of all columns.
        notes: What was detected while reading, one sentence each.
        lengths: Lengths of the rows in tokens.

    Returns:
        The text of the file.
    """
    used = {part for column in found.columns.values() for part in (column if isinstance(column, list) else [column])}
    lines = [
        f"# Task {name}, written by intertask.start. The values were guessed from the data: correct what is wrong.",
        "",
        _line("type", found.type, found.reasons["type"]),
        'description: "" # one sentence about the task; ranking pages and cards show it',
        "data:",
    ]
    lines += _data_lines(data)
    lines += [f"  # {comment(note)}" for note in notes]
    lines.append("columns: # name in the workflow: name in your file")
    for column, yours in found.columns.items():
        lines.append("  " + _line(column, yours, found.reasons.get(column, "")))
    unused = [profile for profile in profiles if profile.name not in used]
    if unused:
        lines.append("  # These columns are not used:")
        lines += [f"  #   {comment(line)}" for line in list_columns(unused)]
    lines += _label_lines(found)
    lines.append(_line("metric", *_metric(found)))
    lines.append(_line("max_length", *_max_length(found, lengths)))
    lines.append(_line("batch_size", 16))
    if _is_incomplete(found, profiles):
        why = "some rows have no text or no label; they are left out and counted in info.json"
        lines.append(_line("on_bad_row", "drop", why))
    lines += ["", "# You can add license: and homepage: here. The card of an exported adapter shows them.", ""]
    return "\n".join(lines)


def config_yaml(
    target: str,
    sources: Sequence[str],
    folders: Sequence[str],
    path: str,
    model: str = BUNDLED,
    atlas: bool = False,
) -> str:
    """Write a configuration with one target.

    Args:
        target: Name of the target task.
        sources: Names of the source tasks.
        folders: Folders of task YAMLs.
        path: Path of the configuration, for the commands in its comments.
        model: The base model: 'bundled', a local folder, or a Hub id.
        atlas: Whether sources are from the atlas, so that its transfers are the history.

    Returns:
        The text of the file.
    """
    folder_lines = "\n".join(f"  - {_value(folder)}" for folder in folders)
    source_lines = "\n".join(f"  - {_value(source)}" for source in sources)
    commands = {
        "check": "will the run work? takes seconds",
        f"results/rankings/{target}.html": "ranks the sources and writes a page",
        f"results/recommend/{target}.json": "tries the best sources and exports an adapter",
    }
    width = max(map(len, commands))
    command_lines = "\n".join(
        f"#   snakemake {what:<{width}} --configfile {path}  # {why}" for what, why in commands.items()
    )
    return f"""\
# Which source task should a model be trained on before {target}?
# Written by intertask.start. docs/configuration.md explains every key.
{command_lines}

task_folders: # the name of a task is the name of its file
{folder_lines}

targets:
  - {_value(target)}

{_ATLAS_SOURCES if atlas else _SOURCES}sources:
{source_lines}
{_HISTORY if atlas else ""}
{_BUNDLED_MODEL if model == BUNDLED else f"models:{chr(10)}  {_value(_model_name(model))}: {_value(model)}"}

seeds: [1, 2] # each transfer is trained once per seed; three or more give useful intervals
max_train_examples: 2000 # of every task, drawn with a fixed seed; null uses all rows
max_validation_examples: 500

recommend:
  k: 3 # number of sources that are tried, from the top of the ranking
{_BUNDLED_TRAINING if model == BUNDLED else ""}"""


def _model_name(model: str) -> str:
    """Name a model after the last part of its Hub id or path."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", PurePath(model).name).strip("_-").lower() or "model"


def _line(key: str, value: Any, why: str = "") -> str:
    """Write ``key: value # why``."""
    return f"{_value(key)}: {_value(value)}{f' # {comment(why)}' if why else ''}"


def _value(value: Any) -> str:
    """Write a value as YAML on one line, with escapes for characters that could be taken for a line end."""
    for text in _texts(value):
        if re.search("[\ud800-\udfff]", text):
            what = f"A name in the data holds half of a surrogate pair: {text!a:.80}"
            raise IntertaskError(what, "the columns of the file", "write the name as UTF-8")
    is_plain = all(_UNPRINTABLE.search(text) is None for text in _texts(value))
    style = {} if is_plain else {"default_style": '"'}
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=is_plain, width=math.inf, **style)
    return text.removesuffix("\n").removesuffix("\n...")


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value, at every level."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _texts(list(pair))
    elif isinstance(value, Sequence):
        for part in value:
            yield from _texts(part)


def comment(text: str) -> str:
    """Write a text as part of a comment on one line, with escapes for everything that could end the line.

    Args:
        text: The text, which may come from the user's data.
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _data_lines(data: Mapping[str, Any]) -> list[str]:
    """Write the content of the key ``data``."""
    lines = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            lines += [f"  {key}:", *(f"    {_line(inner, part)}" for inner, part in value.items())]
        else:
            lines.append("  " + _line(key, value))
    if "validation" not in (data.get("files") or data.get("splits") or {}):
        lines.append("  # There is no validation data. A fifth of the training rows is set aside, always the same.")
    return lines


def _label_lines(found: Guess) -> list[str]:
    """List the labels of a classification task with their counts."""
    if found.type != "classification" or found.label is None:
        return []
    counts = Counter(str(value) for value in found.label.present)
    shown = ", ".join(f"{label} {count}" for label, count in counts.most_common(MAX_LABELS))
    more = f", and {len(counts) - MAX_LABELS} more" if len(counts) > MAX_LABELS else ""
    return [f"# {comment(f'Labels in the inspected rows: {shown}{more}')}"]


def _metric(found: Guess) -> tuple[str, str]:
    """Choose the metric, with the reason."""
    values = [part for value in found.label.present for part in (value if isinstance(value, list) else [value])]
    counts = Counter(map(str, values))
    choices = METRICS[found.type]
    metric = get_type(found.type).default_metric(list(counts))
    if found.type == "classification":
        share = max(counts.values()) / counts.total()
        if share >= SKEWED_SHARE:
            return "f1_macro", f"{share:.0%} of the rows have the same label, so accuracy would tell little"
    if "tags" in get_type(found.type).ROW_COLUMNS and (scheme := unknown_scheme(counts)):
        return metric, f"the tags look like {scheme}; to score spans by f1, convert them to B-…, I-… and O"
    others = ", ".join(choice for choice in choices if choice != metric and not choice.startswith("group"))
    return metric, f"alternatives: {others}" if others else ""


def _max_length(found: Guess, lengths: Lengths) -> tuple[int, str]:
    """Give the maximum number of tokens, with the reason."""
    fate = "read in overlapping windows" if get_type(found.type).USES_STRIDE else "cut"
    longer = f"{lengths.longer:.0%} are longer and are {fate}" if lengths.longer else "none is longer"
    why = f"in tokens; {FITTING_SHARE:.0%} of the rows have at most {lengths.fitting}, and {longer}; shorter is faster"
    return lengths.max_length, why


def _is_incomplete(found: Guess, profiles: Sequence[ColumnProfile]) -> bool:
    """Tell whether some rows lack a text or a label."""
    by_name = {profile.name: profile for profile in profiles}
    needed = [found.columns.get(name) for name in REQUIRED_COLUMNS]
    return any(isinstance(name, str | int) and by_name[name].missing for name in needed if name is not None)
