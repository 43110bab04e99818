"""Transfers that somebody else ran: a table with setting, target, source, seed, metric, value.

Plain Python, without pandas: the settings of the table are asked for while the workflow is being read.
"""

import csv
import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..artifacts import NO_SOURCE
from ..config import Observed, plain_name
from ..errors import IntertaskError, did_you_mean

COLUMNS = ("setting", "target", "source", "seed", "metric", "value")
#: What stands for a run without a score.
NO_SCORE = ("", "nan", "na", "none", "null")
#: Largest absolute value of a target: a fraction is at most 1, and percent points stay below 2 only where every run
#: failed; below 0.2 both could be.
LOWEST_CLEAR, HIGHEST_FRACTION, LOWEST_PERCENT = 0.2, 1 + 1e-6, 2.0


class Run(NamedTuple):
    """One line of the table.

    Attributes:
        value: As it stands there, or in percent points; NaN = a run without a score.
        line: Its line in the file, from 1.
    """

    setting: str
    target: str
    source: str
    seed: int
    metric: str
    value: float
    line: int


class Imported(NamedTuple):
    """Transfers of a configuration, taken from a table.

    Attributes:
        runs: Values in percent points; settings and targets in the order of the configuration.
        about: Per setting and target: setting, target, metric, scale, scale_from (``detected`` or ``config``),
            sources, runs, fewest_seeds, most_seeds, without_score, duplicates.
        left_out: How many lines of the table were left out, by reason.
    """

    runs: list[Run]
    about: list[dict[str, str | int]]
    left_out: dict[str, int]


def observed_settings(observed: Observed) -> list[str]:
    """Settings of the table that are to be judged, in the order of the configuration, else of the table.

    Raises:
        IntertaskError: The file is missing, is no such table, or lacks a setting.
    """
    return _chosen(observed, (row["setting"] for _, row in _rows(observed.file, ["setting"])))


def read_runs(path: str | Path) -> list[Run]:
    """Every line of the table, values as they stand there.

    Raises:
        IntertaskError: The file is missing, lacks a column, or a line holds something that is no name or number.
    """
    return [_run(path, line, row) for line, row in _rows(path, COLUMNS)]


def in_percent(
    runs: Sequence[Run], observed: Observed, targets: Sequence[str]
) -> tuple[list[Run], dict[tuple[str, str], tuple[str, str]]]:
    """Runs of ``targets`` in percent points, and their scales: (setting, target) -> (scale, detected or config).

    One setting may hold accuracies in percent and correlations as fractions, so the scale is that of a target within
    a setting: told by the configuration (``scale: fraction``, or per ``setting``, or per ``setting/target``), else
    detected from all its values. Fractions are those that reach 0.2 and never exceed 1, percent points those that
    exceed 2; a target between these is taken as the other targets of its setting are, where these agree.

    Raises:
        IntertaskError: The scale cannot be told, one target holds both, or values do not fit the scale.
    """
    values = defaultdict(list)
    for run in runs:
        values[run.setting, run.target].append(run)
    looks = {key: _look(group) for key, group in values.items()}
    scales, scaled = {}, []
    for (setting, target), group in values.items():
        if target in targets:
            scale, said_by = _scale((setting, target), group, looks, observed)
            _check_scale((setting, target), group, scale, observed)
            scales[setting, target] = scale, said_by
            factor = 100 if scale == "fraction" else 1
            scaled += [run._replace(value=run.value * factor) for run in group]
    return scaled, scales


