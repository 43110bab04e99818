"""Quality against job time of the ranking methods, with the Pareto front."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ...rankings.evaluation import MEAN
from ...words import duration, in_words
from ..results import Results, block_words
from .labels import place_names
from .style import GREY, INK, MARKERS, Drawing, duration_axis, new_figure, show_grid

#: Column of ``regret.tsv`` -> title of its panel.
COSTS = {
    "cost_seconds": "with source training",
    "cost_seconds_given_adapters": "without source training",
}


def draw(results: Results, block: str) -> Drawing:
    """Draw one block of ``regret.tsv``: job time against regret, with and without the training of source adapters.

    Args:
        results: Results of the run.
        block: Base model, setting, or the mean over them.
    """
    name = "tradeoff" if block == MEAN else f"{block}/tradeoff"
    table, ranked = results.methods_of(block)
    known = ranked.dropna(subset=[results.main, "cost_seconds"])
    if not len(known):
        return Drawing(name, None, f"No method has both a regret and a cost {block_words(block)}.")
    k = results.main.partition("@")[2]
    figure, axes = new_figure(1, 2, height=4.6, sharey=True)
    markers = {needs: MARKERS[i % len(MARKERS)] for i, needs in enumerate(dict.fromkeys(_needs(known).sort_values()))}
    most = float(known[list(COSTS)].max(axis=None))
    top = float(np.nanmax([known[results.main].max(), table[results.main].get("random", 0.0), 1.0]))
    for axis, (column, title) in zip(axes[0], COSTS.items(), strict=True):
        duration_axis(axis.xaxis, most)
        axis.set_xlim(-0.35, most * 2.5 + 1)
        axis.set_ylim(-0.06 * top, top * 1.1)
        for line, style in (("random", (0, (5, 3))), ("ceiling", (0, (1, 1.5)))):
            value = table[results.main].get(line, np.nan)
            if not np.isnan(value):
                axis.axhline(value, color=GREY if line == "random" else INK, linestyle=style, linewidth=1.2)
        cost = known[column]
        front = pareto(cost, known[results.main])
        steps = known.loc[front]
        axis.step([*steps[column], most * 2.5 + 1], [*steps[results.main], steps[results.main].iloc[-1]],
                  where="post", color=INK, linewidth=1.1, alpha=0.8, zorder=1)  # fmt: skip
        for needs, (color, marker) in markers.items():
            part = known[_needs(known) == needs]
            axis.scatter(part[column], part[results.main], c=color, marker=marker, s=34, zorder=3, label=needs,
                         edgecolors="white", linewidths=0.5)  # fmt: skip
        axis.set_title(title)
        axis.set_xlabel("job time to rank all sources for all targets")
        show_grid(axis)
    _name_lines(axes[0, 1], table[results.main], top)
    axes[0, 0].set_ylabel(f"Regret@{k} in percent (lower is better)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 4), title="what the method needs")
    for axis, column in zip(axes[0], COSTS, strict=True):
        front = pareto(known[column], known[results.main])
        leading = [results.leading_method] if results.leading_method in known.index else []
        named = list(dict.fromkeys([*front, *leading]))
        first = [*named, *(m for m in known.index if m not in named)]
        points = [(known.loc[m, column], known.loc[m, results.main]) for m in first]
        place_names(axis, points, first, must=range(len(named)), lines=False, fontsize=7.5)
    return Drawing(name, figure, _caption(results, table, ranked, known))


def _name_lines(axis: Axes, main: pd.Series, top: float) -> None:
    """Name the lines of the random order and the noise ceiling, to the right of the panels."""
    values = {
        name: main[line] for line, name in (("random", "random\norder"), ("ceiling", "noise\nceiling")) if line in main
    }
    values = {name: value for name, value in values.items() if not np.isnan(value)}
    close = len(values) == 2 and abs(values["random\norder"] - values["noise\nceiling"]) < 0.1 * top
    for name, value in values.items():
        side = "center" if not close else "bottom" if name == "random\norder" else "top"
        axis.annotate(name, (1, value), (4, 0), ha="left", va=side, xycoords=("axes fraction", "data"),
                      textcoords="offset points", fontsize=7.5, color=GREY, annotation_clip=False)  # fmt: skip


def pareto(cost: pd.Series, loss: pd.Series) -> list[str]:
    """Return the names on the Pareto front, cheapest first; of equal ones the first.

    Args:
        cost: Name -> cost, lower is better.
        loss: Name -> loss, lower is better.
    """
    front, best = [], np.inf
    for method in pd.DataFrame({"cost": cost, "loss": loss}).sort_values(["cost", "loss"], kind="stable").index:
        if loss[method] < best:
            front.append(method)
            best = loss[method]
    return front


def _needs(table: pd.DataFrame) -> pd.Series:
    """Return what each method needs, with ``nothing`` instead of a missing value."""
    return table["needs"].fillna("nothing")


def _caption(results: Results, table: pd.DataFrame, ranked: pd.DataFrame, known: pd.DataFrame) -> str:
    """Describe the panels in words."""
    words = [
        "Each point is a method. Points further down (better) and to the left (faster) are preferable. The line is the "
        "Pareto front: no other method is both faster and better than a method on it."
    ]
    for column, title in COSTS.items():
        front = pareto(known[column], known[results.main])
        listed = [f"{m} ({duration(known.loc[m, column])}, {known.loc[m, results.main]:.1f} %)" for m in front]
        words.append(f"{title.capitalize()}, the front is {in_words(listed, 6)}.")
    slowest = known["cost_seconds"].idxmax()
    words.append(f"The slowest method is {slowest} ({duration(known.loc[slowest, 'cost_seconds'])}).")
    missing = [method for method in ranked.index if method not in known.index]
    if missing:
        words.append(f"Not shown, because their time or regret is unknown: {in_words(missing)}.")
    words.append("Names that would overlap are left out; the table above lists all methods.")
    return " ".join(words)
