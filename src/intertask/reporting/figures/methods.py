"""Regret and NDCG of every method with intervals, compared with a random order and the noise ceiling."""

import numpy as np
import pandas as pd

from ...rankings.evaluation import MEAN
from ...words import count
from ..results import Results, block_words
from .style import BLUE, GREY, INK, VERMILION, Drawing, new_figure, show_grid


def draw(results: Results, block: str) -> Drawing:
    """Draw one block of ``regret.tsv``: one dot for each method, best first.

    Args:
        results: Results of the run.
        block: Base model, setting, or the mean over them.
    """
    name = "methods" if block == MEAN else f"{block}/methods"
    table, ranked = results.methods_of(block)
    if not len(ranked) or ranked[results.main].isna().all():
        return Drawing(
            name, None, f"No method can be evaluated {block_words(block)}, because regret is undefined for all targets."
        )
    k = results.main.partition("@")[2]
    height = 1.3 + 0.2 * len(ranked)
    figure, axes = new_figure(1, 2, height=height, sharey=True)
    panels = [
        (axes[0, 0], results.main, f"Regret@{k} (lower is better)"),
        (axes[0, 1], "ndcg", "NDCG (higher is better)"),
    ]
    place = np.arange(len(ranked))
    for axis, metric, title in panels:
        colors = [VERMILION if method == results.leading_method else BLUE for method in ranked.index]
        low, high = ranked[f"{metric}_low"], ranked[f"{metric}_high"]
        axis.hlines(place, low, high, colors=colors, linewidth=1.6, alpha=0.55)
        axis.scatter(ranked[metric], place, c=colors, s=26, zorder=3)
        for line, style, words in (
            ("random", (0, (5, 3)), "random order"),
            ("ceiling", (0, (1, 1.5)), "noise ceiling"),
        ):
            value = table[metric].get(line, np.nan)
            if not np.isnan(value):
                axis.axvline(
                    value, color=INK if line == "ceiling" else GREY, linestyle=style, linewidth=1.3, label=words
                )
        axis.set_title(title, pad=16)
        axis.set_xlabel("percent of the best source's score" if metric != "ndcg" else "NDCG (0 to 1)")
        show_grid(axis)
    axes[0, 0].set_xlim(left=min(0.0, float(ranked[results.main].min())) - 0.02 * axes[0, 0].get_xlim()[1])
    axes[0, 0].set_yticks(place, ranked.index)
    axes[0, 0].set_ylim(len(ranked) - 0.4, -0.6)
    axes[0, 0].tick_params(axis="y", length=0)
    axes[0, 1].tick_params(axis="y", length=0)
    handles, labels = axes[0, 1].get_legend_handles_labels()
    if handles:
        axes[0, 1].legend(handles, labels, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.1)
    for label in axes[0, 0].get_yticklabels():
        if label.get_text() == results.leading_method:
            label.set_color(VERMILION)
    return Drawing(name, figure, _caption(results, block, table, ranked, k))


def _caption(results: Results, block: str, table: pd.DataFrame, ranked: pd.DataFrame, k: str) -> str:
    """Describe the figure in words."""
    metric, targets = results.main, int(table["targets"].max())
    best = ranked[metric].min()
    first = list(ranked.index[ranked[metric] == best])
    words = [
        f"Regret@{k} is how far the best of a method's first {k} sources falls short of the best source, in percent "
        f"(mean over {count(targets, 'target')}). NDCG rates the whole order."
    ]
    named = first[0] if len(first) == 1 else f"{first[0]} and {len(first) - 1} more"
    words.append(f"The lowest regret is {best:.1f} % ({named}).")
    leading = results.leading_method
    if leading in ranked.index and leading not in first[:1]:
        words.append(
            f"The rankings of this run follow {results.leading_label} (red), {ranked.loc[leading, metric]:.1f} %."
        )
    random = table[metric].get("random", np.nan)
    if not np.isnan(random):
        worse = int((ranked[metric] > random).sum())
        beaten = (
            "no method is worse"
            if not worse
            else f"{worse} of {len(ranked)} methods {'is' if worse == 1 else 'are'} worse"
        )
        words.append(f"A random order has an expected regret of {random:.1f} % (dashed); {beaten}.")
    ceiling = table[metric].get("ceiling", np.nan)
    if np.isnan(ceiling):
        words.append("There is no noise ceiling, because it needs two seeds of each transfer.")
    else:
        words.append(f"The noise ceiling (dotted), {ceiling:.1f} %, ranks sources by their transfers with other seeds.")
    if ranked[f"{metric}_low"].isna().all():
        words.append("There are no intervals, because they need at least two targets.")
    else:
        words.append(
            f"Horizontal lines are {results.recipe['confidence']:.0%} bootstrap intervals over the targets"
            + ("; with few targets they are rough." if targets < 8 else ".")
        )
    return " ".join(words)
