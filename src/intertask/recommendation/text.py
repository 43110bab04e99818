"""The recommendation for one target in plain words."""

from collections.abc import Mapping
from typing import Any

from ..artifacts import NO_SOURCE
from ..words import count, duration, in_words


def headline(summary: Mapping[str, Any]) -> str:
    """Say what the evidence shows, and what the exported adapter was trained on.

    Args:
        summary: The content of ``results/recommend/{target}.json``; its keys ``summary`` and ``sentences`` are not
            needed.

    Returns:
        One to three sentences.
    """
    target, best, gain = summary["target"], summary["compared"], summary["gain"]["validation"]
    if summary["helps"] == "yes":
        tied = _tied(summary)
        also = f" On the held-out rows, {in_words(tied)} {_scores(tied)} the same." if tied else ""
        return f"{target}: train on {best} first.{also}"
    if summary["helps"] == "no":
        return (
            f"{target}: train without a source. No source is shown to help: on the held-out rows, none of the sources "
            f"tried scores higher than training without a source. The best of them is {best}."
        )
    if gain["low"] is None:
        reason = f"one seed cannot tell the gain of {best} from noise"
    elif gain["high"] < 0:
        reason = f"on the validation rows, {best} loses, although it is the best on the held-out rows"
    else:
        reason = f"the interval of the gain of {best} includes 0"
    if summary["chosen"] == NO_SOURCE:
        exported = "The exported adapter was trained without a source."
    else:
        exported = f"The exported adapter was trained on {best} first, because 'when_unclear' is 'best'."
    return f"{target}: no source is shown to help, because {reason}. {exported}"


def _tied(summary: Mapping[str, Any]) -> list[str]:
    """Other sources that have the same mean on the held-out rows as the best one."""
    means = {line["source"]: line["dev_mean"] for line in summary["candidates"] if line["dropped_after"] is None}
    best = means.pop(summary["compared"])
    return [source for source, mean in means.items() if mean == best]


def _scores(names: list[str]) -> str:
    return "scores" if len(names) == 1 else "score"


def sentences(summary: Mapping[str, Any]) -> list[str]:
    """Describe what the evidence shows, what the best source gains, what it took, and where the adapter is.

    Args:
        summary: The content of ``results/recommend/{target}.json``; its key ``sentences`` is not needed.

    Returns:
        Sentences in the order in which they are printed.
    """
    metric = summary["metric"].replace("_", " ")
    lines = [
        headline(summary),
        _tried(summary),
        f"The sources were compared by {metric} on {count(summary['rows']['dev'], 'row')} held out of the training "
        f"split (other rows for each seed): {_comparison(summary, 'dev')}",
        f"On the {count(summary['rows']['validation'], 'validation row')}, which played no part in the comparison: "
        f"{_comparison(summary, 'validation')}",
    ]
    lines += _expected(summary)
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
    if absent := summary.get("without_adapter"):
        which = (
            f"the first {len(sources)} of the ranking whose adapters the atlas has; passed over: "
            f"{in_words(absent, len(absent))}"
        )
    return (
        f"Tried on {summary['model']} with {count(len(summary['seeds']), 'seed')}: {names} ({which}), and training "
        "without a source." + (f" Dropped before the last seed: {in_words(dropped, len(dropped))}." if dropped else "")
    )


def _expected(summary: Mapping[str, Any]) -> list[str]:
    """What the ranking expected of the compared source before it was tried."""
    (line,) = (line for line in summary["candidates"] if line["source"] == summary["compared"])
    if "expected" not in line:
        return []
    expected = line["expected"]
    return [
        f"Before these runs, past transfers suggested a gain of {expected['gain']:+.1f} percentage points for "
        f"{line['source']} (90% interval: {expected['low']:+.1f} to {expected['high']:+.1f}), and a probability of "
        f"{expected['helps']:.0%} that it helps."
    ]


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
