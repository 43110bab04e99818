"""The result of a run in a few lines, printed when it has succeeded: first choices, gains and regret.

Tables are read with the csv module, because Snakemake's process shall not import pandas.
"""

import csv
import json
import math
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..artifacts import NO_SOURCE
from ..words import count, in_words, known, number, signed
from .next_files import MAX_TARGETS, next_files

#: Rules whose jobs print all that the user has asked for.
RULES_THAT_PRINT = ("check", "plan")


def wait_for_events(manager: Any, seconds: float = 5) -> None:
    """Wait until the progress display has shown all events, so that what is printed next is below its last picture.

    Args:
        manager: Snakemake's manager of loggers, whose plugins receive events from a queue in another thread.
        seconds: How long to wait at most.
    """
    events = getattr(manager.queue_listener, "queue", None)
    end = time.monotonic() + seconds
    while getattr(events, "unfinished_tasks", 0) and time.monotonic() < end:
        time.sleep(0.005)


def closing_lines(requested: Sequence[str], targets: Sequence[str], results: Path = Path("results")) -> list[str]:
    """Return the lines that end a successful run: its result, then the files to open next.

    Args:
        requested: Files and rules that the command line asks for. They decide what is shown.
        targets: Targets of the configuration.
        results: Folder of the results.

    Returns:
        The lines; none if the command was one that prints its own result.
    """
    if set(requested) & set(RULES_THAT_PRINT):
        return []
    files = [word for word in requested if word.startswith("results/")]
    everything = not files and "recommend" not in requested
    lines = []
    recommended = [t for t in targets if "recommend" in requested or f"results/recommend/{t}.json" in files]
    for position, target in enumerate(recommended):  # of the later ones, the first line is enough
        lines += _guarded(_recommendation, results, target)[: None if position < MAX_TARGETS else 1]
    ranked = [t for t in targets if any(re.fullmatch(rf"results/rankings/{re.escape(t)}\.\w+", f) for f in files)]
    for target in (targets if everything else ranked)[:MAX_TARGETS]:
        lines += _guarded(_first_choices_and_gain if everything else _first_choices, results, target)
    if everything and lines and len(targets) > MAX_TARGETS:
        lines.append(f"{count(len(targets) - MAX_TARGETS, 'more target')} in {results}/rankings")
    if everything or "results/regret.tsv" in files:
        lines += _guarded(_regret, results)
    heading = ["", "Result"] if lines else []
    return [*heading, *(f"  {line}" for line in lines), *next_files(requested, targets, results)]


def _guarded(describe: Any, *arguments: Any) -> list[str]:
    """Return the lines, or none if a file is missing or unusual: a summary must not make a run fail."""
    try:
        return list(describe(*arguments))
    except (OSError, LookupError, ValueError, TypeError):
        return []


def _table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _ranking(results: Path, target: str) -> tuple[str, list[str], list[str], bool]:
    """Return the first model of a ranking, its first choices, the sources that follow, and if there are more models."""
    rows = _table(results / "rankings" / f"{target}.tsv")
    model = rows[0]["model"]
    of_model = [row for row in rows if row["model"] == model]
    first = [row["source"] for row in of_model if float(row["rank"]) == float(of_model[0]["rank"])]
    following = [row["source"] for row in of_model[len(first) : 3]]
    return model, first, following, len(of_model) < len(rows)


def _first_choices(results: Path, target: str) -> Iterable[str]:
    model, first, following, several = _ranking(results, target)
    of_model = f" (model {model})" if several else ""
    if len(first) > 1:
        yield f"{target}{of_model}: the ranking puts {in_words(first)} first, with equal scores"
    else:
        then = f", then {in_words(following)}" if following else ""
        yield f"{target}{of_model}: the ranking puts {first[0]} first{then}"


def _first_choices_and_gain(results: Path, target: str) -> Iterable[str]:
    yield from _first_choices(results, target)
    model, first, _, _ = _ranking(results, target)
    scores: dict[str, dict[str, float]] = {}
    for row in _table(results / "transfer.tsv"):
        if row["model"] == model and row["target"] == target:
            scores.setdefault(row["source"], {})[row["seed"]] = float(row["value"] or "nan")
    means = {source: _mean(list(values.values())) for source, values in scores.items()}
    gain = means.get(first[0], math.nan) - means.get(NO_SOURCE, math.nan)
    if len(first) == 1 and known(gain):
        of_first, of_none = scores[first[0]], scores[NO_SOURCE]
        gains = [of_first[seed] - of_none[seed] for seed in of_first.keys() & of_none.keys()]
        gains = sorted(value for value in gains if known(value))
        over = f"mean over {count(len(of_first), 'seed')}"
        if len(gains) > 1:
            over += f", {signed(gains[0])} to {signed(gains[-1])}"
        noise = "; it may be noise" if len(gains) < 2 or gains[0] <= 0 <= gains[-1] else ""
        yield f"  measured gain of {first[0]} over no source: {signed(gain)} percentage points ({over}){noise}"


def _mean(values: Sequence[float]) -> float:
    """Return the mean over seeds: a run without a score counts as 0, unless all are without (as in the evaluation)."""
    if all(map(math.isnan, values)):
        return math.nan
    return sum(0.0 if math.isnan(value) else value for value in values) / len(values)


def _regret(results: Path) -> Iterable[str]:
    rows = [row for row in _table(results / "regret.tsv") if row["method"] == "fused"]
    row = next((row for row in rows if row["model"] == "mean over settings"), rows[0])
    first, third = (float(row.get(f"regret@{k}") or "nan") for k in (1, 3))
    targets = int(row["targets"])
    mean = f", mean over {count(targets, 'target')}" if targets > 1 else ""
    if known(first):
        yield f"the first choice falls {number(first)} % short of the best source (Regret@1{mean})"
    if known(third):
        yield f"the best of the first three choices falls {number(third)} % short of it (Regret@3{mean})"


def _recommendation(results: Path, target: str) -> Iterable[str]:
    recommendation = json.loads((results / "recommend" / f"{target}.json").read_text(encoding="utf-8"))
    first, *others = recommendation["sentences"]
    yield first
    yield from (f"  {sentence}" for sentence in others)
