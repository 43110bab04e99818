"""Learning curves of the transfers: one panel a target."""

from collections import defaultdict
from typing import Any

import numpy as np

from ...types import get_type
from ...words import in_words, shortened
from ..results import NO_SOURCE, Results
from .style import BLUE, GREY, INK, PALE, VERMILION, WIDTH, Drawing, grid_shape, new_figure, show_grid

Curve = tuple[np.ndarray, np.ndarray]
_NO_CURVES = (
    "No transfer recorded a learning curve: they were trained for less than an epoch, or made before curves were "
    "recorded; those that are trained from now on have one."
)


def draw(results: Results, setting: str) -> Drawing:
    """Dev score by step where transfers recorded one (training that stops early), else training loss."""
    name = f"{setting}/curves"
    runs = [run for run in results.trained["transfer"] if run["model"] == setting]
    kind = "dev" if any("dev" in entry for run in runs for entry in _history(run)) else "loss"
    panels = {}
    for target in results.targets:
        by_source = defaultdict(list)
        for run in runs:
            if run["target"] == target and _history(run):
                by_source[run["source"]].append(run)
        found = {source: curve for source, part in by_source.items() if (curve := mean_curve(part, kind))}
        if found:
            panels[target] = found
    if not panels:
        return Drawing(name, None, _NO_CURVES)
    rows, columns = grid_shape(len(panels), 4 if len(panels) > 6 else 3)
    figure, axes = new_figure(rows, columns, height=0.9 + (2.1 if columns == 4 else 2.5) * rows,
                              width=min(WIDTH, 1.2 + 4.2 * columns))  # fmt: skip
    for axis, (target, found) in zip(axes.flat, panels.items(), strict=False):
        ranks = results.ranks(setting, target)
        gains = results.gains_of(setting, target)["gain"].dropna()
        marked = {}
        if NO_SOURCE in found:
            marked[NO_SOURCE] = (INK, (0, (4, 2)), "no source")
        if len(ranks) and ranks.idxmin() in found:
            marked[ranks.idxmin()] = (VERMILION, "-", "first choice of the ranking")
        if len(gains) and gains.idxmax() in found:
            best, same = gains.idxmax(), gains.idxmax() in marked
            marked[best] = (VERMILION if same else BLUE, "-" if same else (0, (6, 1, 1, 1)), "best source")
            if same:
                marked[best] = (VERMILION, "-", "first choice of the ranking")
        for source, curve in found.items():
            if source not in marked:
                axis.plot(*curve, color=PALE if len(found) > 15 else "#BDBDBD", linewidth=0.9, zorder=1, label="others",
                          marker="." if len(curve[0]) == 1 else None)  # fmt: skip
        for source, (colour, dashes, label) in marked.items():
            axis.plot(*found[source], color=colour, linestyle=dashes, linewidth=1.7, zorder=3, label=label,
                      marker="." if len(found[source][0]) < 3 else None)  # fmt: skip
        axis.set_title(shortened(target, 92 // columns))
        axis.xaxis.get_major_locator().set_params(integer=True, nbins=5)
        if kind == "dev":
            axis.set_ylabel(results.metrics.get((setting, target), "score").replace("_", " "), fontsize=8, color=GREY)
        show_grid(axis)
    for axis in axes.flat[len(panels) :]:
        axis.axis("off")
    figure.supxlabel("optimiser steps", fontsize=9)
    units = {get_type(results.type_of(target)).LOSS_UNIT for target in panels}
    words = "dev score (percent points)" if kind == "dev" else f"mean training loss ({' or '.join(sorted(units))})"
    figure.supylabel(words, fontsize=9)
    legends = [axis.get_legend_handles_labels() for axis in axes.flat]
    every = {label: handle for legend in legends for handle, label in zip(*legend, strict=True)}
    order = [n for n in ("no source", "first choice of the ranking", "best source", "others") if n in every]
    figure.legend([every[n] for n in order], order, loc="outside upper center", ncols=4)
    return Drawing(name, figure, _caption(panels, kind))


def _history(run: dict[str, Any]) -> list[dict[str, float]]:
    return run.get("training", {}).get("history", [])


def mean_curve(runs: list[dict[str, Any]], kind: str) -> Curve | None:
    """Steps, and the mean over the runs that came so far; None if none has a value of this kind."""
    values = defaultdict(list)
    for run in runs:
        for entry in _history(run):
            if kind in entry and np.isfinite(entry[kind]):
                values[entry["step"]].append(entry[kind])
    if not values:
        return None
    steps = sorted(values)
    return np.array(steps), np.array([np.mean(values[step]) for step in steps])


def _caption(panels: dict[str, dict[str, Curve]], kind: str) -> str:
    what = "the score on the dev split" if kind == "dev" else "the mean loss of each epoch (there is no dev split)"
    words = [f"Training on the target, begun from each source's adapter: {what}, mean over the seeds that came so far."]
    if kind == "dev":
        words.append("A curve that begins higher has a better start; one that ends higher has learned more.")
    else:
        words.append("A curve that begins lower has a better start; a low loss need not mean a high score.")
    best = min if kind == "loss" else max
    start = {target: best(found, key=lambda source: found[source][1][0]) for target, found in panels.items()}
    listed = [f"{source if source != NO_SOURCE else 'no source'} ({target})" for target, source in start.items()]
    words.append(f"After the first {'epoch' if kind == 'loss' else 'evaluation'} the best are {in_words(listed, 12)}.")
    rising = [t for t, found in panels.items() if _still_moving(found)]
    if rising:
        words.append(f"Where the last epoch still changed much, for {in_words(rising)}, more epochs may help.")
    return " ".join(words)


def _still_moving(found: dict[str, Curve]) -> bool:
    """Whether the median curve makes more than a tenth of its way in the last of its (three or more) parts."""
    shares = [
        abs(values[-1] - values[-2]) / spread
        for _, values in found.values()
        if len(values) > 2 and (spread := float(np.ptp(values))) > 0
    ]
    return bool(shares) and float(np.median(shares)) > 0.1
