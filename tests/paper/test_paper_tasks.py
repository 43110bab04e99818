"""Each task of the paper, from a stand-in of its dataset in the hub's layout, through the hub's own client."""

import subprocess
import sys
from collections import Counter

import pytest
from hub_server import Hub, serving
from paper_hub import ROOT, add_datasets, environment, fill_downloads, paper_config, read_result

from intertask.config import load_config
from intertask.config.task_registry import Registry
from intertask.data import load_prepared

REGISTRY = Registry([ROOT / "tasks" / "paper"])
NAMES = sorted(REGISTRY)
CODE = """
import json, sys
from pathlib import Path
from intertask.data import prepare
from intertask.errors import IntertaskError
from intertask.config.task_registry import Registry
found, registry = {}, Registry([sys.argv[1]])
for name in registry:
    try:
        prepare(registry[name], 1, Path(sys.argv[2]) / name, {})
        found[name] = None
    except IntertaskError as error:
        found[name] = str(error)
print("RESULT" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The folder of all prepared tasks; the hub that they came from has gone."""
    folder = tmp_path_factory.mktemp("paper")
    hub = Hub()
    add_datasets(hub)
    fill_downloads(folder / "intertask")
    with serving(hub):
        done = subprocess.run(
            [sys.executable, "-c", CODE, str(ROOT / "tasks" / "paper"), str(folder / "data")],
            env=environment(hub, folder),
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    return folder / "data", read_result(done.stdout)


def test_the_papers_tasks_are_all_there():
    config = load_config(paper_config())
    assert len(config.sources) == 42 and len(config.targets) == 11
    assert sorted(config.all_tasks) == NAMES
    kinds = [Counter(REGISTRY[name].type for name in names) for names in (config.sources, config.targets)]
    assert kinds[0] == {"classification": 19, "multiple_choice": 8, "extractive_qa": 8, "tagging": 7}
    assert kinds[1] == {
        "classification": 3,
        "regression": 1,
        "multiple_choice": 3,
        "extractive_qa": 2,
        "tagging": 2,
    }


@pytest.mark.parametrize("name", NAMES)
def test_stand_in_becomes_canonical_rows(prepared, name):
    folder, problems = prepared
    assert problems[name] is None
    data = load_prepared(folder / name)
    assert len(data.train) >= 20 and len(data.validation) >= 4
    assert data.info["metric"] == REGISTRY[name].metric
    assert "passed_over" not in data.info["origin"]  # the place that is preferred, not an alternative


@pytest.mark.parametrize("name", NAMES)
def test_yaml_says_what_plans_and_readers_need(name):
    task = REGISTRY[name]
    assert task.description and task.license and task.homepage and task.language == "en"
    if name != "pmb_sem_tagging":  # its number of rows has not been published
        assert task.published_rows.train >= 300
