"""Which jobs ran, how much time they took, and on which devices."""

import numpy as np
import pandas as pd

from ...artifacts import STEPS
from ...words import count, duration
from ..results import Results
from .style import BLUE, Drawing, new_figure, show_grid

NAME = "work"


def by_step(costs: pd.DataFrame) -> pd.DataFrame:
    """Sum up the jobs of each step, in the order of the work.

    Args:
        costs: ``costs.tsv``, one line per job.

    Returns:
        Columns step, label, jobs, total, median, longest (seconds) and peak_mb (MiB).
    """
    jobs = costs[costs["step"] != "method"]  # those are parts of the jobs that compute scores
    table = jobs.groupby("step", sort=False).agg(
        jobs=("seconds", "size"),
        total=("seconds", "sum"),
        median=("seconds", "median"),
        longest=("seconds", "max"),
        peak_mb=("max_rss_mb", "max"),
    )
    known = [step for step in STEPS if step in table.index]
    table = table.loc[[*known, *(step for step in table.index if step not in STEPS)]].reset_index()
    return table.assign(label=[STEPS[step].label if step in STEPS else step for step in table["step"]])


def draw(results: Results) -> Drawing:
    """Draw the job time of each step.

    Args:
        results: Results of the run.
    """
    table = by_step(results.costs)
    if not len(table):
        return Drawing(NAME, None, "No job of this run recorded its time.")
    figure, axes = new_figure(height=1.0 + 0.28 * len(table))
    axes = axes[0, 0]
    place = np.arange(len(table))
    axes.set_yticks(place, table["label"])
    axes.invert_yaxis()
    most = float(table["total"].max())
    units = [("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)]
    unit, length = next((name, seconds) for name, seconds in units if most >= 2 * seconds or seconds == 1)
    axes.barh(place, table["total"] / length, color=BLUE, height=0.62)
    axes.set_xlim(0, max(most / length, 1e-9) * 1.45)
    axes.set_xlabel(f"job time ({unit})")
    axes.tick_params(axis="y", length=0)
    for i, row in enumerate(table.itertuples()):
        words = count(row.jobs, "job") + (f", median {duration(row.median)}" if row.jobs > 1 else "")
        axes.annotate(
            f"{duration(row.total)} ({words})",
            (row.total / length, i),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    show_grid(axes, "x")
    return Drawing(NAME, figure, _caption(results, table))


def _caption(results: Results, table: pd.DataFrame) -> str:
    """Describe the bars in words."""
    total = table["total"].sum()
    top = table.loc[table["total"].idxmax()]
    words = [
        f"The {count(int(table['jobs'].sum()), 'job')} of this run took {duration(total)} of job time, the sum of "
        f"their wall times. The step '{top['label']}' has the largest share ({top['total'] / total:.0%})."
    ]
    if not table["peak_mb"].isna().all():
        biggest = table.loc[table["peak_mb"].idxmax()]
        memory = f"{biggest['peak_mb'] / 1024:.1f} GiB"
        words.append(f"The job with the highest memory use ({memory}) belongs to the step '{biggest['label']}'.")
    devices = results.devices()
    if devices:
        listed = [f"{count} on {device} in {precision}" for (device, precision), count in devices.most_common()]
        words.append(f"Trainings: {'; '.join(listed)}.")
    words.append("Other work on the machine makes times longer. Jobs whose benchmark file is missing are not included.")
    return " ".join(words)
