"""Quality against cost of the ranking methods, with the Pareto front."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ...rankings.evaluation import MEAN
from ...words import duration, in_words
from ..results import Results, block_words
from .style import GREY, INK, KINDS, Drawing, duration_axis, new_figure, place_names, show_grid

COSTS = [
    ("cost_seconds", "everything counted"),
    ("cost_seconds_given_adapters", "source adapters already there"),
]


def draw(results: Results, block: str) -> Drawing:
    """One block of ``regret.tsv``: seconds against the main regret, twice: with and without training the adapters."""
    name = "tradeoff" if block == MEAN else f"{block}/tradeoff"
    table, ranked = results.judged(block)
    known = ranked.dropna(subset=[results.main, "cost_seconds"])
    if not len(known):
        return Drawing(name, None, f"No method has both a regret and a cost {block_words(block)}.")
    k = results.main.partition("@")[2]
    figure, axes = new_figure(1, 2, height=4.6, sharey=True)
    kinds = {needs: KINDS[i % len(KINDS)] for i, needs in enumerate(dict.fromkeys(_needs(known).sort_values()))}
    most = float(known[[column for column, _ in COSTS]].max(axis=None))
    top = float(np.nanmax([known[results.main].max(), table[results.main].get("random", 0.0), 1.0]))
    for axis, (column, title) in zip(axes[0], COSTS, strict=True):
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
        for needs, (colour, marker) in kinds.items():
            part = known[_needs(known) == needs]
            axis.scatter(part[column], part[results.main], c=colour, marker=marker, s=34, zorder=3, label=needs,
                         edgecolors="white", linewidths=0.5)  # fmt: skip
        axis.set_title(title)
        axis.set_xlabel("time to rank all sources for all targets")
        show_grid(axis)
    _name_lines(axes[0, 1], table[results.main], top)
    axes[0, 0].set_ylabel(f"Regret@{k} (percent lost; lower is better)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 4), title="what the method needs")
    for axis, (column, _) in zip(axes[0], COSTS, strict=True):
        front = pareto(known[column], known[results.main])
        leading = [results.shown_as] if results.shown_as in known.index else []
        named = list(dict.fromkeys([*front, *leading]))
        first = [*named, *(m for m in known.sort_values(results.main).index if m not in named)]
        points = [(known.loc[m, column], known.loc[m, results.main]) for m in first]
        place_names(axis, points, first, must=range(len(named)), lines=False, fontsize=7.5)
    return Drawing(name, figure, _caption(results, table, ranked, known))


def _name_lines(axis: Axes, main: pd.Series, top: float) -> None:
    """Beside the right panel, where no method's name can be; where both lines are close, one above the other."""
    values = {name: main[line] for line, name in (("random", "random"), ("ceiling", "noise\nceiling")) if line in main}
    values = {name: value for name, value in values.items() if not np.isnan(value)}
    close = len(values) == 2 and abs(values["random"] - values["noise\nceiling"]) < 0.1 * top
    for name, value in values.items():
        side = "center" if not close else "bottom" if name == "random" else "top"
        axis.annotate(name, (1, value), (4, 0), ha="left", va=side, xycoords=("axes fraction", "data"),
                      textcoords="offset points", fontsize=7.5, color=GREY, annotation_clip=False)  # fmt: skip


def pareto(cost: pd.Series, loss: pd.Series) -> list[str]:
    """Names on the Pareto front, cheapest first: nothing else is both as cheap and as good. Of equal ones the first."""
    front, best = [], np.inf
    for method in pd.DataFrame({"cost": cost, "loss": loss}).sort_values(["cost", "loss"], kind="stable").index:
        if loss[method] < best:
            front.append(method)
            best = loss[method]
    return front


def _needs(table: pd.DataFrame) -> pd.Series:
    return table["needs"].fillna("nothing")


def _caption(results: Results, table: pd.DataFrame, ranked: pd.DataFrame, known: pd.DataFrame) -> str:
    words = ["Each point is a method; below and to the left is better. The line is the Pareto front: for these methods "
             "no other is both as cheap and as good."]  # fmt: skip
    parts = []
    for column, title in COSTS:
        front = pareto(known[column], known[results.main])
        listed = [f"{m} ({duration(known.loc[m, column])}, {known.loc[m, results.main]:.1f} %)" for m in front]
        parts.append(f"{title}, it is {in_words(listed, 6)}")
    words.append(f"With {'; with '.join(parts)}.")
    dear = known.index[known["cost_seconds"] == known["cost_seconds"].max()][0]
    words.append(f"The dearest is {dear}, {duration(known.loc[dear, 'cost_seconds'])}.")
    missing = [method for method in ranked.index if method not in known.index]
    if missing:
        words.append(f"Not shown, for want of a cost or a regret: {in_words(missing)}.")
    words.append("Where names would hide each other some are left out; the table above has all of them.")
    return " ".join(words)
