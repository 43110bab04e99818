"""A small run of the whole workflow, shared by the tests of this folder: real weights, seconds of training."""

import pytest
import yaml
from small_project import ROOT, Project, small_config


@pytest.fixture(scope="session")
def suite() -> dict:
    """The default run's configuration."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory, suite) -> Project:
    """A small run of the whole workflow, done. Tests that change it must put it back."""
    project = Project(
        tmp_path_factory.mktemp("finished") / "p", small_config(suite["sources"][:3], suite["targets"][:2])
    )
    project.run("--cores", "2")
    return project
