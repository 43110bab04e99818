"""The scale of imported values: fractions of 1 or percentage points, for each target within a setting.

One setting may hold accuracies in percent and correlations as fractions. The configuration gives the scale
(``scale: fraction``, or per ``setting``, or per ``setting/target``), or it is detected from all values of the target.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..config import Observed
from ..errors import IntertaskError, did_you_mean
from .table import Run

#: Largest absolute value of a target's runs. From here on, values are certainly fractions if they never exceed 1.
#: Below it, percentage points are possible too, if every run failed.
MIN_FRACTION = 0.2
#: Fractions never exceed 1, apart from rounding.
MAX_FRACTION = 1 + 1e-6
#: Above this, values are certainly percentage points.
MIN_PERCENT = 2.0


def in_percentage_points(
    runs: Sequence[Run], observed: Observed, targets: Sequence[str]
) -> tuple[list[Run], dict[tuple[str, str], tuple[str, str]]]:
    """Convert the values of some targets to percentage points.

    A target whose values could be either has the scale of the other targets of its setting, if these agree.

    Args:
        runs: Runs with values as the table gives them, of all targets of the settings.
        observed: Where the table is, and its scale if the configuration gives it.
        targets: The targets to convert.

    Returns:
        The runs of the targets, and (setting, target) -> (scale, ``detected`` or ``config``).

    Raises:
        IntertaskError: The scale is ambiguous, one target has both scales, or values do not fit the scale.
    """
    by_target = defaultdict(list)
    for run in runs:
        by_target[run.setting, run.target].append(run)
    ranges = {key: value_range(group) for key, group in by_target.items()}
    certain = _in_percent(runs)
    scales, scaled = {}, []
    for (setting, target), group in by_target.items():
        if target in targets:
            scale, scale_from = _scale((setting, target), group, ranges, observed)
            _check_scale((setting, target), group, scale, observed, certain)
            scales[setting, target] = scale, scale_from
            factor = 100 if scale == "fraction" else 1
            scaled += [run._replace(value=run.value * factor) for run in group]
    return scaled, scales


def value_range(runs: Iterable[Run]) -> str:
    """Name the range of the values of one target of one setting.

    Args:
        runs: The target's runs.

    Returns:
        ``fraction`` or ``percent`` if they can be nothing else; ``small`` (below 0.2) or ``around 1`` if they could be
        either; ``none`` if all are 0 or no run has a score.
    """
    largest = max((abs(run.value) for run in runs if not math.isnan(run.value)), default=0.0)
    if largest == 0:
        return "none"
    if largest <= MAX_FRACTION:
        return "fraction" if largest >= MIN_FRACTION else "small"
    return "percent" if largest > MIN_PERCENT else "around 1"


def check_scale_names(observed: Observed, runs: Iterable[Run]) -> None:
    """Check that the configuration gives scales only for settings and targets of the table.

    Args:
        observed: The configuration's section.
        runs: All runs of the table.

    Raises:
        IntertaskError: The table has no such setting, or setting/target.
    """
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


def _scale(
    key: tuple[str, str], runs: Sequence[Run], ranges: Mapping[tuple[str, str], str], observed: Observed
) -> tuple[str, str]:
    """Scale of one target of one setting, and whether it is detected or from the configuration."""
    setting, target = key
    configured = {"": observed.scale} if isinstance(observed.scale, str) else observed.scale
    own = configured.get(f"{setting}/{target}")
    general = configured.get(setting, configured.get("", "detect"))
    if own:
        return own, "config"
    own_range = ranges[key]
    others = {found for (of, _), found in ranges.items() if of == setting and found in ("fraction", "percent")}
    largest = max((abs(run.value) for run in runs if not math.isnan(run.value)), default=0.0)
    if general != "detect":
        if own_range in ("fraction", "percent") and own_range != general:
            raise IntertaskError(
                f"The values of setting {setting}, target {target} are up to {largest:g}, "
                f"which does not fit the scale {general!r}.",
                f"{observed.file}, from line {runs[0].line}; config: observed.scale",
                f"correct 'scale', or give it for this target: scale: {{{setting}/{target}: {own_range}}}",
            )
        return general, "config"
    if own_range in ("fraction", "percent"):
        return own_range, "detected"
    if own_range == "none":
        return min(others, default="percent"), "detected"
    if others == {"fraction" if own_range == "small" else "percent"}:
        return others.pop(), "detected"
    raise IntertaskError(
        f"The values of setting {setting}, target {target} (up to {largest:g}) could be percentage points or "
        "fractions.",
        f"{observed.file}, from line {runs[0].line}",
        f"give the scale in the configuration: observed: {{scale: {{{setting}/{target}: percent}}}} or fraction",
    )


def _in_percent(runs: Iterable[Run]) -> set[tuple[str, str]]:
    """(setting, source) with values that are certainly percentage points. Their values below 1 are just low."""
    return {(run.setting, run.source) for run in runs if abs(run.value) > MIN_PERCENT}


def _check_scale(
    key: tuple[str, str], runs: Sequence[Run], scale: str, observed: Observed, certain: set[tuple[str, str]]
) -> None:
    """Refuse values beyond the scale, and, unless configured, sources with fractions among percentage points.

    ``certain`` has the (setting, source) that have percentage points on another target.
    """
    setting, target = key
    limit = MAX_FRACTION if scale == "fraction" else 100 * MAX_FRACTION
    for run in runs:
        if abs(run.value) > limit:
            raise IntertaskError(
                f"{run}: the value {run.value:g} does not fit the scale {scale!r}.",
                f"{observed.file}, line {run.line}",
                "correct the value, or the scale (config: observed.scale)",
            )
    configured = not isinstance(observed.scale, str) and f"{setting}/{target}" in observed.scale
    if scale == "percent" and value_range(runs) == "percent" and not configured:
        by_source = defaultdict(list)
        for run in runs:
            by_source[run.source].append(run)
        for source, group in by_source.items():
            if value_range(group) == "fraction" and (setting, source) not in certain:
                raise IntertaskError(
                    f"Setting {setting}, target {target}: the values of source {source} look like fractions, those of "
                    "other sources like percentage points.",
                    f"{observed.file}, from line {group[0].line}",
                    "use one scale for all sources; if they are percentage points, configure scale: "
                    f"{{{setting}/{target}: percent}}",
                )
