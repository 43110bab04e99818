"""AdapterFusion in a small run: made on request, from the first sources of the ranking."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from files_page import differences
from small_project import Project, small_config

from intertask.files import read_json, write_json

TABLE = "results/fusion.tsv"


@pytest.fixture(scope="module")
def project(tmp_path_factory, suite) -> Project:
    config = small_config(suite["sources"][:3], suite["targets"][:1])
    config |= {"seeds": [1], "adapter_fusion": {"k": 2, "training": {"max_steps": 2}}}
    config |= {"methods": ["size"], "rank_fusion": ["size"]}  # for the ranking; no embeddings are made
    project = Project(tmp_path_factory.mktemp("adapterfusion") / "p", config)
    project.run("--cores", "2", TABLE)
    return project


def result_path(project):
    return project.folder / f"results/fusion/minilm/{project.config['targets'][0]}/seed1.json"


def ranked(project) -> list[str]:
    table = pd.read_csv(project.folder / f"results/rankings/{project.config['targets'][0]}.tsv", sep="\t")
    return table["source"].tolist()


def test_result_says_what_was_mixed(project):
    result = json.loads(result_path(project).read_text(encoding="utf-8"))
    assert result["sources"] == ranked(project)[:2]
    assert set(result["made_from"]["adapters"]) == set(result["sources"])
    assert (result["training"]["steps"], result["recipe"]["training"]["learning_rate"]) == (2, 5e-5)
    assert 0 <= result["value"] <= 100
    assert list(result["attention"]) == result["sources"]
    for layer in zip(*(part["layers"] for part in result["attention"].values()), strict=True):
        assert sum(layer) == pytest.approx(1, abs=1e-5)
    assert not list((project.folder / "results/checkpoints").iterdir())


def test_table_compares_with_single_transfers(project):
    assert differences(project.folder / TABLE, "fusion.tsv") == []
    (row,) = pd.read_csv(project.folder / TABLE, sep="\t").to_dict("records")
    value = pd.read_csv(project.folder / "results/transfer.tsv", sep="\t").set_index("source")["value"]
    pool, mixed = value.drop("none"), value[ranked(project)[:2]]
    result = json.loads(result_path(project).read_text(encoding="utf-8"))
    assert (row["model"], row["target"], row["seeds"]) == ("minilm", project.config["targets"][0], 1)
    assert row["sources"] == ",".join(mixed.index)
    assert row["fusion_mean"] == pytest.approx(result["value"], abs=1e-9)
    assert (row["best_single_mean"], pool[row["best_single"]]) == (pool.max(), pool.max())
    assert (row["best_of_sources_mean"], mixed[row["best_of_sources"]]) == (mixed.max(), mixed.max())
    assert row["none_mean"] == value["none"]


def test_is_no_part_of_the_whole_run(project):
    assert project.planned(TABLE) == {}
    table = project.folder / TABLE
    table.rename(table.with_suffix(".away"))
    try:
        assert not {"run_fusion", "collect_fusion"} & set(project.planned())
        assert project.planned(TABLE) == {"collect_fusion": 1}
    finally:
        table.with_suffix(".away").rename(table)


def test_its_settings_are_its_own(project):
    """Another k runs AdapterFusion anew, and no transfer."""
    before = project.config
    project.config = before | {"adapter_fusion": before["adapter_fusion"] | {"k": 3}}
    project.write_config()
    try:
        assert project.planned(TABLE) == {"run_fusion": 1, "collect_fusion": 1}
    finally:
        project.config = before
        project.write_config()


def test_result_of_other_sources_is_refused(project):
    path, text = result_path(project), result_path(project).read_text(encoding="utf-8")
    stale = read_json(path)
    stale["sources"].reverse()
    write_json(path, stale)
    recipe = {"fused_models": ["minilm"], "targets": project.config["targets"], "seeds": [1], "k": 2}
    script = ["workflow/scripts/collect_fusion.py", "--recipe", json.dumps(recipe), "--results", "results"]
    try:
        done = subprocess.run(
            [sys.executable, *script, "--out", "results/elsewhere.tsv"],
            cwd=project.folder,
            env=project.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "out of date: the list of the ranking's first sources changed" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda config: {"adapter": "full"}, "AdapterFusion combines adapters, but the model 'minilm' has none"),
        (lambda config: {"sources": config["sources"][:1]}, "AdapterFusion needs at least two sources"),
    ],
)
def test_what_cannot_be_fused(project, tmp_path, change, words):
    other = Project(tmp_path / "p", project.config | change(project.config))
    done = other.run("--dry-run", TABLE, check=False)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
    assert other.planned()  # a run that does not request it still works


def test_published_transfers_have_no_adapters(project, tmp_path):
    config = {k: v for k, v in project.config.items() if k != "seeds"}
    observed = tmp_path / "observed.tsv"
    rows = [("s", config["targets"][0], source, 1, "accuracy", 50.0) for source in ["none", *config["sources"]]]
    columns = ["setting", "target", "source", "seed", "metric", "value"]
    pd.DataFrame(rows, columns=columns).to_csv(observed, sep="\t", index=False)
    other = Project(tmp_path / "p", config | {"observed": {"file": str(observed)}})
    done = other.run("--dry-run", TABLE, check=False)
    assert "No rule makes the file results/fusion.tsv" in done.stdout + done.stderr
