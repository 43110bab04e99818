"""Predicted ranks against observed gains, one small panel for each target."""

import numpy as np

from ...artifacts import NO_SOURCE
from ...words import count, in_words, shortened, signed
from ..results import Results, agreement
from .gains import noise_of_gains
from .labels import place_names
from .style import BLUE, GREY, INK, SKY, VERMILION, WIDTH, Drawing, grid_shape, new_figure, show_grid


def draw(results: Results, setting: str) -> Drawing:
    """Draw the rank of each source (1 = first choice) against its observed gain, for each target of one setting.

    Args:
        results: Results of the run.
        setting: Base model, or setting of the imported table.
    """
    name = f"{setting}/predicted"
    panels = []
    for target in results.targets:
        gains = results.gains_of(setting, target)
        ranks = results.ranks(setting, target).reindex(gains.index).dropna()
        observed = gains.loc[ranks.index].dropna(subset="gain")
        if len(observed):
            panels.append((target, ranks[observed.index], observed))
    if not panels:
        return Drawing(name, None, "No target has both a ranking and observed transfers.")
    rows, columns = grid_shape(len(panels), 4 if len(panels) > 6 else 3)
    figure, axes = new_figure(rows, columns, height=0.5 + (2.3 if columns == 4 else 2.7) * rows,
                              width=min(WIDTH, 1.2 + 4.2 * columns))  # fmt: skip
    baseline = {target: observed["baseline"].iloc[0] for target, _, observed in panels}
    named = []
    for axis, (target, ranks, observed) in zip(axes.flat, panels, strict=False):
        gain, best = observed["gain"], observed["gain"].idxmax()
        first = list(ranks.index[ranks == ranks.min()])
        noise = noise_of_gains(results, setting, [target], observed["baseline"].iloc[:1].set_axis([target]))[target]
        others = [s for s in ranks.index if s != best and s not in first]
        axis.axhline(0, color=GREY, linewidth=0.9)
        if not np.isnan(noise):
            axis.errorbar(ranks, gain, yerr=noise, fmt="none", ecolor=SKY, elinewidth=1, alpha=0.6, zorder=1)
        axis.scatter(ranks[others], gain[others], c=BLUE, s=20, zorder=3)
        axis.scatter(ranks[first], gain[first], c=VERMILION, marker="D", s=34, zorder=4)
        if best not in first:
            axis.scatter(ranks[best], gain[best], c=INK, marker="*", s=70, zorder=4)
        rho = agreement(ranks, gain)
        axis.set_title(shortened(target, 92 // columns))
        if not np.isnan(rho):
            axis.text(0.98, 0.97, f"ρ = {signed(rho, 2)}", transform=axis.transAxes, ha="right", va="top", fontsize=8)
        axis.margins(x=0.08, y=0.16)
        axis.set_xlim(0.3, float(ranks.max()) * 1.03 + 0.7)
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if ranks.max() <= 8 * step)
        axis.set_xticks([1, *range(max(step, 2), int(ranks.max()) + 1, step)])
        show_grid(axis)
        named.append((axis, ranks, gain, [*dict.fromkeys([best, *first[:1]])]))
    for axis in axes.flat[len(panels) :]:
        axis.axis("off")
    figure.supxlabel(f"rank by {results.leading_label} (1 = first choice)", fontsize=9)
    unit = "gain over no source" if NO_SOURCE in baseline.values() else "gain over the mean of the sources"
    figure.supylabel(f"{unit} (percentage points)", fontsize=9)
    for axis, ranks, gain, names in named:
        every = [*names, *(s for s in ranks.index if s not in names)]
        shown = every if len(every) <= 9 else names
        points = [(ranks[s], gain[s]) for s in shown]
        # The other points have no name, but names must not cover them.
        points += [(ranks[s], gain[s]) for s in every if s not in shown]
        labels = [*shown, *([""] * (len(every) - len(shown)))]
        place_names(axis, points, labels, must=range(len(names)), fontsize=7)
    return Drawing(name, figure, _caption(results, panels, baseline))


def _caption(results: Results, panels: list, baseline: dict[str, str]) -> str:
    """Describe the panels in words."""
    hits = [target for target, ranks, observed in panels if ranks.idxmin() == observed["gain"].idxmax()]
    helped = [t for t, ranks, observed in panels if observed.loc[ranks.idxmin(), "gain"] > 0]
    rhos = {target: agreement(ranks, observed["gain"]) for target, ranks, observed in panels}
    known = {target: rho for target, rho in rhos.items() if not np.isnan(rho)}
    words = [
        "Each point is a source, with its rank and the gain of its transfers. If the ranking is good, the points fall "
        "from the upper left to the lower right. The red diamond is the first choice. The black star is the best "
        "source, if that is a different one."
    ]
    listed = f" ({in_words(hits)})" if hits and len(panels) > 1 else ""
    words.append(f"The first choice is the best source for {len(hits)} of {count(len(panels), 'target')}{listed}.")
    if "mean" not in baseline.values():
        words.append(f"It is better than no source for {count(len(helped), 'target')}.")
    if known:
        low, high = min(known, key=known.get), max(known, key=known.get)
        span = f"is {signed(known[low], 2)}"
        if len(known) > 1:
            span = f"ranges from {signed(known[low], 2)} ({low}) to {signed(known[high], 2)} ({high})"
        words.append(f"Spearman's rank correlation ρ between ranking and gain {span}.")
    if not results.noise["noise_sd"].isna().all():
        words.append("Vertical lines are one standard error of the gain, computed from the seeds.")
    return " ".join(words)
