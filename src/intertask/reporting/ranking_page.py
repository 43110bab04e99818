"""The page of one target's ranking: its sources, best first, with a description of each."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from ..rankings.ranking import EXPECTED
from ..tables import read_table
from ..words import count, in_words, known, number, signed
from .method_names import SHOWN, explanations
from .pages import write_page
from .provenance import provenance
from .results import gains
from .task_card import task_card


def write_ranking_page(path: Path, results: Path, recipe: dict[str, Any], transfer: pd.DataFrame | None) -> None:
    """Write the page of a ranking.

    Args:
        path: The HTML file.
        results: The results folder. ``rankings/<target>.tsv`` and the data of the target and its sources are read.
        recipe: ``target``, ``settings``, ``methods``, ``fused``, ``tasks`` (name -> description, licence), and
            optionally ``gains`` (``own`` or ``brought``: where the transfers come from) and ``examples`` (False leaves
            out the rows of the tasks).
        transfer: Transfers with the columns model, target, source, seed, metric, value. Some or all sources may be
            missing. None makes a page without observed values.
    """
    target = recipe["target"]
    table = read_table(results / "rankings" / f"{target}.tsv", ["rank", "source", "model"])
    observed = gains(transfer[transfer["target"] == target]) if transfer is not None else None
    blocks = [
        ranking_block(table[table["model"] == setting], recipe, setting, observed) for setting in recipe["settings"]
    ]
    sources = list(dict.fromkeys(line["source"] for block in blocks for line in block["lines"]))
    cards = [_card(results, name, recipe) for name in sources]
    types = {card["name"]: card for card in cards}
    write_page(
        path,
        "ranking.html",
        target=_card(results, target, recipe),
        blocks=blocks,
        cards=cards,
        types=types,
        leading=leading_label(recipe),
        with_gains=observed is not None,
        examples=recipe.get("examples", True),
        shown_methods=SHOWN,
        about=explanations(list(dict.fromkeys(m for block in blocks for m in block["methods"])), recipe["fused"]),
        origin=provenance(_shown_results(results, recipe)),
    )


def _shown_results(results: Path, recipe: dict[str, Any]) -> list[Path]:
    """The tables that the page shows."""
    target = recipe["target"]
    transfers = {
        "own": [results / "transfer" / setting / f"{target}.tsv" for setting in recipe["settings"]],
        "brought": [results / "transfer.tsv"],
    }
    return [results / "rankings" / f"{target}.tsv", *transfers.get(recipe.get("gains"), [])]


def _card(results: Path, name: str, recipe: dict[str, Any]) -> dict[str, Any]:
    """Collect what the page shows of one task."""
    about = recipe["tasks"].get(name, {})
    return {
        **task_card(results / "data" / name, rows=3 if recipe.get("examples", True) else 0),
        "description": about.get("description") or "",
        "license": about.get("licence") or "",
    }


def leading_label(recipe: dict[str, Any]) -> str:
    """Return the words for the methods that the ranking follows; empty if there are none.

    Args:
        recipe: Recipe of the page.
    """
    fused = recipe["fused"]
    return fused[0] if len(fused) == 1 else "the fusion of " + in_words(fused, 10) if fused else ""


def ranking_block(
    table: pd.DataFrame, recipe: dict[str, Any], setting: str, observed: pd.DataFrame | None
) -> dict[str, Any]:
    """Prepare the ranking with one base model or setting.

    Args:
        table: Lines of ``rankings/<target>.tsv`` with this setting.
        recipe: Recipe of the page.
        setting: Base model, or setting of the imported table.
        observed: Gains of the transfers, as :func:`.results.gains` returns them; None makes a page without them.

    Returns:
        ``setting``, ``methods`` (whose ranks are shown), ``lines``, ``sentence`` (a summary), ``baseline`` (of gains,
        in words), ``none`` (score without a source) and ``expects`` (whether gains are predicted). Each line has
        ``rank``, ``source``, ``ranks`` (for each method ``method``, ``rank``, ``score``, ``shade``), ``gain``,
        ``value``, ``runs``, ``gain_shade`` and the columns of :data:`.ranking.EXPECTED`. NaN is unknown.
    """
    shown = [m for m in recipe["methods"] if f"{m}_rank" in table]
    if len(recipe["fused"]) == 1:  # its ranks are the ranking itself
        shown = [m for m in shown if m != recipe["fused"][0]]
    part = pd.DataFrame() if observed is None else observed[observed["model"] == setting].set_index("source")
    lines = []
    for row in table.to_dict("records"):
        transfers = part.loc[row["source"]] if row["source"] in part.index else {}
        ranks = [
            {
                "method": method,
                "rank": row[f"{method}_rank"] if known(row[method]) else np.nan,
                "score": row[method],
                "shade": shade(row[f"{method}_rank"], row["rank"], len(table)) if known(row[method]) else 0,
            }
            for method in shown
        ]
        expected = {column: row.get(column, np.nan) for column in EXPECTED.values()}
        line = {"rank": row["rank"], "source": row["source"], "ranks": ranks, **expected}
        lines.append(line | {key: transfers.get(key, np.nan) for key in ("gain", "value", "runs")})
    most = max((abs(line["gain"]) for line in lines if known(line["gain"])), default=0.0)
    for line in lines:
        line["gain_shade"] = round(4 * line["gain"] / most) if most and known(line["gain"]) else 0
    baselines = set(part["baseline"]) if len(part) else set()
    return {
        "setting": setting,
        "methods": shown,
        "lines": lines,
        "sentence": _sentence(lines, baselines),
        "expects": any(known(line["helps"]) for line in lines),
        "baseline": _baseline_label(baselines),
        "none": part["value"].get(NO_SOURCE, np.nan) if len(part) else np.nan,
    }


def shade(rank: float, leading: float, sources: int) -> int:
    """Compute how a method's rank of a source differs from the ranking's, in steps of an eighth of the sources.

    Args:
        rank: The rank that the method gives, 1 = first.
        leading: The rank in the ranking.
        sources: Number of ranked sources.

    Returns:
        From -4 (the method ranks the source at least half of the sources lower) over 0 (it agrees) to 4 (higher).
    """
    if not sources:
        return 0
    return int(np.clip(np.fix((leading - rank) / sources * 8), -4, 4))


def _sentence(lines: list[dict[str, Any]], baselines: set[str]) -> str:
    """The first choices of a ranking, and how well they did if transfers were observed."""
    if not lines:
        return "There is no source to rank."
    best = [line["source"] for line in lines if line["rank"] == lines[0]["rank"]]
    if len(best) == len(lines) > 1:
        words = "The ranking has no order, because all sources have the same score."
    elif len(best) > 1:
        words = f"First choices, with equal scores: {in_words(best)}."
    else:
        follow = [line["source"] for line in lines[1:3]]
        words = f"First choice: {best[0]}" + (f", followed by {in_words(follow)}." if follow else ".")
    if len(best) == 1 and known(lines[0]["helps"]):
        words += f" {_expectation(lines[0])}"
    observed = [line for line in lines if known(line["gain"])]
    if not observed:
        return words
    baseline = _baseline_label(baselines)
    if known(lines[0]["gain"]) and len(best) == 1:
        words += (
            f" Transfers from {best[0]} reach {number(lines[0]['value'])}, {signed(lines[0]['gain'])} percentage "
            f"points compared with {baseline}."
        )
    top = max(observed, key=lambda line: line["gain"])
    if top["source"] != best[0]:
        words += (
            f" The best of the {count(len(observed), 'source')} with transfers is {top['source']} "
            f"({signed(top['gain'])}), which is ranked {top['rank']:g}."
        )
    elif len(observed) == len(lines):
        words += " No other source is better."
    return words


def _expectation(line: dict[str, Any]) -> str:
    """The gain that a source is expected to bring, and the probability that it helps."""
    gain, low, high = (signed(line[f"expected_{part}"]) for part in ("gain", "low", "high"))
    words = (
        f"Judging by past transfers, it is expected to change the score by {gain} percentage points compared with no "
        f"source (90 % interval: {low} to {high}), "
        f"and it helps with a probability of {100 * line['helps']:.0f} %."
    )
    return words if line["helps"] >= 0.5 else f"{words} Training without a source is the better choice."


def _baseline_label(baselines: set[str]) -> str:
    """The words for what gains are compared with."""
    return "no source" if baselines <= {NO_SOURCE} else "the mean of the sources"
