"""Heat map: what each source adds to each target."""

import matplotlib
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage

from ...words import in_words, signed
from ..results import NO_SOURCE, Results
from .style import DIVERGING, INK, PALE, WIDTH, Drawing, new_figure

#: Standard errors by which a gain must exceed 0 to be shown as more than noise.
SURE = 2.0


def draw(results: Results, setting: str) -> Drawing:
    """The heat map of one setting: sources x targets, both clustered; ``none`` is a line of zeros."""
    name = f"{setting}/gains"
    table = results.gains[results.gains["model"] == setting]
    wide = table[table["source"] != NO_SOURCE].pivot(index="source", columns="target", values="gain")
    if wide.isna().all(axis=None):
        return Drawing(name, None, f"No transfer of {setting} has a score, so there is no gain to show.")
    baseline = table.groupby("target")["baseline"].first()
    wide = wide.iloc[order(wide.to_numpy())].iloc[:, order(wide.to_numpy().T)]
    noise = noise_of_gains(results, setting, list(wide.columns), baseline)
    shown = wide.copy()
    if (baseline == NO_SOURCE).any():
        shown.loc[NO_SOURCE] = np.where(baseline[wide.columns] == NO_SOURCE, 0.0, np.nan)
    return Drawing(name, _figure(shown, wide, noise, baseline), _caption(results, setting, wide, noise, baseline))


def order(values: np.ndarray) -> np.ndarray:
    """Order of the rows in which similar ones are neighbours (average linkage, optimal leaf order)."""
    if len(values) < 3:
        return np.arange(len(values))
    centre = np.where(np.isnan(values).all(0), 0.0, np.nanmean(np.where(np.isnan(values).all(0), 0.0, values), 0))
    filled = np.where(np.isnan(values), centre, values)
    return leaves_list(linkage(filled, "average", optimal_ordering=True))


def noise_of_gains(results: Results, setting: str, targets: list[str], baseline: pd.Series) -> pd.Series:
    """Standard error of a gain by target: that of the difference of two means (one, if the baseline is a mean)."""
    known = [(setting, t) in results.noise.index for t in targets]
    single = [results.noise.loc[(setting, t), "noise_sd"] if k else np.nan for t, k in zip(targets, known, strict=True)]
    factor = np.where(baseline[targets] == NO_SOURCE, 2**0.5, 1.0)
    return pd.Series(np.asarray(single, np.float64) * factor, index=targets)


def _figure(shown: pd.DataFrame, wide: pd.DataFrame, noise: pd.Series, baseline: pd.Series):
    rows, columns = shown.shape
    width = min(WIDTH, 3.0 + 0.62 * columns) if columns <= 12 else WIDTH
    figure, axes = new_figure(height=1.7 + 0.21 * rows, width=max(width, 4.8))
    axes = axes[0, 0]
    values = shown.to_numpy()
    # One extreme value must not make all others pale.
    most = max(float(np.nanpercentile(np.abs(wide.to_numpy()), 95 if wide.size >= 12 else 100)), 0.1)
    beyond = float(np.nanmax(np.abs(values))) > most
    colours = matplotlib.colormaps[DIVERGING].with_extremes(bad=PALE)
    image = axes.pcolormesh(values, cmap=colours, vmin=-most, vmax=most, edgecolors="white", linewidth=0.6)
    axes.invert_yaxis()
    axes.set_xticks(np.arange(columns) + 0.5, [t if baseline[t] == NO_SOURCE else f"{t} *" for t in shown.columns])
    axes.tick_params(axis="x", rotation=90 if columns > 8 else 35, top=True, labeltop=True, bottom=False,
                     labelbottom=False, length=0)  # fmt: skip
    for label in axes.get_xticklabels():
        label.set_ha("center" if columns > 8 else "left")
        label.set_rotation_mode("default" if columns > 8 else "anchor")
    axes.set_yticks(np.arange(rows) + 0.5, shown.index)
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)
    axes.set_ylabel("source")
    axes.set_xlabel("target")
    axes.xaxis.set_label_position("top")
    if columns <= 24:
        size = 7.5 if columns <= 14 else 6
        for (i, j), value in np.ndenumerate(values):
            if not np.isnan(value):
                sure = shown.index[i] != NO_SOURCE and abs(value) > SURE * noise[shown.columns[j]]
                text = axes.text(
                    j + 0.5, i + 0.5, signed(value) if round(value, 1) else "0", ha="center", va="center",
                    fontsize=size, color="white" if abs(value) > 0.7 * most else INK,
                    fontweight="bold" if sure else "normal",
                )  # fmt: skip
                text.set_in_layout(False)  # hundreds of them, all within the axes
    bar = figure.colorbar(
        image, ax=axes, location="bottom", shrink=0.6, aspect=40, pad=0.5 / rows, extend="both" if beyond else "neither"
    )
    bar.outline.set_visible(False)
    zero = "no source" if (baseline == NO_SOURCE).all() else "no source; * the mean of the sources"
    bar.set_label(f"gain in percent points (0 = {zero})")
    return figure


def _caption(results: Results, setting: str, wide: pd.DataFrame, noise: pd.Series, baseline: pd.Series) -> str:
    known = wide.stack()
    source, target = known.idxmax()
    share = (known > 0).mean()
    words = [
        f"Each cell: by how many percent points the transfers from a source (row) to a target (column) end above "
        f"{'those without a source' if (baseline == NO_SOURCE).all() else 'the baseline'}, mean over seeds."
    ]
    words.append(
        f"Here {share:.0%} of {len(known)} pairs gain; the most is {signed(known.max())}, {source} for {target}, "
        f"the least {signed(known.min())}, {known.idxmin()[0]} for {known.idxmin()[1]}."
    )
    helped = wide.max() > 0
    if not helped.all():
        words.append(f"No source helps {in_words(list(wide.columns[~helped]))}.")
    if wide.shape[1] > 1 and len(wide) > 1:
        mean = wide.mean(axis=1)
        words.append(f"The best on average is {mean.idxmax()} ({signed(mean.max())}).")
    if noise.isna().all():
        words.append("With one seed each, nothing says how much of this is chance.")
    elif wide.shape[1] <= 24:
        sure = sum(int((wide[t].abs() > SURE * noise[t]).sum()) for t in wide.columns)
        words.append(f"Bold: more than {SURE:.0f} standard errors from 0 ({sure} pairs).")
    if (baseline != NO_SOURCE).any():
        words.append(
            f"*: {in_words(list(baseline.index[baseline != NO_SOURCE]))}: there is no transfer without a source, so 0 "
            "is the mean of the target's sources."
        )
    if wide.isna().any(axis=None):
        words.append("Grey: no transfer, since the source is the target itself, or none of its runs has a score.")
    return " ".join(words)
