"""The names of the figures of a report, which rule files declare before anything is drawn."""

from collections.abc import Sequence

#: Figures of each setting (docs/report.md).
SETTING_FIGURES = ("gains", "methods", "tradeoff", "predicted", "calibration")
#: Figures of the mean over several settings.
MEAN_FIGURES = ("methods", "tradeoff")


def figure_names(settings: Sequence[str], trained: bool, embedded: bool) -> list[str]:
    """List the figures of a run.

    Args:
        settings: Base models, or settings of the imported table.
        trained: Whether the run trained the transfers itself instead of importing them.
        embedded: Whether the tasks' texts were embedded.

    Returns:
        Paths under ``results/figures``, without suffix.
    """
    figures = [*SETTING_FIGURES, *(["curves"] if trained else [])]
    names = [f"{setting}/{figure}" for setting in settings for figure in figures]
    if len(settings) > 1:
        names += MEAN_FIGURES
    return [*names, *(["task_map"] if embedded else []), "work"]
