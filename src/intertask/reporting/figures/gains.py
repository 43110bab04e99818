"""Heat map of the gain of each source on each target."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage

from ...artifacts import NO_SOURCE
from ...words import in_words, signed
from ..results import Results
from .style import DIVERGING, PALE, WIDTH, Drawing, new_figure, text_color

#: Number of standard errors that a gain must differ from 0 to be printed in bold.
MIN_STANDARD_ERRORS = 2.0


def draw(results: Results, setting: str) -> Drawing:
    """Draw the heat map of one setting: sources by targets, both clustered, with ``none`` as a row of zeros.

    Args:
        results: Results of the run.
        setting: Base model, or setting of the imported table.

    Returns:
        The figure with its caption, or a note without a figure if there are no gains.
    """
    name = f"{setting}/gains"
    table = results.gains[results.gains["model"] == setting]
    wide = table[table["source"] != NO_SOURCE].pivot(index="source", columns="target", values="gain")
    if wide.isna().all(axis=None):
        return Drawing(name, None, f"No transfer of {setting} has a score, so there are no gains to show.")
    baseline = table.groupby("target")["baseline"].first()
    wide = wide.iloc[order(wide.to_numpy())].iloc[:, order(wide.to_numpy().T)]
    noise = noise_of_gains(results, setting, list(wide.columns), baseline)
    shown = wide.copy()
    if (baseline == NO_SOURCE).any():
        shown.loc[NO_SOURCE] = np.where(baseline[wide.columns] == NO_SOURCE, 0.0, np.nan)
    return Drawing(name, _figure(shown, wide, noise, baseline), _caption(results, setting, wide, noise, baseline))


def order(values: np.ndarray) -> np.ndarray:
    """Order rows so that similar ones are neighbors (average linkage, optimal leaf order).

    Args:
        values: [N, M] values; NaN is replaced by the mean of its column.

    Returns:
        [N] indices of the rows.
    """
    if len(values) < 3:
        return np.arange(len(values))
    center = np.where(np.isnan(values).all(0), 0.0, np.nanmean(np.where(np.isnan(values).all(0), 0.0, values), 0))
    filled = np.where(np.isnan(values), center, values)
    return leaves_list(linkage(filled, "average", optimal_ordering=True))


def noise_of_gains(results: Results, setting: str, targets: list[str], baseline: pd.Series) -> pd.Series:
    """Compute the standard error of a gain on each target.

    A gain over ``none`` is the difference of two means over seeds. If the baseline is the mean of the sources, its own
    noise is neglected.

    Args:
        results: Results of the run.
        setting: Base model, or setting of the imported table.
        targets: Names of the targets.
        baseline: Target -> ``none`` or ``mean``.

    Returns:
        Target -> standard error in percentage points; NaN if unknown.
    """
    known = [(setting, t) in results.noise.index for t in targets]
    single = [results.noise.loc[(setting, t), "noise_sd"] if k else np.nan for t, k in zip(targets, known, strict=True)]
    factor = np.where(baseline[targets] == NO_SOURCE, 2**0.5, 1.0)
    return pd.Series(np.asarray(single, np.float64) * factor, index=targets)


def _figure(shown: pd.DataFrame, wide: pd.DataFrame, noise: pd.Series, baseline: pd.Series) -> Figure:
    """The heat map of ``shown``, which is ``wide`` with a row for ``none``."""
    rows, columns = shown.shape
    width = min(WIDTH, 3.0 + 0.62 * columns) if columns <= 12 else WIDTH
    figure, axes = new_figure(height=1.7 + 0.21 * rows, width=max(width, 4.8))
    axes = axes[0, 0]
    values = shown.to_numpy()
    # The color scale ends at the 95th percentile, so that one extreme value does not make all others pale.
    most = max(float(np.nanpercentile(np.abs(wide.to_numpy()), 95 if wide.size >= 12 else 100)), 0.1)
    beyond = float(np.nanmax(np.abs(values))) > most
    colors = DIVERGING.with_extremes(bad=PALE)
    image = axes.pcolormesh(values, cmap=colors, vmin=-most, vmax=most, edgecolors="white", linewidth=0.6)
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
                bold = shown.index[i] != NO_SOURCE and abs(value) > MIN_STANDARD_ERRORS * noise[shown.columns[j]]
                text = axes.text(
                    j + 0.5, i + 0.5, signed(value) if round(value, 1) else "0", ha="center", va="center",
                    fontsize=size, color=text_color(colors(image.norm(value))),
                    fontweight="bold" if bold else "normal",
                )  # fmt: skip
                text.set_in_layout(False)  # speeds up the layout; all texts are within the axes
    bar = figure.colorbar(
        image, ax=axes, location="bottom", shrink=0.6, aspect=40, pad=0.5 / rows, extend="both" if beyond else "neither"
    )
    bar.outline.set_visible(False)
    zero = "no source" if (baseline == NO_SOURCE).all() else "no source; *: mean of the sources"
    bar.set_label(f"gain in percentage points (0 = {zero})")
    return figure


def _caption(results: Results, setting: str, wide: pd.DataFrame, noise: pd.Series, baseline: pd.Series) -> str:
    """Describe the heat map in words."""
    known = wide.stack().dropna()  # a target that is also a source has no gain from itself
    source, target = known.idxmax()
    zero = "training without a source" if (baseline == NO_SOURCE).any() else "the mean of the target's sources"
    words = [
        "Each cell shows how many percentage points the transfers from a source (row) to a target (column) score above "
        f"{zero}, on average over seeds."
    ]
    words.append(
        f"The gain is positive for {(known > 0).mean():.0%} of the {len(known)} pairs. The largest gain is "
        f"{signed(known.max())} ({source} for {target}), the smallest {signed(known.min())} ({known.idxmin()[0]} for "
        f"{known.idxmin()[1]})."
    )
    helped = wide.max() > 0
    if not helped.all():
        words.append(f"No source helps {in_words(list(wide.columns[~helped]))}.")
    if wide.shape[1] > 1 and len(wide) > 1:
        mean = wide.mean(axis=1)
        words.append(f"On average over the targets, the best source is {mean.idxmax()} ({signed(mean.max())}).")
    if noise.isna().all():
        words.append("There is one seed per transfer, so gains cannot be told from noise.")
    elif wide.shape[1] <= 24:
        bold = sum(int((wide[t].abs() > MIN_STANDARD_ERRORS * noise[t]).sum()) for t in wide.columns)
        words.append(f"Bold gains differ from 0 by more than {MIN_STANDARD_ERRORS:.0f} standard errors ({bold} pairs).")
    if (baseline != NO_SOURCE).any():
        words.append(
            f"For the targets marked with * ({in_words(list(baseline.index[baseline != NO_SOURCE]))}) there is no "
            "transfer without a source, so 0 is the mean of the target's sources."
        )
    if wide.isna().any(axis=None):
        words.append("Grey cells have no score: the source is the target itself, or all of its runs failed.")
    return " ".join(words)
