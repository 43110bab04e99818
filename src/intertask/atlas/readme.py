"""The README of an atlas folder, made from its ``tasks.json`` and ``atlas.json``."""

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ..config.licenses import NON_COMMERCIAL
from ..files import read_json, write_text
from ..words import markdown, number
from .folder import ABOUT, TASKS

README = "README.md"
#: Mark of sources that are not clearly better than a constant answer.
MARK = "†"
#: A score is clearly better from this number of standard errors on.
ERRORS = 2

_TEXT = """\
# Atlas

{tasks} public datasets as source tasks: facts, embeddings and trained adapters, and the score of {targets} target tasks
after training on each of them. With it, real datasets can be ranked for a new task without a network.
[docs/atlas.md](../docs/atlas.md) is the page for users. The workflow writes this folder, this page included.

## Content

| file | content |
| --- | --- |
| `tasks.json` | facts of each task: type, rows, label names, length, language, family, license, origin |
| `{model}/atlas.json` | base model, settings, package versions, score of each source, SHA-256 of each file |
| `{model}/embeddings.safetensors` | of each task: two mean embeddings, at most 100 vectors, shuffled token ids |
| `{model}/adapters/` | adapters of {adapters} tasks, in half precision, without their heads |
| `{model}/transfer.tsv` | the measured score of each target after each source, and without a source (`none`) |
| `{model}/scores.tsv` | the score that each ranking method gave to each source for each target |

No text of a dataset is in it. Label names, numbers and facts are. The token ids of a task are in random order, so that
no sentence can be read from them.

## How it was made

Base model: `{base}` ({layers} layers, hidden size {hidden_size}). Adapter: `{adapter}`.
The table lists the most important settings. `atlas.json` has all of them.

| setting | sources | transfers |
| --- | --- | --- |
| training rows, at most | {source_rows:,} | {transfer_rows:,} |
| epochs | {source[epochs]} | {transfer[epochs]} |
| learning rate | {source[learning_rate]} | {transfer[learning_rate]} |
| batch size | {source[batch_size]} | {transfer[batch_size]} |
| validation rows, at most | {validation:,} | {validation:,} |
| seeds | {seed} | {seeds} |

Training ran on {device} in {precision}, with {versions}.
A single seed does not separate small gains from noise.

## Licenses

Each license is the one that the dataset's publisher states, and its link leads to the page that states it. *Not stated*
means that no such statement was found. *Custom* means terms that the publisher wrote, without an SPDX identifier. An
adapter is shipped only if the license allows adaptations to be passed on. Use each adapter under the license of its
dataset: {non_commercial} of the {adapters} allow non-commercial use only. Of all other tasks, this folder has facts and
measurements only.

## Rebuild and extend

```
snakemake atlas --configfile configs/atlas.yaml --cores 8 --resources gpu=1
```

This downloads the datasets from their origins, trains all sources and transfers, and writes the folder again. Some
origins name no fixed revision, so their rows may differ from those used here. `tasks.json` has the fingerprint of each
task's rows. An atlas of your own datasets or of another base model is not supported yet.

## Tasks

*Rows* are the training rows used. *Score* is the score of the trained source on its own validation split, in percentage
points of its metric. {mark} marks a source that may have learned nothing: its score is not clearly better than always
giving the same answer (less than {errors} standard errors of a share above it). Sources without {mark} can still be
weak. Tagging and regression have no constant answer to compare with.

| task | type | rows | language | license | origin | adapter | score |
| --- | --- | --- | --- | --- | --- | --- | --- |
{lines}
"""


def learned_nothing(source: Mapping[str, Any]) -> bool:
    """Check whether a source's score is not clearly better than that of always giving the same answer.

    Args:
        source: What ``atlas.json`` has of the source: ``value``, ``constant_answer`` and ``rows``.

    Returns:
        Whether it is less than :data:`ERRORS` standard errors better. False if no constant answer was scored.
    """
    if source["constant_answer"] is None:
        return False
    share = min(max(source["value"] / 100, 0.0), 1.0)
    error = 100 * math.sqrt(share * (1 - share) / source["rows"]["validation"])
    return source["value"] < source["constant_answer"] + ERRORS * error


def readme(tasks: Mapping[str, Any], about: Mapping[str, Any], model: str, targets: int) -> str:
    """Write the README of an atlas.

    Args:
        tasks: Task -> its facts, as in ``tasks.json``.
        about: Content of the base model's ``atlas.json``.
        model: Name of the base model's folder.
        targets: Number of targets in its ``transfer.tsv``.

    Returns:
        The text, in Markdown.
    """
    settings, sources = about["settings"], about["sources"].values()
    stages = settings["training"]
    limited = sum(tasks[task]["license"] in NON_COMMERCIAL for task in about["adapters"])
    versions = {name: version for source in sources for name, version in source["versions"].items()}
    return _TEXT.format(
        tasks=len(tasks),
        targets=targets,
        model=model,
        adapters=len(about["adapters"]),
        base=settings["adapter_config"]["model_name"],
        layers=about["model"]["layers"],
        hidden_size=about["model"]["hidden_size"],
        adapter=settings["adapter"],
        source=stages["source"],
        transfer=stages["transfer"],
        source_rows=settings["max_train_examples"],
        transfer_rows=stages["transfer"]["max_train_examples"],
        validation=settings["max_validation_examples"],
        seed=settings["seed"],
        seeds=", ".join(map(str, settings["seeds"])),
        device=_distinct(source["device"] for source in sources),
        precision=_distinct(source["precision"] for source in sources),
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
        non_commercial=limited,
        mark=MARK,
        errors=ERRORS,
        lines="\n".join(_line(name, facts, about) for name, facts in tasks.items()),
    )


def write_readme(folder: str | os.PathLike, model: str) -> None:
    """Write the README of an atlas folder, from its files.

    Args:
        folder: The atlas folder.
        model: Name of the base model's folder in it.
    """
    folder = Path(folder)
    tasks, about = read_json(folder / TASKS)["tasks"], read_json(folder / model / ABOUT)
    with open(folder / model / "transfer.tsv", encoding="utf-8") as file:
        targets = len({line.split("\t")[1] for line in file}) - 1  # less the header
    write_text(folder / README, readme(tasks, about, model, targets))


def _distinct(values: Any) -> str:
    """Join the different values of the sources, in the order in which they occur."""
    return " and ".join(dict.fromkeys(map(str, values)))


def _line(name: str, facts: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """One row of the table of tasks."""
    source, info = about["sources"][name], facts["info"]
    mark = f" {MARK}" if learned_nothing(source) else ""
    cells = [
        _link(name, facts["homepage"]),
        info["type"].replace("_", " "),
        f"{info['rows']['train']:,}",
        markdown(facts["language"] or "–"),
        _link(facts["license"] or "not stated", facts["license_page"]),
        _origin(facts["origin"]),
        "yes" if name in about["adapters"] else "no",
        f"{markdown(source['metric'])} {number(source['value'])}{mark}",
    ]
    return f"| {' | '.join(cells)} |"


def _link(text: str, address: str | None) -> str:
    """A link, or the text alone without an address."""
    return f"[{markdown(text)}]({address})" if address else markdown(text)


def _origin(origin: Mapping[str, Any]) -> str:
    """The Hub dataset, or the hosts that a task is downloaded from."""
    if "hub" in origin:
        config = f" ({markdown(origin['config'])})" if "config" in origin else ""
        return f"[{markdown(origin['hub'])}](https://huggingface.co/datasets/{quote(origin['hub'])}){config}"
    return _distinct(urlsplit(part["url"]).hostname for part in origin["download"].values())
