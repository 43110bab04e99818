"""How the tests are distributed over the processes that run them side by side (pytest-xdist, ``--dist loadgroup``)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of a file together, and begin with whole runs, so that no process ends long after the others.

    Files with ``pytestmark = pytest.mark.xdist_group(...)`` share a process with the other files of their group. Slow
    tests of other files share one process, because side by side they would take each other's processors and memory.
    """
    items.sort(key=lambda item: HERE / "workflow" not in item.path.parents)
    slow = config.option.markexpr == "slow"
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("computing" if slow else str(item.path.relative_to(HERE))))
