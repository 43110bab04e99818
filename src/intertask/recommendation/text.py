"""The recommendation for one target in plain words."""

from collections.abc import Mapping
from typing import Any

from ..artifacts import NO_SOURCE
from ..words import count, duration, in_words


def sentences(summary: Mapping[str, Any]) -> list[str]:
    """Describe which source was chosen, what it gains, what the recommendation took, and where the adapter is.

    Args:
        summary: The content of ``results/recommend/{target}.json``; its key ``sentences`` is not needed.

    Returns:
        Sentences in the order in which they are printed.
    """
    source, target, metric = summary["chosen"], summary["target"], summary["metric"].replace("_", " ")
    advice = {
        "yes": f"{target}: train on {source} first.",
        "unclear": f"{target}: train on {source} first, though the gain may be noise.",
        "no": f"{target}: train without a source. None of the sources tried helps; the best is {summary['compared']}.",
    }
    lines = [
        advice[summary["helps"]],
        _tried(summary),
        f"The source was chosen by {metric} on {count(summary['rows']['dev'], 'row')} held out of the training split "
        f"(other rows for each seed): {_comparison(summary, 'dev')}",
        f"On the {count(summary['rows']['validation'], 'validation row')}, which played no part in the choice: "
        f"{_comparison(summary, 'validation')}",
    ]
    if summary["gain"]["validation"]["low"] is None:
        lines.append("With one seed, a gain cannot be told from noise. List at least two under 'seeds'.")
    return [*lines, *_costs(summary["cost"]), _adapter(summary)]


def _tried(summary: Mapping[str, Any]) -> str:
    """Which sources were tried, and which of them were dropped before the last seed."""
    sources = [line for line in summary["candidates"] if line["source"] != NO_SOURCE]
    names = in_words([line["source"] for line in sources], len(sources))
    dropped = [line["source"] for line in sources if line["dropped_after"] is not None]
    which = f"the first {len(sources)} of {count(summary['pool'], 'ranked source')}"
    if len(sources) == summary["pool"]:
        which = "all ranked sources"
    return (
        f"Tried on {summary['model']} with {count(len(summary['seeds']), 'seed')}: {names} ({which}), and training "
        "without a source." + (f" Dropped before the last seed: {in_words(dropped, len(dropped))}." if dropped else "")
    )


def _comparison(summary: Mapping[str, Any], split: str) -> str:
    """Scores of the best source and of no source on a split, and the gain with its interval."""
    means = {line["source"]: line[f"{split}_mean"] for line in summary["candidates"]}
    best, gain = summary["compared"], summary["gain"][split]
    words = f"{best} {means[best]:.1f}, no source {means[NO_SOURCE]:.1f}, gain {gain['mean']:+.1f} percentage points"
    if gain["low"] is None:
        return f"{words}."
    return f"{words} ({summary['confidence']:.0%} interval over seeds: {gain['low']:+.1f} to {gain['high']:+.1f})."


def _costs(cost: Mapping[str, Any]) -> list[str]:
    """The job time of the recommendation, and that of trying every source."""
    taken = (
        f"Job time: {duration(cost['total'])}, of which {duration(cost['ranking'])} for ranking, "
        f"{duration(cost['source_training'])} for training sources and {duration(cost['transfers'])} for trying them "
        f"({count(cost['runs'], 'run')})."
    )
    if cost["not_counted"]:
        taken += f" The time of {count(cost['not_counted'], 'job')} is unknown and not included."
    everything = cost["everything"]
    runs = count(everything["runs"], "run")
    if everything["total"] is None:
        return [taken, f"Trying every source would have needed {runs}. Their job time cannot be estimated."]
    about = "about " if everything["estimated"] else ""
    estimated = f", {duration(everything['estimated'])} of it estimated" if everything["estimated"] else ""
    total = duration(everything["total"])
    return [taken, f"Trying every source would have taken {about}{total} of job time ({runs}{estimated})."]


def _adapter(summary: Mapping[str, Any]) -> str:
    """Say where the exported adapter or model is, and how it scored."""
    candidate = next(line for line in summary["candidates"] if line["source"] == summary["chosen"])
    score = candidate["dev"][str(summary["seed"])]
    return (
        f"The trained {'model' if summary['full'] else 'adapter'} is in {summary['adapter']} (seed {summary['seed']}, "
        f"{score:.1f} on the held-out rows). Its README.md shows the code that loads and uses it."
    )
