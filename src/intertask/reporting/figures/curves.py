"""Learning curves of the transfers, one panel for each target."""

from collections import defaultdict
from typing import Any

import numpy as np

from ...artifacts import NO_SOURCE
from ...types import get_type
from ...words import in_words, shortened
from ..results import Results
from .style import BLUE, GREY, INK, PALE, VERMILION, WIDTH, Drawing, grid_shape, new_figure, show_grid

Curve = tuple[np.ndarray, np.ndarray]
_NO_CURVES = (
    "No transfer recorded a learning curve. The transfers were trained for less than one epoch, or by a version that "
    "did not record curves."
)


def draw(results: Results, setting: str) -> Drawing:
    """Draw dev scores by step if transfers recorded them (early stopping), else training losses.

    Args:
        results: Results of the run.
        setting: Base model, or setting of the imported table.
    """
    name = f"{setting}/curves"
    runs = [run for run in results.trained["transfer"] if run["model"] == setting]
    quantity = "dev" if any("dev" in entry for run in runs for entry in _history(run)) else "loss"
    panels = {}
    for target in results.targets:
        by_source = defaultdict(list)
        for run in runs:
            if run["target"] == target and _history(run):
                by_source[run["source"]].append(run)
        curves = {source: curve for source, part in by_source.items() if (curve := mean_curve(part, quantity))}
        if curves:
            panels[target] = curves
    if not panels:
        return Drawing(name, None, _NO_CURVES)
    rows, columns = grid_shape(len(panels), 4 if len(panels) > 6 else 3)
    figure, axes = new_figure(rows, columns, height=0.9 + (2.1 if columns == 4 else 2.5) * rows,
                              width=min(WIDTH, 1.2 + 4.2 * columns))  # fmt: skip
    for axis, (target, curves) in zip(axes.flat, panels.items(), strict=False):
        ranks = results.ranks(setting, target)
        gains = results.gains_of(setting, target)["gain"].dropna()
        marked = {}
        if NO_SOURCE in curves:
            marked[NO_SOURCE] = (INK, (0, (4, 2)), "no source")
        if len(ranks) and ranks.idxmin() in curves:
            marked[ranks.idxmin()] = (VERMILION, "-", "first choice of the ranking")
        if len(gains) and gains.idxmax() in curves:
            best, same = gains.idxmax(), gains.idxmax() in marked
            marked[best] = (VERMILION if same else BLUE, "-" if same else (0, (6, 1, 1, 1)), "best source")
            if same:
                marked[best] = (VERMILION, "-", "first choice of the ranking")
        for source, curve in curves.items():
            if source not in marked:
                axis.plot(*curve, color=PALE if len(curves) > 15 else "#BDBDBD", linewidth=0.9, zorder=1,
                          label="other sources", marker="." if len(curve[0]) == 1 else None)  # fmt: skip
        for source, (color, dashes, label) in marked.items():
            axis.plot(*curves[source], color=color, linestyle=dashes, linewidth=1.7, zorder=3, label=label,
                      marker="." if len(curves[source][0]) < 3 else None)  # fmt: skip
        axis.set_title(shortened(target, 92 // columns))
        axis.xaxis.get_major_locator().set_params(integer=True, nbins=5)
        if quantity == "dev":
            axis.set_ylabel(results.metrics.get((setting, target), "score").replace("_", " "), fontsize=8, color=GREY)
        show_grid(axis)
    for axis in axes.flat[len(panels) :]:
        axis.axis("off")
    figure.supxlabel("optimizer steps", fontsize=9)
    units = {get_type(results.type_of(target)).LOSS_UNIT for target in panels}
    words = "dev score (percent)" if quantity == "dev" else f"mean training loss ({' or '.join(sorted(units))})"
    figure.supylabel(words, fontsize=9)
    legends = [axis.get_legend_handles_labels() for axis in axes.flat]
    every = {label: handle for legend in legends for handle, label in zip(*legend, strict=True)}
    order = [n for n in ("no source", "first choice of the ranking", "best source", "other sources") if n in every]
    figure.legend([every[n] for n in order], order, loc="outside upper center", ncols=4)
    return Drawing(name, figure, _caption(panels, quantity))


def _history(run: dict[str, Any]) -> list[dict[str, float]]:
    """Return the records of a run after each epoch or evaluation: ``step``, and ``loss`` or ``dev``."""
    return run.get("training", {}).get("history", [])


def mean_curve(runs: list[dict[str, Any]], quantity: str) -> Curve | None:
    """Average the learning curves of several runs.

    Args:
        runs: Results of the runs.
        quantity: ``dev`` (score, in percent) or ``loss``.

    Returns:
        [T] steps and [T] means over the runs that have a value at that step; None if no run has one.
    """
    values = defaultdict(list)
    for run in runs:
        for entry in _history(run):
            if quantity in entry and np.isfinite(entry[quantity]):
                values[entry["step"]].append(entry[quantity])
    if not values:
        return None
    steps = sorted(values)
    return np.array(steps), np.array([np.mean(values[step]) for step in steps])


def _caption(panels: dict[str, dict[str, Curve]], quantity: str) -> str:
    """Describe the panels in words."""
    shown = "the score on the dev split"
    advice = "A curve that starts higher has a better start. A curve that ends higher has learned more."
    best, unit = max, "evaluation"
    if quantity == "loss":
        shown = "the mean training loss of each epoch (there is no dev split)"
        advice = "A curve that starts lower has a better start, but a low loss does not always mean a high score."
        best, unit = min, "epoch"
    words = [f"Training on the target from the adapter of each source: {shown}, on average over seeds.", advice]
    start = {target: best(curves, key=lambda source: curves[source][1][0]) for target, curves in panels.items()}
    listed = [f"{source if source != NO_SOURCE else 'no source'} for {target}" for target, source in start.items()]
    words.append(f"After the first {unit}, the best curve is that of {in_words(listed, 12)}.")
    moving = [target for target, curves in panels.items() if _still_moving(curves)]
    if moving:
        words.append(f"The last {unit} still changed much for {in_words(moving)}, so more epochs may help there.")
    return " ".join(words)


def _still_moving(curves: dict[str, Curve]) -> bool:
    """Whether the last step of the median curve makes up more than a tenth of its range (three or more points)."""
    shares = [
        abs(values[-1] - values[-2]) / spread
        for _, values in curves.values()
        if len(values) > 2 and (spread := float(np.ptp(values))) > 0
    ]
    return bool(shares) and float(np.median(shares)) > 0.1
