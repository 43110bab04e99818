"""The hub's data through the network: pinned revisions, converted branches, alternatives, failures, and no network."""

import json
import os
import subprocess
import sys

import datasets
import pytest
from hub_server import Hub, serving
from stand_in import parquet, readme, sentence

CODE = """
import json, sys
from intertask.config import Task
from intertask.data import prepare
from intertask.errors import IntertaskError
found = {}
for name, data in json.loads(sys.argv[1]).items():
    task = Task(name=name, type="classification", data=data, columns={"text_a": "sentence1", "text_b": "sentence2"})
    try:
        found[name] = prepare(task, 1, sys.argv[2], {})
    except IntertaskError as error:
        found[name] = {"error": error.what, "where": error.where, "fix": error.fix}
print("RESULT" + json.dumps(found))
"""
CONVERTED = {"train": "default/train/*.parquet", "validation": "default/validation/*.parquet"}
OLD = "0123456789abcdef0123456789abcdef01234567"
CASES = {
    "card": {"hub": "group/pairs", "config": "rte"},
    "pinned": {"hub": "group/pairs", "config": "rte", "revision": OLD},
    "no_revision": {"hub": "group/pairs", "config": "rte", "revision": "abc"},
    "no_config": {"hub": "group/pairs", "config": "rtx"},
    "no_repository": {"hub": "group/nothing"},
    "script": {"hub": "group/script"},
    "converted": {"hub": "group/script", "revision": "refs/convert/parquet", "hub_files": CONVERTED},
    "no_branch": {"hub": "group/script", "revision": "refs/convert/parket", "hub_files": CONVERTED},
    "no_file": {"hub": "group/script", "revision": "refs/convert/parquet", "hub_files": {"train": "default/tain/*"}},
    "alternative": {
        "hub": "group/nothing",
        "alternatives": [{"hub": "group/script"}, {"hub": "group/pairs", "config": "rte"}],
    },
    "nowhere": {"hub": "group/nothing", "alternatives": [{"hub": "group/script"}]},
}


def pairs(start: int) -> bytes:
    text = datasets.Value("string")
    label = datasets.ClassLabel(names=["entailment", "not_entailment"])
    rows = [
        {"sentence1": sentence(n), "sentence2": sentence(n + 500), "label": n % 2} for n in range(start, start + 20)
    ]
    return parquet(rows, datasets.Features(sentence1=text, sentence2=text, label=label))


@pytest.fixture(scope="module")
def hub():
    made = Hub()
    card = readme({"rte": {"train": "rte/train-*", "validation": "rte/validation-*"}})
    for revision, start in (("main", 0), (OLD, 50)):
        files = {
            "README.md": card,
            "rte/train-00000-of-00001.parquet": pairs(start),
            "rte/validation-00000-of-00001.parquet": pairs(start + 100),
        }
        made.add("group/pairs", files, revision=revision)
    made.add("group/script", {"README.md": b"", "script.py": b"raise SystemExit('ran')"})
    converted = {"default/train/0000.parquet": pairs(0), "default/validation/0000.parquet": pairs(100)}
    made.add("group/script", converted, revision="refs/convert/parquet")
    with serving(made):
        yield made


def prepare_all(cases, hub, folder, **environment):
    variables = {"HF_ENDPOINT": hub.address, "HF_HOME": str(folder / "hf"), "INTERTASK_RETRY_SECONDS": "0.01"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps(cases), str(folder / "out")],
        env={key: value for key, value in os.environ.items() if key != "HF_HUB_OFFLINE"} | variables | environment,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout.rpartition("RESULT")[2]), done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def found(hub, home):
    return prepare_all(CASES, hub, home)[0]


def test_dataset_with_a_card(found, hub):
    info = found["card"]
    commit, _ = hub.find("datasets", "group/pairs", "main")
    assert info["origin"]["commit"] == commit
    assert (info["labels"], info["rows"]) == (["entailment", "not_entailment"], {"train": 20, "validation": 20})


def test_pinned_revision_is_another_commits_data(found):
    assert found["pinned"]["origin"]["commit"] == OLD
    assert found["pinned"]["fingerprint"] != found["card"]["fingerprint"]


def test_branch_of_converted_files(found, hub):
    info = found["converted"]
    assert info["origin"]["commit"] == hub.find("datasets", "group/script", "refs/convert/parquet")[0]
    assert info["fingerprint"] == found["card"]["fingerprint"]


@pytest.mark.parametrize(
    ("case", "message", "fix"),
    [
        ("no_revision", "The dataset 'group/pairs' has no revision 'abc'", "data: revision"),
        ("no_config", "The dataset 'group/pairs' has no such configuration: ", "data: config"),
        ("no_repository", "There is no dataset 'group/nothing'", "owner/name"),
        ("script", "The dataset 'group/script' is a script, and scripts are not run", "refs/convert/parquet"),
        ("no_branch", "The dataset 'group/script' has no revision 'refs/convert/parket'", "data: revision"),
        ("no_file", "The dataset 'group/script' has no file 'default/tain/*'", "data: hub_files"),
    ],
)
def test_message_says_what_to_correct(found, case, message, fix):
    problem = found[case]
    assert problem["error"].startswith(message)
    assert problem["where"].startswith(f"task {case}: hub group/")
    assert fix in problem["fix"]


def test_first_alternative_that_loads_is_used_and_recorded(found):
    info = found["alternative"]
    assert (info["origin"]["hub"], info["origin"]["config"]) == ("group/pairs", "rte")
    assert [place["where"] for place in info["origin"]["passed_over"]] == ["hub group/nothing", "hub group/script"]
    assert info["notes"][0].startswith("Read from an alternative, hub group/pairs, config rte: There is no dataset")
    assert info["fingerprint"] == found["card"]["fingerprint"]


def test_no_alternative_loads(found):
    problem = found["nowhere"]
    assert problem["error"].startswith(
        "None of the 2 locations of the task 'nowhere' is available:\n    1. hub group/no"
    )
    assert "2. hub group/script: The dataset 'group/script' is a script" in problem["error"]


def test_warm_cache_without_a_network(found, hub, home):
    """Every case again, offline: what came from the hub comes from the cache, the same; the rest fails as clearly."""
    asked = len(hub.requests)
    offline, _ = prepare_all(CASES, hub, home, HF_HUB_OFFLINE="1")
    assert len(hub.requests) == asked
    for case in ("card", "pinned", "converted"):
        assert offline[case]["fingerprint"] == found[case]["fingerprint"]
    assert "hub cannot be reached" in offline["no_repository"]["error"]


def test_busy_server_is_asked_again(hub, tmp_path):
    hub.failures["api/datasets/group/script/revision"] = 2
    info, output = prepare_all({"converted": CASES["converted"]}, hub, tmp_path)
    assert info["converted"]["rows"] == {"train": 20, "validation": 20}
    assert output.count("dataset group/script: ") == 2 and "trying again" in output
