"""From a CSV with unusual columns to a ranking, only by the commands that are printed."""

import re
import subprocess
import sys

import yaml
from small_project import Project, small_config


def test_from_a_csv_to_a_ranking(tmp_path, suite):
    project = Project(tmp_path / "p", small_config(suite["sources"][:2], suite["targets"][:1]))
    (project.folder / "configs").mkdir()
    lines = ["Ticket no.;What the customer wrote;Queue"]
    lines += [f"{n};please help me with {['my bill', 'the login'][n % 2]} since {n} days;q{n % 2}" for n in range(40)]
    (tmp_path / "Support export.csv").write_text("\n".join(lines), encoding="latin-1")
    done = subprocess.run(
        [sys.executable, "-m", "intertask.start", str(tmp_path / "Support export.csv"), "--sources", "topics"],
        cwd=project.folder, env=project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    printed = re.findall(r"^  snakemake (.+)$", done.stdout, flags=re.MULTILINE)
    assert len(printed) == 3
    for command in printed[1:]:
        assert project.planned(*command.split())["prepare_data"] == 2
    path = project.folder / "configs" / "Support_export.yaml"
    cheap = yaml.safe_load(path.read_text(encoding="utf-8")) | {"methods": ["size"], "rank_fusion": ["size"]}
    path.write_text(yaml.safe_dump(cheap), encoding="utf-8")
    project.run(*printed[1].split())
    page = (project.folder / "results/rankings/Support_export.html").read_text(encoding="utf-8")
    assert "topics" in page and "please help me with" in page


def test_a_mistake_is_one_message(tmp_path, suite):
    project = Project(tmp_path / "p", small_config(suite["sources"][:2], suite["targets"][:1]))
    done = subprocess.run(
        [sys.executable, "-m", "intertask.start", "nothing.csv"],
        cwd=project.folder, env=project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no file nothing.csv.") and "Traceback" not in done.stderr
