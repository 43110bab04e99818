"""A job whose recipe is longer than one argument of a program may be."""

import json

import yaml
from small_project import Project, small_config

LABELS = [f"intent number {number} of very many" for number in range(6000)]


def test_a_task_with_6000_labels_is_prepared(tmp_path, suite):
    project = Project(tmp_path / "p", small_config([suite["sources"][0], "many"], suite["targets"][:1]))
    task = {"type": "classification", "labels": LABELS, "data": {"files": {"train": "many.csv"}}}
    folder = project.folder / "tasks/bundled"
    (folder / "many.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    rows = "".join(f"request {row},{LABELS[row % 6]}\n" for row in range(60))
    (folder / "many.csv").write_text("text_a,label\n" + rows, encoding="utf-8")
    project.run("--cores", "1", "results/data/many/info.json")
    info = json.loads((project.folder / "results/data/many/info.json").read_text(encoding="utf-8"))
    assert info["labels"] == LABELS
    assert len(json.dumps(info["recipe"])) > 2**17
    assert project.planned("results/data/many/info.json") == {}
