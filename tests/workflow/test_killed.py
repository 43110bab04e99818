"""SIGKILL at any moment, then the same command again: it finishes, and the tables are those of an undisturbed run."""

import os
import signal
import subprocess
import time

import pandas as pd
import pytest
from small_project import Project

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("orphans", [False, True])
def test_killed_run_finishes_with_the_same_tables(finished, tmp_path, orphans):
    """Once with all processes killed, once with Snakemake alone, whose jobs end soon after."""
    project = Project(tmp_path / "p", finished.config)
    for seconds in (2, 4, 6, 8, 11):
        run = project.start("--cores", "2", stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        if orphans:
            run.kill()
        else:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    project.run("--cores", "2")
    assert project.planned() == {}
    for table in ("transfer.tsv", "evaluation.tsv", "regret.tsv", "comparison.tsv", "targets.tsv"):
        found, expected = (
            pd.read_csv(p.folder / "results" / table, sep="\t").filter(regex="^(?!cost_)") for p in (project, finished)
        )
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    checkpoints = project.folder / "results/checkpoints"
    assert not list(checkpoints.iterdir())
