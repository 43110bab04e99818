"""A plan for people: one table of stages, one of the cheap path, and what was assumed."""

from collections.abc import Iterable, Mapping, Sequence

from ..config import Config
from ..words import count, duration
from .estimate import FOLLOWED, STAGES, Line, Speed
from .task_sizes import TaskSize

#: Of the cheap path the sentence speaks of the k that is nearest to this.
_SHOWN_K = 3


def total(lines: Iterable[Line], field: str) -> tuple[float, bool]:
    """Sum of ``jobs``, ``forward``, ``trained`` or ``seconds`` over the lines that have it, and whether all do."""
    values = [getattr(line, field) for line in lines]
    return sum(value for value in values if value is not None), None not in values


def device_hours(seconds: float) -> str:
    """The same in hours alone, to three digits."""
    hours = seconds / 3600
    return f"{hours:,.{0 if hours >= 100 else 1 if hours >= 10 else 2}f} device-hours"


def describe(
    config: Config,
    full: Sequence[Line],
    cheap: Mapping[int, Sequence[Line]],
    sizes: Mapping[str, TaskSize],
    speeds: Mapping[str, Speed | None],
    failures: Mapping[str, str],
) -> str:
    """The whole text.

    Args:
        config: The run's.
        full: Lines of :func:`.plan.plan`.
        cheap: By k, lines of :func:`.plan.cheap_plan`; empty where nothing is transferred.
        sizes: Of the tasks.
        speeds: Of the models.
        failures: Model -> why it could not be measured.
    """
    parts = [_heading(config), _stages(full), *([_cheap(full, cheap)] if cheap else [])]
    return "\n\n".join([*parts, "\n".join(_sentences(full, cheap, sizes, speeds, failures))]) + "\n"


def _heading(config: Config) -> str:
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
    rows = [["stage", "jobs", "examples forwards", "examples trained on", "device time, at most"]]
    for stage in STAGES:
        of_stage = [line for line in lines if line.stage == stage]
        if of_stage:
            rows.append([stage, *_cells(of_stage)])
    return _aligned([*rows, ["total", *_cells(lines)]])


def _cheap(full: Sequence[Line], cheap: Mapping[int, Sequence[Line]]) -> str:
    rows = [
        ["train the first ... of each ranking only", "jobs", "source trainings", "transfers", "device time", "saved"]
    ]
    for k, lines in cheap.items():
        counts = [sum(line.jobs for line in lines if line.stage == s) for s in ("source training", "transfers")]
        cells = _cells(lines)
        rows.append([str(k), cells[0], *(f"{jobs:,}" for jobs in counts), cells[-1], _saved(full, lines)])
    return _aligned(rows)


def _saved(full: Sequence[Line], cheap: Sequence[Line]) -> str:
    """Share of the device time that the cheap path saves; where no time is known, of the examples trained on."""
    for field in ("seconds", "trained"):
        whole = total(full, field)[0]
        if whole:
            return f"{1 - total(cheap, field)[0] / whole:.0%}"
    return "?"


def _cells(lines: Sequence[Line]) -> list[str]:
    """Jobs, examples and time; '+ ?' where something is not known."""
    cells = [f"{sum(line.jobs for line in lines):,}"]
    for field in ("forward", "trained", "seconds"):
        value, whole = total(lines, field)
        shown = duration(value) if field == "seconds" else f"{value:,.0f}"
        cells.append((shown if value else "-") if whole else f"{shown} + ?" if value else "?")
    return cells


def _aligned(rows: Sequence[Sequence[str]]) -> str:
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
    seconds, whole = total(full, "seconds")
    measured = [speed for speed in speeds.values() if speed is not None]
    said = []
    if measured:
        devices = dict.fromkeys(
            speed.device + (f", {count(speed.threads, 'thread')} a job" if speed.threads else "") for speed in measured
        )
        missing = "" if whole else ", and what is marked '?'"
        said.append(f"The whole run takes at most {device_hours(seconds)}{missing}. Measured on: {'; '.join(devices)}.")
    if cheap:
        k, lines = min(cheap.items(), key=lambda item: abs(item[0] - _SHOWN_K))
        path, _ = total(lines, "seconds")
        said.append(
            f"The cheap path: rank by '{FOLLOWED}', transfer from the first {k} of each ranking and from none. "
            + (f"At most {device_hours(path)}" if measured else "Of the examples trained on")
            + f", {_saved(full, lines)} less."
        )
    for model, reason in failures.items():
        said.append(f"No times for {model}: {reason}")
    said += _assumptions(sizes)
    return said


def _assumptions(sizes: Mapping[str, TaskSize]) -> list[str]:
    """Where rows and lengths are from."""
    words = {
        "prepared": "counted in the prepared data",
        "published": "as their publishers state them",
        "cap": "by their cap alone",
    }
    by = {origin: [name for name, size in sizes.items() if size.rows_from == origin] for origin in (*words, "unknown")}
    counted = [f"{len(names)} {words[origin]}" for origin, names in by.items() if names and origin in words]
    said = [f"Rows of tasks: {', '.join(counted)}."] if counted else []
    if by["unknown"]:
        said.append(
            f"Rows of {', '.join(by['unknown'])} are unknown ('?'): prepare the data, or state 'published_rows' in the "
            "task's YAML."
        )
    if any(size.words is None for size in sizes.values()):
        said.append("Texts of tasks that are not prepared yet count at their full max_length.")
    said.append(
        "Every epoch is counted, though early stopping may end a training sooner; "
        "reading, tokenising and scoring are not counted."
    )
    return said
