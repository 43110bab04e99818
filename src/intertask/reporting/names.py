"""Which figures a run's report has: rule files declare them before anything is drawn."""

from collections.abc import Sequence

#: Drawn for each setting (docs/report.md).
OF_A_SETTING = ("gains", "methods", "tradeoff", "predicted")
OF_ALL_SETTINGS = ("methods", "tradeoff")


def figure_names(settings: Sequence[str], trained: bool, embedded: bool) -> list[str]:
    """Paths under ``results/figures``, without suffix.

    Args:
        settings: Base models, or settings of the observed table.
        trained: Whether transfers were trained here, rather than brought.
        embedded: Whether the tasks' texts were embedded.
    """
    kinds = [*OF_A_SETTING, *(["curves"] if trained else [])]
    names = [f"{setting}/{kind}" for setting in settings for kind in kinds]
    if len(settings) > 1:
        names += OF_ALL_SETTINGS
    return [*names, *(["task_map"] if embedded else []), "work"]
