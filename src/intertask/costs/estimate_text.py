"""Write a plan as text: a table of stages, a table of the cheap plan, and the assumptions."""

from collections.abc import Iterable, Mapping, Sequence

from ..artifacts import STAGES
from ..config import Config
from ..words import count, duration
from .estimate import CHEAP_METHOD, Line
from .speed import Speed
from .task_sizes import TaskSize

#: The sentence about the cheap plan uses the k that is nearest to this number.
_SHOWN_K = 3


def total(lines: Iterable[Line], field: str) -> tuple[float, bool]:
    """Sum a field over lines.

    Args:
        lines: Lines of a plan.
        field: ``jobs``, ``forward``, ``trained`` or ``seconds``.

    Returns:
        The sum of the known values, and whether all values are known.
    """
    values = [getattr(line, field) for line in lines]
    return sum(value for value in values if value is not None), None not in values


def hours(seconds: float) -> str:
    """Format job time as hours, to three digits.

    Args:
        seconds: Seconds of job time.
    """
    value = seconds / 3600
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f} hours"


def describe(
    config: Config,
    full: Sequence[Line],
    cheap: Mapping[int, Sequence[Line]],
    sizes: Mapping[str, TaskSize],
    speeds: Mapping[str, Speed | None],
    failures: Mapping[str, str],
) -> str:
    """Write the whole text.

    Args:
        config: Configuration of the run.
        full: Lines of :func:`.estimate.plan`.
        cheap: k -> lines of :func:`.estimate.cheap_plan`; empty if the transfers are imported.
        sizes: Size of each task.
        speeds: Speed of each model; None if it could not be measured.
        failures: Model -> why it could not be measured.

    Returns:
        Several lines for the terminal.
    """
    parts = [_heading(config), _stages(full), *([_cheap(full, cheap)] if cheap else [])]
    return "\n\n".join([*parts, "\n".join(_sentences(full, cheap, sizes, speeds, failures))]) + "\n"


def _heading(config: Config) -> str:
    """Count sources, targets, models and seeds."""
    counts = {
        "source": len(config.sources),
        "target": len(config.targets),
        "model": len(config.models),
        "seed": len(config.seeds),
    }
    if config.observed:
        del counts["seed"]
    return ", ".join(count(items, word) for word, items in counts.items())


def _stages(lines: Sequence[Line]) -> str:
    """Make the table of stages."""
    rows = [["stage", "jobs", "examples forward", "examples trained", "job time, at most"]]
    for stage in STAGES:
        of_stage = [line for line in lines if line.stage == stage]
        if of_stage:
            rows.append([stage, *_cells(of_stage)])
    return _aligned([*rows, ["total", *_cells(lines)]])


def _cheap(full: Sequence[Line], cheap: Mapping[int, Sequence[Line]]) -> str:
    """Make the table of the cheap plan, one row for each k."""
    rows = [["only the first k of each ranking", "jobs", "source trainings", "transfers", "job time", "saved"]]
    for k, lines in cheap.items():
        counts = [sum(line.jobs for line in lines if line.stage == s) for s in ("source training", "transfers")]
        cells = _cells(lines)
        rows.append([f"k = {k}", cells[0], *(f"{jobs:,}" for jobs in counts), cells[-1], _saved(full, lines)])
    return _aligned(rows)


def _saved(full: Sequence[Line], cheap: Sequence[Line]) -> str:
    """Compute the share of job time that the cheap plan saves; of the trained examples if no time is known."""
    for field in ("seconds", "trained"):
        whole = total(full, field)[0]
        if whole:
            return f"{1 - total(cheap, field)[0] / whole:.0%}"
    return "?"


def _cells(lines: Sequence[Line]) -> list[str]:
    """Format jobs, examples and time; '+ ?' marks a sum that is incomplete."""
    cells = [f"{sum(line.jobs for line in lines):,}"]
    for field in ("forward", "trained", "seconds"):
        value, whole = total(lines, field)
        shown = duration(value) if field == "seconds" else f"{value:,.0f}"
        cells.append((shown if value else "-") if whole else f"{shown} + ?" if value else "?")
    return cells


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Align the columns of a table: the first one left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _sentences(
    full: Sequence[Line],
    cheap: Mapping[int, Sequence[Line]],
    sizes: Mapping[str, TaskSize],
    speeds: Mapping[str, Speed | None],
    failures: Mapping[str, str],
) -> list[str]:
    """Sum up the plan, and say what was measured and what was assumed."""
    seconds, complete = total(full, "seconds")
    measured = [speed for speed in speeds.values() if speed is not None]
    sentences = []
    if measured:
        devices = dict.fromkeys(
            speed.device + (f" with {count(speed.threads, 'thread')} per job" if speed.threads else "")
            for speed in measured
        )
        missing = "" if complete else ", plus what is marked '?'"
        sentences.append(f"The whole run takes at most {hours(seconds)} of job time{missing}.")
        sentences.append(
            f"Jobs that run side by side take less wall time. The speed was measured on: {'; '.join(devices)}."
        )
    if cheap:
        k, lines = min(cheap.items(), key=lambda item: abs(item[0] - _SHOWN_K))
        path, _ = total(lines, "seconds")
        saved = _saved(full, lines)
        saving = (
            f"It takes at most {hours(path)}, {saved} less." if measured else f"It trains on {saved} fewer examples."
        )
        sentences.append(
            f"The cheap plan ranks with '{CHEAP_METHOD}' and then trains only the first {k} sources of each ranking. "
            + saving
        )
    sentences += [f"The times of {model} are unknown: {reason}" for model, reason in failures.items()]
    return sentences + _assumptions(sizes)


def _assumptions(sizes: Mapping[str, TaskSize]) -> list[str]:
    """Say where the numbers of rows and tokens come from."""
    words = {
        "prepared": "counted in the prepared data",
        "published": "stated by the publisher",
        "cap": "assumed to be max_train_examples",
    }
    names = {origin: [name for name, size in sizes.items() if size.rows_from == origin] for origin in words}
    unknown = [name for name, size in sizes.items() if size.rows_from == "unknown"]
    counted = [f"{words[origin]} for {count(len(names[origin]), 'task')}" for origin in words if names[origin]]
    sentences = [f"The number of rows was {', '.join(counted)}."] if counted else []
    if unknown:
        sentences.append(
            f"The number of rows of {', '.join(unknown)} is unknown ('?'). Prepare the data, or add "
            "'published_rows' to the task's YAML."
        )
    if any(size.tokens is None for size in sizes.values()):
        sentences.append("Texts of tasks that are not prepared yet count with their full max_length.")
    sentences.append(
        "Every epoch is counted, although early stopping may end a training sooner. Reading, tokenization and scoring "
        "are not counted."
    )
    return sentences
