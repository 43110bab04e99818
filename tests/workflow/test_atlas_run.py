"""A user's file is ranked against the public datasets of the atlas, without a network."""

import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from small_project import ROOT, Project, small_config

from intertask.atlas.folder import Atlas
from intertask.config.atlas import facts_of
from intertask.files import file_sha256, read_json, write_json

OFFLINE = {"HF_HUB_OFFLINE": "1"}


@pytest.fixture
def project(tmp_path, suite) -> Project:
    project = Project(tmp_path / "p", small_config(suite["sources"][:2], suite["targets"][:1]))
    (project.folder / "configs").mkdir()
    project.variables = dict(OFFLINE)
    return project


def tickets(folder, name="tickets"):
    """A file with 60 short messages of two kinds."""
    lines = ["message,queue"]
    lines += [f"please help me with {['my bill', 'the login'][n % 2]} since {n} days,q{n % 2}" for n in range(60)]
    (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / f"{name}.csv"


def test_from_a_csv_to_an_adapter(project, tmp_path):
    """By the commands that are printed, with a smaller budget for the last one."""
    done = subprocess.run(
        [sys.executable, "-m", "intertask.start", str(tickets(tmp_path))],
        cwd=project.folder, env=project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    check, ranking, recommendation = re.findall(r"^  snakemake (.+)$", done.stdout, flags=re.MULTILINE)
    path = project.folder / "configs" / "tickets.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["training"]["transfer"]["max_steps"] = 2
    path.write_text(yaml.safe_dump(config | {"seeds": [1], "recommend": {"k": 1}}), encoding="utf-8")
    assert project.planned(*recommendation.split())["prepare_data"] == 1, "only the target is read"

    checked = project.run(*check.split())
    assert "59 sources from the atlas, which needs no network" in checked.stdout + checked.stderr
    project.run(*ranking.split())
    facts = facts_of(ROOT / "atlas")
    ranked = pd.read_csv(project.folder / "results/rankings/tickets.tsv", sep="\t")["source"].tolist()
    assert sorted(ranked) == sorted(facts)
    page = (project.folder / "results/rankings/tickets.html").read_text(encoding="utf-8")
    assert all(fact["homepage"] in page for fact in facts.values()) and "CC-BY-SA-4.0" in page
    assert "please help me with" in page  # an example of the target

    project.run(*recommendation.split())
    found = read_json(project.folder / "results/recommend/tickets.json")
    shipped = Atlas(ROOT / "atlas", "minilm").with_adapter()
    first = next(source for source in ranked if source in shipped)
    assert [line["source"] for line in found["candidates"] if line["source"] != "none"] == [first]
    assert found.get("without_adapter", []) == ranked[: ranked.index(first)]

    other = next(source for source in ranked if source not in shipped)
    refused = project.run(f"results/transfer/minilm/tickets/{other}/seed1.json", "--configfile", str(path), check=False)
    assert refused.returncode != 0
    assert f"The atlas has no adapter of {other}" in refused.stderr and "Traceback" not in refused.stderr


def changed_atlas(folder, change):
    """A copy of the atlas with other transfers and scores, whose hashes are right."""
    shutil.copytree(ROOT / "atlas", folder)
    about = json.loads((folder / "minilm/atlas.json").read_text(encoding="utf-8"))
    del about["content_sha256"]
    for name in ("transfer.tsv", "scores.tsv"):
        path = folder / "minilm" / name
        change(table := pd.read_csv(path, sep="\t", keep_default_na=False, na_values=["nan"]))
        table.to_csv(path, sep="\t", index=False)
        about["files"][name] = file_sha256(path)
    write_json(folder / "minilm/atlas.json", about)


def test_what_was_measured_on_the_target_and_its_family_is_not_read(project, tmp_path):
    """The target is of the family of rte. Changed numbers of another target do change the ranking."""
    family = {name for name, fact in facts_of(ROOT / "atlas").items() if fact["family"] == "entailment_articles"}
    assert "rte" in family and len(family) > 1

    def change(targets):
        def apply(table):
            column = "value" if "value" in table else "score"
            table.loc[table["target"].isin(targets), column] = range(table["target"].isin(targets).sum())

        return apply

    (project.folder / "own").mkdir()
    tickets(project.folder / "own", "rows")
    task = {"type": "classification", "data": {"files": {"train": "rows.csv"}}, "metric": "accuracy", "max_length": 32}
    task |= {"columns": {"text_a": "message", "label": "queue"}, "family": "entailment_articles"}
    (project.folder / "own" / "rte_of_mine.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    rankings = {}
    for name, targets in {"shipped": [], "family": family, "other": ["emotion"]}.items():
        changed_atlas(tmp_path / name, change(targets))
        project.config = {
            "task_folders": ["own"],
            "targets": ["rte_of_mine"],
            "sources": "atlas",
            "history": "atlas",
            "atlas": str(tmp_path / name),
            "methods": ["prior", "recommended"],  # those that read transfers
        }
        project.write_config()
        project.run("results/rankings/rte_of_mine.tsv")
        rankings[name] = (project.folder / "results/rankings/rte_of_mine.tsv").read_bytes()
    assert rankings["family"] == rankings["shipped"] != rankings["other"]


def test_a_damaged_atlas_is_one_message(project, tmp_path):
    shutil.copytree(ROOT / "atlas", tmp_path / "atlas")
    path = tmp_path / "atlas/minilm/embeddings.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    target = project.config["targets"][0]
    project.config = {"targets": [target], "sources": "atlas", "atlas": str(tmp_path / "atlas")}
    project.config |= {"task_folders": ["tasks/bundled"], "methods": ["size"], "rank_fusion": ["size"]}
    project.write_config()
    done = project.run(f"results/rankings/{target}.tsv", check=False)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "is damaged" in done.stderr and "embeddings.safetensors" in done.stderr
