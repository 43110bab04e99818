"""Invented runs, drawn once for all tests of reports."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from synthetic_run import write_run

from intertask.reporting.report import write_report
from intertask.reporting.results import Results


class Run(NamedTuple):
    folder: Path
    recipe: dict
    page: str
    figures: list[str]

    @property
    def results(self) -> Results:
        return Results(self.folder, self.recipe)


RUNS = {
    # the smallest possible run: no intervals, no ceiling, no noise
    "smallest": {"sources": 2, "targets": 1, "methods": 3, "seeds": 1},
    # many missing values, and two base models
    "holes": {
        "sources": 5,
        "targets": 3,
        "methods": 6,
        "seeds": 2,
        "settings": ("minilm", "bert.large"),
        "missing": True,
    },
    # imported transfers: nothing trained, no transfer without a source
    "observed": {"sources": 4, "targets": 2, "methods": 4, "seeds": 2, "observed": True},
}


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> Callable[[str], Run]:
    """Each run of ``RUNS`` with its report, drawn when a test first needs it."""
    return cache(lambda name: drawn(tmp_path_factory.mktemp(name) / "results", **RUNS[name]))


@pytest.fixture(scope="session", params=RUNS)
def report(request, reports) -> Run:
    return reports(request.param)


@pytest.fixture(scope="session")
def holes(reports) -> Run:
    return reports("holes")


def drawn(folder: Path, **size) -> Run:
    recipe = write_run(folder, **size)
    figures = write_report(Results(folder, recipe), folder / "report.html", folder / "figures")
    return Run(folder, recipe, (folder / "report.html").read_text(encoding="utf-8"), figures)