def one_per_seed(runs: Iterable[Run], observed: Observed) -> tuple[list[Run], list[Run]]:
    """Runs with one value per (setting, target, source, seed), and the lines that were left out or averaged.

    Lines that repeat the same value count once. Different values for one seed are an error, unless the configuration
    says ``duplicates: mean`` (of those with a score) or ``first``.
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
        more = f"; {len(conflicts)} such transfers in all" if len(conflicts) > 1 else ""
        raise IntertaskError(
            f"{_name(first)}, seed {first.seed}, has two values, {first.value:g} and {second.value:g} percent "
            f"points{more}.",
            f"{observed.file}, lines {first.line} and {second.line}",
            "keep one of the lines, or say in the configuration, observed: {duplicates: mean} or {duplicates: first}",
        )
    return kept, repeated


def import_observed(observed: Observed, sources: Sequence[str], targets: Sequence[str]) -> Imported:
    """The transfers between the tasks of a configuration.

    A source that is its own target is left out. ``none`` may be there for a target or not.

    Args:
        observed: Where the table is and how to read it.
        sources: Of the configuration.
        targets: Of the configuration.

    Raises:
        IntertaskError: See :func:`read_runs`, :func:`in_percent`, :func:`one_per_seed`; a task of the configuration
            is not in the table, a target has two metrics, or transfers are missing.
    """
    everything = read_runs(observed.file)
    settings = _chosen(observed, (run.setting for run in everything))
    for what, names in (("target", targets), ("source", sources)):
        known = {getattr(run, what) for run in everything}
        for name in names:
            _check_known(what, name, known, observed)
    _check_scale_names(observed, everything)

    of_settings = [run for run in everything if run.setting in settings]
    _check_metrics((run for run in of_settings if run.target in targets), observed)
    scaled, scales = in_percent(of_settings, observed, targets)
    wanted = [run for run in scaled if run.source in {NO_SOURCE, *sources} and run.source != run.target]
    runs, repeated = one_per_seed(wanted, observed)
    _check_pool(runs, settings, sources, targets, observed)

    place = [{name: i for i, name in enumerate(names)} for names in (settings, targets, [NO_SOURCE, *sources])]
    runs.sort(key=lambda run: (*(of[name] for of, name in zip(place, run, strict=False)), run.seed))
    about = [_about(setting, target, runs, repeated, scales) for setting in settings for target in targets]
    left_out = {
        "of other settings": len(everything) - len(of_settings),
        "of other targets": len(of_settings) - len(scaled),
        "of other sources": sum(run.source not in {NO_SOURCE, *sources} and run.source != run.target for run in scaled),
        "of a source that is its own target": sum(run.source == run.target for run in scaled),
        f"for a seed that had one already (duplicates: {observed.duplicates})": len(repeated),
    }
    return Imported(runs, about, {what: count for what, count in left_out.items() if count})


def history_runs(path: str | Path) -> list[Run]:
    """Every transfer of a table of earlier ones, in percent points, one per seed; see :func:`import_observed`.

    Scales are detected; of different values for one seed the first counts.
    """
    observed = Observed(file=str(path), duplicates="first")
    runs = read_runs(path)
    _check_metrics(runs, observed)
    scaled, _ = in_percent(runs, observed, list(dict.fromkeys(run.target for run in runs)))
    return one_per_seed(scaled, observed)[0]


def _rows(path: str | Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields of each row; blank lines are skipped."""
    path = Path(path)
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter="\t")
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in columns if name not in header]
            if missing:
                raise IntertaskError(
                    f"The table of transfers has no column {missing[0]!r}; it has {', '.join(header) or 'no header'}.",
                    f"{path}, line 1",
                    f"give a tab-separated table with the columns {', '.join(COLUMNS)}",
                )
            for fields in reader:
                if not any(field.strip() for field in fields):
                    continue
                if len(fields) != len(header):
                    raise IntertaskError(
                        f"Expected {len(header)} fields as in the header, found {len(fields)}.",
                        f"{path}, line {reader.line_num}",
                        "separate the fields by tabs",
                    )
                yield reader.line_num, {name: field.strip() for name, field in zip(header, fields, strict=True)}
    except FileNotFoundError:
        raise IntertaskError(
            f"There is no file {path}.", "config: observed", "correct the path; it is relative to the working folder"
        ) from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise IntertaskError(f"Not a readable table: {error}.", path, "give a UTF-8 tsv file, or one as .gz") from None


def _run(path: str | Path, line: int, row: Mapping[str, str]) -> Run:
    where = f"{path}, line {line}"
    for column in ("setting", "target", "source", "metric"):
        if not row[column]:
            raise IntertaskError(f"The field {column!r} is empty.", where, "fill it in or delete the line")
    try:
        seed = int(row["seed"])
    except ValueError:
        raise IntertaskError(f"seed: {row['seed']!r} is not a whole number.", where, "number the seeds") from None
    try:
        value = math.nan if row["value"].lower() in NO_SCORE else float(row["value"])
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise IntertaskError(
            f"value: {row['value']!r} is not a number.",
            where,
            "give a number, or leave it empty: a run without a score",
        )
    return Run(row["setting"], row["target"], row["source"], seed, row["metric"], value, line)


def _chosen(observed: Observed, found: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(found))
    if not found:
        raise IntertaskError("The table has no rows.", observed.file, "give transfers, or remove 'observed'")
    for name in observed.settings or []:
        if name not in found:
            raise IntertaskError(
                f"The table has no setting {name!r}; {did_you_mean(name, found)}",
                "config: observed.settings",
                "correct the name",
            )
    for name in observed.settings or found:
        try:
            plain_name(name)
        except ValueError as error:
            raise IntertaskError(f"setting: {error}.", observed.file, "rename the setting in the table") from None
    return observed.settings or found


def _look(runs: Sequence[Run]) -> str:
    """What the values of one target of one setting look like; ``none``: all are 0, or no run has a score."""
    largest = max((abs(run.value) for run in runs if not math.isnan(run.value)), default=0.0)
    if largest == 0:
        return "none"
    if largest <= HIGHEST_FRACTION:
        return "fraction" if largest >= LOWEST_CLEAR else "small"
    return "percent" if largest > LOWEST_PERCENT else "around 1"


