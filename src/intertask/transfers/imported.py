"""The transfers of a configuration, imported from a table and checked."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..artifacts import NO_SOURCE
from ..config import Observed, plain_name
from ..errors import IntertaskError, did_you_mean
from .scale import check_scale_names, in_percentage_points
from .table import Run, read_runs, table_lines


class Imported(NamedTuple):
    """Transfers of a configuration, imported from a table.

    Attributes:
        runs: Values in percentage points; settings and targets in the order of the configuration.
        about: Per setting and target: setting, target, metric, scale, scale_from (``detected`` or ``config``),
            sources, runs, fewest_seeds, most_seeds, without_score, duplicates.
        left_out: Reason -> number of lines of the table that were left out.
    """

    runs: list[Run]
    about: list[dict[str, str | int]]
    left_out: dict[str, int]


def observed_settings(observed: Observed) -> list[str]:
    """List the settings of the table that are evaluated.

    Args:
        observed: Where the table is and how to read it.

    Returns:
        The settings of the configuration; if it has none, all settings of the table in its order.

    Raises:
        IntertaskError: The file is missing, is not a table of transfers, or lacks a setting.
    """
    return _selected(observed, (row["setting"] for _, row in table_lines(observed.file, ["setting"])))


def import_observed(observed: Observed, sources: Sequence[str], targets: Sequence[str]) -> Imported:
    """Import the transfers between the tasks of a configuration.

    A source that is its own target is left out. A target may have runs without a source (``none``) or not.

    Args:
        observed: Where the table is and how to read it.
        sources: Sources of the configuration.
        targets: Targets of the configuration.

    Returns:
        The transfers, with a description per setting and target.

    Raises:
        IntertaskError: See :func:`~intertask.transfers.table.read_runs`,
            :func:`~intertask.transfers.scale.in_percentage_points` and :func:`one_per_seed`; or a task of the
            configuration is not in the table, a target has two metrics, or transfers are missing.
    """
    everything = read_runs(observed.file)
    observed = _with_known_scale(observed, everything)
    settings = _selected(observed, (run.setting for run in everything))
    for role, names in (("target", targets), ("source", sources)):
        known = {getattr(run, role) for run in everything}
        for name in names:
            _check_known(role, name, known, observed)
    check_scale_names(observed, everything)

    of_settings = [run for run in everything if run.setting in settings]
    _check_metrics((run for run in of_settings if run.target in targets), observed)
    scaled, scales = in_percentage_points(of_settings, observed, targets)
    pool = {NO_SOURCE, *sources}
    runs, repeated = one_per_seed((r for r in scaled if r.source in pool and r.source != r.target), observed)
    _check_pool(runs, settings, sources, targets, observed)

    order = [{name: i for i, name in enumerate(names)} for names in (settings, targets, [NO_SOURCE, *sources])]
    runs.sort(key=lambda run: (*(place[name] for place, name in zip(order, run, strict=False)), run.seed))
    about = [_about(setting, target, runs, repeated, scales) for setting in settings for target in targets]
    left_out = {
        "of other settings": len(everything) - len(of_settings),
        "of other targets": len(of_settings) - len(scaled),
        "of other sources": sum(run.source not in pool and run.source != run.target for run in scaled),
        "of a source that is its own target": sum(run.source == run.target for run in scaled),
        f"that repeat a seed (duplicates: {observed.duplicates})": len(repeated),
    }
    return Imported(runs, about, {reason: count for reason, count in left_out.items() if count})


def history_runs(path: str | Path) -> list[Run]:
    """Read every transfer of a table of earlier transfers; scales are detected, unless the table is an atlas's.

    Args:
        path: The table.

    Returns:
        The runs in percentage points, one per seed. If a seed has several values, the first one is used.

    Raises:
        IntertaskError: As :func:`import_observed`.
    """
    runs = read_runs(path)
    observed = _with_known_scale(Observed(file=str(path), duplicates="first", scale={}), runs)
    _check_metrics(runs, observed)
    scaled, _ = in_percentage_points(runs, observed, list(dict.fromkeys(run.target for run in runs)))
    return one_per_seed(scaled, observed)[0]


def one_per_seed(runs: Iterable[Run], observed: Observed) -> tuple[list[Run], list[Run]]:
    """Reduce the runs to one value per (setting, target, source, seed).

    Lines that repeat the same value count once. Different values for one seed are an error, unless the configuration
    has ``duplicates: mean`` (of the values, without missing ones) or ``duplicates: first``.

    Args:
        runs: Runs in percentage points.
        observed: Where the table is, for messages, and ``duplicates``.

    Returns:
        The remaining runs, and the lines that were left out or averaged.

    Raises:
        IntertaskError: A seed has two values.
    """
    groups = defaultdict(list)
    for run in runs:
        groups[run[:4]].append(run)
    kept, repeated, conflicts = [], [], []
    for group in groups.values():
        first, *others = group
        repeated += others
        if any(not _same(run.value, first.value) for run in others):
            conflicts.append(group)
            if observed.duplicates == "mean":
                scored = [run.value for run in group if not math.isnan(run.value)]
                first = first._replace(value=math.fsum(scored) / len(scored))
        kept.append(first)
    if conflicts and observed.duplicates == "error":
        first = conflicts[0][0]
        second = next(run for run in conflicts[0] if not _same(run.value, first.value))
        more = f"; the table has {len(conflicts)} such transfers" if len(conflicts) > 1 else ""
        raise IntertaskError(
            f"{first}, seed {first.seed}, has two values, {first.value:g} and {second.value:g} percentage points"
            f"{more}.",
            f"{observed.file}, lines {first.line} and {second.line}",
            "keep one of the lines, or configure observed: {duplicates: mean} or {duplicates: first}",
        )
    return kept, repeated


def _with_known_scale(observed: Observed, runs: Iterable[Run]) -> Observed:
    """Give the scale of an atlas's table: percentage points. Scores near 0 would look like fractions."""
    if not (Path(observed.file).parent / "atlas.json").exists():
        return observed
    return observed.model_copy(update={"scale": {f"{run.setting}/{run.target}": "percent" for run in runs}})


