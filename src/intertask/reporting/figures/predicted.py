"""Predicted against observed: one small panel a target."""

import numpy as np

from ...words import in_words, shortened, signed
from ..results import NO_SOURCE, Results, agreement
from .gains import noise_of_gains
from .style import BLUE, GREY, INK, SKY, VERMILION, WIDTH, Drawing, grid_shape, new_figure, place_names, show_grid


def draw(results: Results, setting: str) -> Drawing:
    """Rank in the ranking that people follow (1 = first) against observed gain, for each target of one setting."""
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
    figure.supxlabel(f"rank by {results.leading_words} (1 = first choice)", fontsize=9)
    unit = "gain over no source" if NO_SOURCE in baseline.values() else "difference to the mean source"
    figure.supylabel(f"{unit} (percent points)", fontsize=9)
    for axis, ranks, gain, names in named:
        every = [*names, *(s for s in ranks.index if s not in names)]
        shown = every if len(every) <= 9 else names
        points = [(ranks[s], gain[s]) for s in shown]
        # The other points are obstacles, without a name.
        points += [(ranks[s], gain[s]) for s in every if s not in shown]
        labels = [*shown, *([""] * (len(every) - len(shown)))]
        place_names(axis, points, labels, must=range(len(names)), fontsize=7)
    return Drawing(name, figure, _caption(results, panels, baseline))


def _caption(results: Results, panels: list, baseline: dict[str, str]) -> str:
    hits = [target for target, ranks, observed in panels if ranks.idxmin() == observed["gain"].idxmax()]
    helped = [t for t, ranks, observed in panels if observed.loc[ranks.idxmin(), "gain"] > 0]
    rhos = {target: agreement(ranks, observed["gain"]) for target, ranks, observed in panels}
    known = {target: rho for target, rho in rhos.items() if not np.isnan(rho)}
    words = [
        "Each point is a source: how far to the front the ranking has it (left = first), and what it really added. A "
        "good ranking falls from the upper left to the lower right. Red diamond: first choice; black star: the best "
        "source, where it is another."
    ]
    words.append(f"The first choice is the best source for {len(hits)} of {len(panels)} targets"
                 + (f" ({in_words(hits)})" if hits and len(panels) > 1 else "") + ".")  # fmt: skip
    if "mean" not in baseline.values():
        words.append(f"It is better than no source for {len(helped)}.")
    if known:
        low, high = min(known, key=known.get), max(known, key=known.get)
        span = f"{signed(known[low], 2)}"
        if len(known) > 1:
            span = f"from {span} ({low}) to {signed(known[high], 2)} ({high})"
        words.append(f"ρ is Spearman's rank correlation of ranking and gain, here {span}.")
    if not results.noise["noise_sd"].isna().all():
        words.append("Vertical lines: one standard error of the gain, from the seeds.")
    return " ".join(words)
