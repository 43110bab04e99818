"""``python -m intertask.start``: the files load, nothing is overwritten, every guess is explained."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from paths import ROOT

from intertask.config import load_config, load_task
from intertask.config.atlas import facts_of
from intertask.config.task_registry import configured_tasks
from intertask.errors import IntertaskError
from intertask.start.__main__ import main


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "intertask"
    folder.mkdir()
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tasks", folder / "tasks")
    (folder / "atlas").symlink_to(ROOT / "atlas")
    monkeypatch.chdir(folder)
    return folder


def survey(folder: Path, name: str = "Umfrage.csv", labels=("gut", "schlecht"), skew: int = 2) -> Path:
    lines = ["Nr.;Was schreibt der Gast?;Urteil"]
    for n in range(60):
        label = labels[0] if n % skew else labels[1]
        lines.append(f"{n};Das Zimmer Nummer {n} war {'sauber' if label == labels[0] else 'laut'}, fand ich;{label}")
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_both_files_load_and_give_reasons(project, capsys):
    main([str(survey(project.parent))])
    task = load_task(project / "tasks/own/Umfrage.yaml")
    assert (task.type, task.columns) == ("classification", {"text_a": "Was schreibt der Gast?", "label": "Urteil"})
    assert (task.data.delimiter, task.metric, task.max_length) == (";", "accuracy", 32)
    config = load_config(yaml.safe_load((project / "configs/Umfrage.yaml").read_text(encoding="utf-8")))
    assert config.targets == ["Umfrage"] and len(configured_tasks(config)) == len(config.sources) + 1
    printed = capsys.readouterr().out
    for words in ("the only column of texts", "not used: Nr. (identifiers, different", "label: gut",
                  "snakemake results/recommend/Umfrage.json --configfile configs/Umfrage.yaml"):  # fmt: skip
        assert words in printed
    text = (project / "tasks/own/Umfrage.yaml").read_text(encoding="utf-8")
    assert "A fifth of the training rows is set aside" in text and "Nr.: identifiers" in text


def test_nothing_is_overwritten(project):
    path = survey(project.parent)
    main([str(path)])
    (project / "tasks/own/Umfrage.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(IntertaskError, match="already exists"):
        main([str(path)])
    assert (project / "tasks/own/Umfrage.yaml").read_text(encoding="utf-8") == "mine"
    main([str(path), "--force", "--name", "again"])
    main([str(path), "--force"])
    assert load_task(project / "tasks/own/Umfrage.yaml").name == "Umfrage"


def test_sources_are_files_and_names(project):
    other = survey(project.parent, "Andere.csv", ("ja", "nein"))
    main([str(survey(project.parent)), "--sources", str(other), "topics", "mnli"])
    config = yaml.safe_load((project / "configs/Umfrage.yaml").read_text(encoding="utf-8"))
    assert config["sources"] == ["Andere", "topics", "mnli"]
    assert config["task_folders"] == ["tasks/bundled", "tasks/atlas", "tasks/own"]
    assert load_task(project / "tasks/own/Andere.yaml").columns["label"] == "Urteil"
    with pytest.raises(IntertaskError, match="did you mean 'topics'"):
        main([str(survey(project.parent)), "--force", "--sources", "topiks"])


@pytest.mark.parametrize(
    ("target", "options", "where"),
    [
        ("emotion.csv", [], "tasks/atlas/emotion.yaml and .*emotion.csv"),
        ("Umfrage.csv", ["--name", "rte"], "tasks/atlas/rte"),
        ("Umfrage.csv", ["--sources", "{other}/topics.csv"], "tasks/bundled/topics.yaml"),
        ("Umfrage.csv", ["--sources", "{other}/Umfrage.csv"], ".*Umfrage.csv and .*b/Umfrage.csv"),
        ("Umfrage.csv", ["--sources", "mnli", "{other}/rte.csv"], "tasks/atlas/rte.yaml"),
    ],
)
def test_two_tasks_of_one_name_are_refused(project, target, options, where):
    other = project.parent / "b"
    other.mkdir()
    for name in ("topics.csv", "Umfrage.csv", "rte.csv"):
        survey(other, name)
    path = survey(project.parent, target)
    with pytest.raises(IntertaskError, match="two tasks named") as error:
        main([str(path), "--force", *(option.format(other=other) for option in options)])
    assert re.search(where, error.value.where) and "name" in error.value.fix
    assert not (project / "tasks/own").exists()


def test_sources_are_the_atlas_unless_the_user_names_others(project, capsys):
    """The ranking learns from the atlas, too. A license filter lists the sources by name."""
    target = str(survey(project.parent))
    main([target])
    printed = capsys.readouterr().out
    config = yaml.safe_load((project / "configs/Umfrage.yaml").read_text(encoding="utf-8"))
    assert (config["sources"], config["history"]) == (["atlas"], "atlas")
    facts = facts_of(ROOT / "atlas")
    assert f"{len(facts)} public datasets of the atlas" in printed and "needs no network" in printed
    listed = {}
    for kind in ("permissive", "non-commercial"):
        main([target, "--force", "--license", kind])
        config = yaml.safe_load((project / "configs/Umfrage.yaml").read_text(encoding="utf-8"))
        listed[kind] = set(config["sources"])
        assert config["history"] == "atlas"
    assert listed["non-commercial"] - listed["permissive"] == {
        name for name, fact in facts.items() if "-NC-" in fact["license"]
    }
    assert {facts[name]["license"] for name in listed["permissive"]} >= {"MIT", "CC-BY-SA-4.0"}
    main([target, "--force", "--sources", "topics"])
    assert "history" not in yaml.safe_load((project / "configs/Umfrage.yaml").read_text(encoding="utf-8"))


def test_skewed_labels_get_another_metric(project):
    main([str(survey(project.parent, skew=10))])
    assert load_task(project / "tasks/own/Umfrage.yaml").metric == "f1_macro"


def test_a_table_with_thousands_of_columns_needs_the_names_of_two(project, capsys):
    path = survey(project.parent, "wide.csv")
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    wide = [header + "".join(f";c{n}" for n in range(20_000)), *(line + ";1" * 20_000 for line in lines)]
    path.write_text("\n".join(wide) + "\n", encoding="utf-8")
    with pytest.raises(IntertaskError, match="20,003 columns") as problem:
        main([str(path)])
    assert "--text COLUMN and --label COLUMN" in problem.value.fix
    main([str(path), "--text", "Was schreibt der Gast?", "--label", "Urteil"])
    printed = capsys.readouterr().out
    assert "60 training rows, 20,003 columns" in printed and "not used: 20,001 other columns" in printed
    assert load_task(project / "tasks/own/wide.yaml").type == "classification"


def test_of_many_unused_columns_the_first_are_listed(project, capsys):
    path = survey(project.parent)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    more = [header + "".join(f";c{n}" for n in range(100)), *(line + ";" + "1.5;" * 99 + "2" for line in lines)]
    path.write_text("\n".join(more) + "\n", encoding="utf-8")
    main([str(path)])
    for text in (capsys.readouterr().out, (project / "tasks/own/Umfrage.yaml").read_text(encoding="utf-8")):
        assert "c18" in text and "c19" not in text and "and 81 more columns" in text


def test_incomplete_rows_are_left_out_and_counted(project, capsys):
    path = survey(project.parent)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5] = "4;;gut"
    lines[9] = "8;Das Zimmer war gut;"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    main([str(path)])
    assert load_task(project / "tasks/own/Umfrage.yaml").on_bad_row == "drop"
    assert "left out" in capsys.readouterr().out


@pytest.mark.parametrize("label", ["-1", "", "?"])
def test_a_test_split_without_labels_is_not_used(project, capsys, label):
    folder = project.parent / "glue"
    folder.mkdir()
    rows = [f"the room number {n} was fine and so on" for n in range(40)]
    for name, labels in (("train", ["0", "1"]), ("test", [label, label])):
        lines = [f"{row} {name},{labels[n % 2]}" for n, row in enumerate(rows)]
        (folder / f"{name}.csv").write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    main([str(folder)])
    task = load_task(project / "tasks/own/glue.yaml")
    assert task.data.files.validation is None and task.on_bad_row == "error"
    assert "test.csv is not used, because its rows have no labels" in capsys.readouterr().out


def test_outside_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IntertaskError, match="no Snakefile"):
        main([str(survey(tmp_path))])


def test_repeated_options_name_a_pair(project):
    lines = ["a,b,c,mood"] + [f"first text {n},second text {n},third text {n},{'xy'[n % 2]}" for n in range(60)]
    path = project.parent / "pairs.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    main([str(path), "--text", "c", "--text", "a"])
    assert load_task(project / "tasks/own/pairs.yaml").columns == {"text_a": "c", "text_b": "a", "label": "mood"}