def _selected(observed: Observed, names: Iterable[str]) -> list[str]:
    """Settings of the configuration, or else of the table, after a check of their names."""
    names = list(dict.fromkeys(names))
    if not names:
        raise IntertaskError("The table has no rows.", observed.file, "give transfers, or remove 'observed'")
    for name in observed.settings or []:
        if name not in names:
            raise IntertaskError(
                f"The table has no setting {name!r}; {did_you_mean(name, names)}",
                "config: observed.settings",
                "correct the name",
            )
    for name in observed.settings or names:
        try:
            plain_name(name)
        except ValueError as error:
            raise IntertaskError(f"setting: {error}.", observed.file, "rename the setting in the table") from None
    return observed.settings or names


def _check_known(role: str, name: str, known: set[str], observed: Observed) -> None:
    if name not in known:
        raise IntertaskError(
            f"The table of transfers has no {role} {name!r}; {did_you_mean(name, known - {NO_SOURCE})}",
            f"{observed.file}; config: {role}s",
            "remove it from the configuration, or name the task as the table does",
        )


def _check_metrics(runs: Iterable[Run], observed: Observed) -> None:
    """Refuse targets with two metrics."""
    first: dict[tuple[str, ...], Run] = {}
    for run in runs:
        other = first.setdefault(run[:2], run)
        if run.metric != other.metric:
            raise IntertaskError(
                f"Setting {run.setting}, target {run.target} has scores in {other.metric} and in {run.metric}.",
                f"{observed.file}, lines {other.line} and {run.line}",
                "keep one metric per target, because a mean over two metrics has no meaning",
            )


def _check_pool(
    runs: Iterable[Run], settings: Iterable[str], sources: Sequence[str], targets: Sequence[str], observed: Observed
) -> None:
    """Refuse a table without the transfers from every source to every target."""
    present = {run[:3] for run in runs}
    missing = [
        f"{source} -> {target} ({setting})"
        for setting in settings
        for target in targets
        for source in sources
        if source != target and (setting, target, source) not in present
    ]
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise IntertaskError(
            f"Transfers are missing from the table: {shown}.",
            observed.file,
            "add them, or remove the source, the target or the setting from the configuration: methods are compared "
            "over the whole pool of sources",
        )


def _about(
    setting: str,
    target: str,
    runs: Iterable[Run],
    repeated: Iterable[Run],
    scales: Mapping[tuple[str, str], tuple[str, str]],
) -> dict[str, str | int]:
    """Describe the transfers to one target in one setting."""
    own = [run for run in runs if run[:2] == (setting, target)]
    seeds = Counter(run.source for run in own)
    scale, scale_from = scales[setting, target]
    return {
        "setting": setting,
        "target": target,
        "metric": own[0].metric,
        "scale": scale,
        "scale_from": scale_from,
        "sources": len(seeds.keys() - {NO_SOURCE}),
        "runs": len(own),
        "fewest_seeds": min(seeds.values()),
        "most_seeds": max(seeds.values()),
        "without_score": sum(math.isnan(run.value) for run in own),
        "duplicates": sum(run[:2] == (setting, target) for run in repeated),
    }


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