def _scale(
    key: tuple[str, str], runs: Sequence[Run], looks: Mapping[tuple[str, str], str], observed: Observed
) -> tuple[str, str]:
    """Scale of one target of one setting, and whether the configuration told it."""
    setting, target = key
    told = {"": observed.scale} if isinstance(observed.scale, str) else observed.scale
    own, general = told.get(f"{setting}/{target}"), told.get(setting, told.get("", "detect"))
    if own:
        return own, "config"
    look = looks[key]
    others = {found for (of, _), found in looks.items() if of == setting and found in ("fraction", "percent")}
    if general != "detect":
        if look in ("fraction", "percent") and look != general:
            largest = max(abs(run.value) for run in runs if not math.isnan(run.value))
            raise IntertaskError(
                f"The values of setting {setting}, target {target} are up to {largest:g}, which is no {general} scale.",
                f"{observed.file}, from line {runs[0].line}; config: observed.scale",
                f"correct 'scale', or say it for this target alone: scale: {{{setting}/{target}: {look}}}",
            )
        return general, "config"
    if look in ("fraction", "percent"):
        return look, "detected"
    if look == "none":
        return min(others, default="percent"), "detected"
    if others == {"fraction" if look == "small" else "percent"}:
        return others.pop(), "detected"
    largest = max(abs(run.value) for run in runs if not math.isnan(run.value))
    raise IntertaskError(
        f"It cannot be told whether the values of setting {setting}, target {target} (up to {largest:g}) are percent "
        "points or fractions.",
        f"{observed.file}, from line {runs[0].line}",
        f"say it in the configuration: observed: {{scale: {{{setting}/{target}: percent}}}} or fraction",
    )


def _check_scale(key: tuple[str, str], runs: Sequence[Run], scale: str, observed: Observed) -> None:
    """No value beyond the scale; and no source whose every run is a fraction amid percent points, unless told."""
    setting, target = key
    limit = HIGHEST_FRACTION if scale == "fraction" else 100 * HIGHEST_FRACTION
    for run in runs:
        if abs(run.value) > limit:
            raise IntertaskError(
                f"{_name(run)}: {run.value:g} is no {scale} value.",
                f"{observed.file}, line {run.line}",
                "correct the value, or the scale (config: observed.scale)",
            )
    told_alone = not isinstance(observed.scale, str) and f"{setting}/{target}" in observed.scale
    if scale == "percent" and _look(runs) == "percent" and not told_alone:
        sources = defaultdict(list)
        for run in runs:
            sources[run.source].append(run)
        for source, group in sources.items():
            if _look(group) == "fraction":
                raise IntertaskError(
                    f"Setting {setting}, target {target}: the values of source {source} look like fractions, those of "
                    "other sources like percent points.",
                    f"{observed.file}, from line {group[0].line}",
                    f"give one scale; if they are percent points, say scale: {{{setting}/{target}: percent}}",
                )


def _check_known(what: str, name: str, known: set[str], observed: Observed) -> None:
    if name not in known:
        raise IntertaskError(
            f"The table of transfers has no {what} {name!r}; {did_you_mean(name, known - {'none'})}",
            f"{observed.file}; config: {what}s",
            "take it out of the configuration, or name the task as the table does",
        )


def _check_scale_names(observed: Observed, runs: Iterable[Run]) -> None:
    if isinstance(observed.scale, str):
        return
    known = {name for run in runs for name in (run.setting, f"{run.setting}/{run.target}")}
    for name in observed.scale:
        if name not in known:
            raise IntertaskError(
                f"The table has no setting, or setting/target, {name!r}; {did_you_mean(name, known)}",
                "config: observed.scale",
                "correct the name",
            )


def _check_metrics(runs: Iterable[Run], observed: Observed) -> None:
    first: dict[tuple[str, str], Run] = {}
    for run in runs:
        other = first.setdefault(run[:2], run)
        if run.metric != other.metric:
            raise IntertaskError(
                f"Setting {run.setting}, target {run.target} has scores in {other.metric} and in {run.metric}.",
                f"{observed.file}, lines {other.line} and {run.line}",
                "a mean over them has no meaning; keep one metric per target",
            )


def _check_pool(
    runs: Iterable[Run], settings: Iterable[str], sources: Sequence[str], targets: Sequence[str], observed: Observed
) -> None:
    there = {run[:3] for run in runs}
    missing = [
        f"{source} -> {target} ({setting})"
        for setting in settings
        for target in targets
        for source in sources
        if source != target and (setting, target, source) not in there
    ]
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise IntertaskError(
            f"Transfers are missing from the table: {shown}.",
            observed.file,
            "add them, or take the source, the target or the setting out of the configuration: methods are compared "
            "over the whole pool of sources",
        )


def _about(
    setting: str,
    target: str,
    runs: Iterable[Run],
    repeated: Iterable[Run],
    scales: Mapping[tuple[str, str], tuple[str, str]],
) -> dict[str, str | int]:
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


def _name(run: Run) -> str:
    return f"Transfer {run.source} -> {run.target} ({run.setting})"
