"""What ran, how long, on what."""

import numpy as np
import pandas as pd

from ...words import count, duration
from ..results import Results
from .style import BLUE, Drawing, new_figure, show_grid

NAME = "work"
#: Words for the steps of ``costs.tsv``; another step is shown by its name.
STEPS = {
    "data": "preparing data",
    "embeddings": "embedding texts",
    "adapters": "training source adapters",
    "rows": "target rows, base model",
    "features": "target rows, each adapter",
    "maps": "embedding space maps",
    "gradients": "Fisher embeddings",
    "fewshot_gradients": "Fisher embeddings, few steps",
    "fewshot": "few-shot fine-tuning",
    "transfer": "transfers",
    "scores": "scoring the sources",
}


def by_step(costs: pd.DataFrame) -> pd.DataFrame:
    """One line a step, in the order of the work: step, jobs, total, median, longest (seconds), peak_mb."""
    jobs = costs[costs["step"] != "method"]  # those are parts of the scores' jobs
    table = jobs.groupby("step", sort=False).agg(
        jobs=("seconds", "size"),
        total=("seconds", "sum"),
        median=("seconds", "median"),
        longest=("seconds", "max"),
        peak_mb=("max_rss_mb", "max"),
    )
    known = [step for step in STEPS if step in table.index]
    return table.loc[[*known, *(step for step in table.index if step not in STEPS)]].reset_index()


def draw(results: Results) -> Drawing:
    """Total wall time of each step."""
    table = by_step(results.costs)
    if not len(table):
        return Drawing(NAME, None, "No job of this run left a record of its time.")
    figure, axes = new_figure(height=1.0 + 0.28 * len(table))
    axes = axes[0, 0]
    place = np.arange(len(table))
    axes.set_yticks(place, [STEPS.get(step, step) for step in table["step"]])
    axes.invert_yaxis()
    most = float(table["total"].max())
    units = [("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)]
    unit, length = next((name, seconds) for name, seconds in units if most >= 2 * seconds or seconds == 1)
    axes.barh(place, table["total"] / length, color=BLUE, height=0.62)
    axes.set_xlim(0, max(most / length, 1e-9) * 1.45)
    axes.set_xlabel(f"wall time of all jobs together ({unit})")
    axes.tick_params(axis="y", length=0)
    for i, row in enumerate(table.itertuples()):
        words = f"{duration(row.total)}: {count(row.jobs, 'job')}" + (
            f" of {duration(row.median)} (median)" if row.jobs > 1 else ""
        )
        axes.annotate(words, (row.total / length, i), (4, 0), textcoords="offset points", va="center", fontsize=8)
    show_grid(axes, "x")
    return Drawing(NAME, figure, _caption(results, table))


def _caption(results: Results, table: pd.DataFrame) -> str:
    total = table["total"].sum()
    top = table.loc[table["total"].idxmax()]
    words = [f"{int(table['jobs'].sum())} jobs took {duration(total)} of work, one after another; "
             f"{STEPS.get(top['step'], top['step'])} took {top['total'] / total:.0%} of it."]  # fmt: skip
    if not table["peak_mb"].isna().all():
        biggest = table.loc[table["peak_mb"].idxmax()]
        step = STEPS.get(biggest["step"], biggest["step"])
        words.append(f"The most memory, {biggest['peak_mb'] / 1024:.1f} GiB, was taken by a job of {step}.")
    devices = results.devices()
    if devices:
        listed = [f"{count} on {device} in {precision}" for (device, precision), count in devices.most_common()]
        words.append(f"Trainings: {'; '.join(listed)}.")
    words.append("Times are as measured, under whatever else the machine did; jobs whose record is lost are missing.")
    return " ".join(words)
