"""How the tests are distributed over the processes that run them side by side (pytest-xdist).

The scheduler is ours because ``--dist loadgroup`` of pytest-xdist 3.8 has no effect with pytest 9.2.
"""

import gc
from pathlib import Path, PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
#: They share one finished run of the small workflow.
FINISHED = {"test_main_job.py", "test_incremental.py", "test_mistakes.py", "test_report_run.py"}
FINISHED |= {"test_train_together.py"}
#: Slow tests that compute for many minutes. Side by side they would take each other's processors and memory.
COMPUTING = {"test_paper_run.py", "test_real_input.py"}

gc.disable()  # until all is imported: torch and transformers make millions of objects that stay


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs come first, then reports, so that no process ends long after the others."""
    folders = [HERE / "workflow", HERE / "reporting"]
    items.sort(key=lambda item: [folder not in item.path.parents for folder in folders])


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported by now stays, so no collection looks at it again. Each training collects garbage."""
    gc.freeze()
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling:
    slow = config.option.markexpr == "slow"

    class Scheduler(LoadScopeScheduling):
        """Keeps the tests of a file together, and the files that share something expensive."""

        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            name = PurePath(path).name
            if slow:
                return "computing" if name in COMPUTING else path
            if PurePath(path).is_relative_to("tests/reporting"):
                return "reporting"  # they share invented runs, whose figures take seconds to draw
            return "finished" if name in FINISHED else path

    return Scheduler(config, log)
