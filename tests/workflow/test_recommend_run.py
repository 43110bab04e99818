"""A recommendation in a small run: exactly k + 1 runs per seed, and the exported adapter is the one that was scored."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from small_project import Project, small_config

TARGET = "hotel_reviews"
SUMMARY = f"results/recommend/{TARGET}.json"


def configured(suite, **recommend) -> dict:
    config = small_config(suite["sources"][:4], [TARGET]) | {"models": {"minilm": "bundled"}}
    config |= {"methods": ["size"], "rank_fusion": ["size"]}  # for the ranking; no embeddings are made
    config["training"]["transfer"]["epochs"] = 3
    return config | {"recommend": {"k": 2, **recommend}}


@pytest.fixture(scope="module")
def project(tmp_path_factory, suite) -> Project:
    project = Project(tmp_path_factory.mktemp("recommend") / "p", configured(suite))
    project.printed = project.run("--cores", "2", SUMMARY).stdout
    return project


def read(project) -> dict:
    return json.loads((project.folder / SUMMARY).read_text(encoding="utf-8"))


def results(project) -> dict[tuple[str, int], dict]:
    paths = (project.folder / f"results/candidates/minilm/{TARGET}").glob("*/seed*/result.json")
    results = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return {(result["source"], result["seed"]): result for result in results}


def ranked(project) -> list[str]:
    return pd.read_csv(project.folder / f"results/rankings/{TARGET}.tsv", sep="\t")["source"].tolist()


def test_trains_the_first_k_and_none_only(project):
    tried = ranked(project)[:2]
    assert set(results(project)) == {(source, seed) for source in ["none", *tried] for seed in (1, 2)}
    assert sorted(path.name for path in (project.folder / "results/adapters/minilm").iterdir()) == sorted(tried)
    assert not (project.folder / "results/transfer").exists()


def test_chooses_by_held_out_rows(project):
    summary, runs = read(project), results(project)
    means = {source: (runs[source, 1]["dev_value"] + runs[source, 2]["dev_value"]) / 2 for source, _ in runs}
    assert {line["source"]: line["dev_mean"] for line in summary["candidates"]} == pytest.approx(means)
    assert means[summary["compared"]] == max(value for source, value in means.items() if source != "none")
    assert summary["chosen"] == (summary["compared"] if summary["helps"] == "yes" else "none")
    assert summary["rows"] == {"train": 19, "dev": 5, "validation": 12}
    assert [line["source"] for line in summary["candidates"]] == ["none", *ranked(project)[:2]]
    assert summary["gain"]["dev"]["mean"] == pytest.approx(means[summary["compared"]] - means["none"])


def test_prints_its_sentences(project):
    summary = read(project)
    for sentence in summary["sentences"]:
        assert sentence in project.printed
        assert sentence in (project.folder / f"results/recommend/{TARGET}/README.md").read_text(encoding="utf-8")
    assert summary["sentences"][0] == summary["summary"] and summary["summary"].startswith(f"{TARGET}: ")


def test_lines_of_the_card_work_in_any_folder_and_name_a_baseline(project):
    folder = (project.folder / f"results/recommend/{TARGET}").resolve()
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f'folder = "{folder}"\n' in card and f'load("{folder}")' in card
    assert f'dev_rows("{folder}", "{(project.folder / "results/data" / TARGET).resolve()}")' in card
    assert "TF-IDF with logistic regression" in card and "### Scores of each class" in card


def test_reports_its_job_time(project):
    cost = read(project)["cost"]
    assert (cost["runs"], cost["everything"]["runs"], cost["not_counted"]) == (6, 10, 0)
    table = pd.read_csv(project.folder / f"results/benchmarks/candidates/minilm/{TARGET}/none/seed1.tsv", sep="\t")
    assert cost["transfers"] > table["s"][0] > 0
    assert cost["total"] == pytest.approx(cost["ranking"] + cost["source_training"] + cost["transfers"], abs=0.2)
    assert cost["everything"]["transfers"] == pytest.approx(cost["transfers"] / 6 * 10, abs=0.2)
    assert cost["everything"]["source_training"] > cost["source_training"]


def test_exported_adapter_scores_what_its_run_scored(project):
    summary = read(project)
    folder = f"results/recommend/{TARGET}"
    card = (project.folder / folder / "README.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in card.split("```python\n")[1:]]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)],
        cwd=project.folder,
        env=project.environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    plain, library, score = done.stdout.split("\n")[:3]
    assert library == f"['{plain}']"
    scored = results(project)[summary["chosen"], summary["seed"]]["dev_value"]
    assert float(score) == pytest.approx(scored)


def test_done_is_done_and_a_deleted_card_trains_nothing(project):
    assert project.planned(SUMMARY) == {}
    (project.folder / f"results/recommend/{TARGET}/README.md").unlink()
    assert project.planned("recommend") == {"write_recommendation": 1, "recommend": 1}


@pytest.mark.slow
def test_stop_early_goes_seed_by_seed_and_reuses_finished_runs(project, suite):
    before = {key: run["fingerprint"] for key, run in results(project).items()}
    started = project.folder / "started"
    started.touch()
    project.config = configured(suite, k=4, stop_early=True) | {"seeds": [1, 2, 3]}
    project.write_config()
    project.run("--cores", "2", "recommend")
    summary, runs = read(project), results(project)
    folder = project.folder / f"results/candidates/minilm/{TARGET}"
    rounds = [json.loads((folder / f"round{n}.json").read_text())["sources"] for n in range(3)]
    assert set(rounds[2]) <= set(rounds[1]) <= set(rounds[0]) == {"none", *ranked(project)}
    assert set(runs) == {(source, n + 1) for n, sources in enumerate(rounds) for source in sources} | set(before)
    for line in summary["candidates"]:
        left = [n + 1 for n, sources in enumerate(rounds) if line["source"] in sources]
        assert [int(seed) for seed in line["dev"]] == left
        assert line["dropped_after"] == (None if left[-1] == 3 else left[-1])
    assert summary["chosen"] in rounds[2]
    for source, seed in before:
        assert runs[source, seed]["fingerprint"] == before[source, seed]
        assert (folder / source / f"seed{seed}" / "result.json").stat().st_mtime < started.stat().st_mtime
    assert project.planned("recommend") == {}
