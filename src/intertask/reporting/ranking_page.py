"""The ranking of one target's sources as a page for people."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..tables import read_table
from ..words import in_words, known, number, signed
from .examples import task_card
from .pages import write_page
from .results import NO_SOURCE, gains


def write_ranking_page(path: Path, results: Path, recipe: dict[str, Any], transfer: pd.DataFrame | None) -> None:
    """Write the page.

    Args:
        path: The HTML file.
        results: The results folder; ``rankings/<target>.tsv`` and the data of the target and of its sources are read.
        recipe: ``target``, ``settings``, ``methods``, ``fused``, ``tasks`` (name -> description, licence).
        transfer: Transfers to the target, as far as there are any: model, target, source, seed, metric, value. None
            leaves the columns of observed values out.
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
        leading=leading_words(recipe),
        with_gains=observed is not None,
    )


def _card(results: Path, name: str, recipe: dict[str, Any]) -> dict[str, Any]:
    about = recipe["tasks"].get(name, {})
    return {
        **task_card(results / "data" / name),
        "description": about.get("description") or "",
        "license": about.get("licence") or "",
    }


def leading_words(recipe: dict[str, Any]) -> str:
    """What the ranking follows, in words."""
    fused = recipe["fused"]
    if not fused:
        return "nothing: no method is under 'fused' in the configuration"
    return fused[0] if len(fused) == 1 else "the fusion of " + in_words(fused, 10)


def ranking_block(
    table: pd.DataFrame, recipe: dict[str, Any], setting: str, observed: pd.DataFrame | None
) -> dict[str, Any]:
    """One setting's lines, best first.

    Returns:
        ``setting``, ``methods`` (those whose ranks are shown), ``lines`` (``rank``, ``source``, ``ranks``: for each
        method ``rank``, ``score``, ``shade``; ``gain``, ``value``, ``runs``, ``mark``: NaN, empty where unknown),
        ``sentence`` (what it says first), ``baseline``.
    """
    shown = [m for m in recipe["methods"] if f"{m}_rank" in table]
    if len(recipe["fused"]) == 1:  # the ranking itself
        shown = [m for m in shown if m != recipe["fused"][0]]
    part = pd.DataFrame() if observed is None else observed[observed["model"] == setting].set_index("source")
    lines = []
    for row in table.to_dict("records"):
        found = part.loc[row["source"]] if row["source"] in part.index else {}
        ranks = [
            {
                "rank": row[f"{method}_rank"] if known(row[method]) else np.nan,
                "score": row[method],
                "shade": shade(row[f"{method}_rank"], row["rank"], len(table)) if known(row[method]) else 0,
            }
            for method in shown
        ]
        line = {"rank": row["rank"], "source": row["source"], "ranks": ranks}
        lines.append(line | {key: found.get(key, np.nan) for key in ("gain", "value", "runs")})
    most = max((abs(line["gain"]) for line in lines if known(line["gain"])), default=0.0)
    for line in lines:
        line["gain_shade"] = round(4 * line["gain"] / most) if most and known(line["gain"]) else 0
    baselines = set(part["baseline"]) if len(part) else set()
    return {
        "setting": setting,
        "methods": shown,
        "lines": lines,
        "sentence": _sentence(lines, recipe, baselines),
        "baseline": "no source" if baselines <= {NO_SOURCE} else "the mean of the sources",
        "none": part["value"].get(NO_SOURCE, np.nan) if len(part) else np.nan,
    }


def shade(rank: float, leading: float, sources: int) -> int:
    """How a method's rank differs from the ranking's, in steps: -4 (puts it far behind) … 0 (agrees) … 4 (far before).

    A step is an eighth of the pool, so that 4 is half of it.
    """
    if not sources:
        return 0
    return int(np.clip(np.fix((leading - rank) / sources * 8), -4, 4))


def _sentence(lines: list[dict[str, Any]], recipe: dict[str, Any], baselines: set[str]) -> str:
    if not lines:
        return "There is no source to rank."
    best = [line["source"] for line in lines if line["rank"] == lines[0]["rank"]]
    if len(best) == len(lines) > 1:
        words = "The ranking has no order: all sources are equal."
    elif len(best) > 1:
        words = f"First, with equal scores: {in_words(best)}."
    else:
        follow = [line["source"] for line in lines[1:3]]
        words = f"First choice: {best[0]}" + (f"; then {in_words(follow)}." if follow else ".")
    observed = [line for line in lines if known(line["gain"])]
    if not observed:
        return words
    unit = "over no source" if baselines <= {NO_SOURCE} else "over the mean of the sources"
    if known(lines[0]["gain"]) and len(best) == 1:
        words += f" Its transfers reached {number(lines[0]['value'])}: {signed(lines[0]['gain'])} points {unit}."
    top = max(observed, key=lambda line: line["gain"])
    if top["source"] != best[0]:
        words += (
            f" Best of the {len(observed)} that were tried: {top['source']}, {signed(top['gain'])}, "
            f"rank {top['rank']:g} here."
        )
    elif len(observed) == len(lines):
        words += " No other source is better."
    return words
