"""A recommendation in plain words."""

from collections.abc import Mapping
from typing import Any

from ..words import count, duration


def sentences(found: Mapping[str, Any]) -> list[str]:
    """What was chosen, what it gains, what it cost, and where the adapter is.

    Args:
        found: ``results/recommend/{target}.json``, but for its ``sentences``.
    """
    source, target, metric = found["chosen"], found["target"], found["metric"]
    best = found["compared"]
    tried = [line["source"] for line in found["candidates"] if line["source"] != "none"]
    dropped = [line["source"] for line in found["candidates"] if line["dropped_after"] is not None]
    confidence = f"{found['confidence']:.0%}"
    said = [
        {
            "yes": f"{target}: train on {source} first.",
            "unclear": f"{target}: train on {source} first, though the gain may be noise.",
            "no": f"{target}: none of the sources that were tried helps; the best of them is {best}.",
        }[found["helps"]],
        f"Tried: {', '.join(tried)} (of {count(found['pool'], 'source')} the first of the ranking) and none, on "
        f"{found['model']}, with {count(len(found['seeds']), 'seed')}"
        + (f"; dropped on the way: {', '.join(dropped)}" if dropped else "")
        + ".",
        f"Chosen by {metric} on {count(found['rows']['dev'], 'row')} held out of train, others with each seed: "
        + _against_none(found, "dev", confidence),
        f"On the {count(found['rows']['validation'], 'validation row')}, which had no part in the choice: "
        + _against_none(found, "validation", confidence),
    ]
    if found["gain"]["validation"]["low"] is None:
        said.append("With one seed nobody can tell a gain from noise: give several under 'seeds'.")
    return [*said, *_costs(found["cost"]), _adapter(found)]


def _costs(cost: Mapping[str, Any]) -> list[str]:
    everything = cost["everything"]
    parts = [
        f"{duration(cost[key])} {words}"
        for key, words in (
            ("ranking", "ranking"),
            ("source_training", "training sources"),
            ("transfers", "trying them"),
        )
    ]
    said = [
        f"It took {duration(cost['total'])}: {', '.join(parts)} ({count(cost['runs'], 'run')})."
        + (f" {count(cost['not_counted'], 'job')} without a benchmark not counted." if cost["not_counted"] else "")
    ]
    if everything["total"] is None:
        return [*said, f"Trying every source: {count(everything['runs'], 'run')}; nobody knows how long."]
    about = "about " if everything["estimated"] else ""
    estimated = f"; {duration(everything['estimated'])} of it estimated" if everything["estimated"] else ""
    return [
        *said,
        f"Trying every source would have taken {about}{duration(everything['total'])} "
        f"({count(everything['runs'], 'run')}{estimated}).",
    ]


def _adapter(found: Mapping[str, Any]) -> str:
    of_run = next(line for line in found["candidates"] if line["source"] == found["chosen"])
    score = of_run["dev"][str(found["seed"])]
    return (
        f"The trained {'model' if found['full'] else 'adapter'}: {found['adapter']} (seed {found['seed']}, "
        f"{score:.2f} on the held-out rows); its README.md has the lines that use it."
    )


def _against_none(found: Mapping[str, Any], split: str, confidence: str) -> str:
    means = {line["source"]: line[f"{split}_mean"] for line in found["candidates"]}
    best, gain = found["compared"], found["gain"][split]
    said = f"{best} has {means[best]:.1f}, none {means['none']:.1f}, {gain['mean']:+.1f} points"
    if gain["low"] is None:
        return f"{said}."
    return f"{said} ({confidence} interval over seeds: {gain['low']:+.1f} to {gain['high']:+.1f})."
