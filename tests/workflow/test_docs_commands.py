"""Every command in README.md, CONTRIBUTING.md and docs/ is run: Snakemake's as dry runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from small_project import ROOT, Project

from intertask.config import read_yaml

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = ("snakemake", "python", "python3", "pytest", "make", "pip", "git", "hf", "apt-get", "export", ".")
#: Commands that set a machine up, reach a network or measure for minutes, and what replaces running them here.
NOT_HERE = {
    ". .venv/bin/activate": "make setup does it",
    "make setup && . .venv/bin/activate": "make setup does it",
    "git clone … && cd intertask": "needs a network",
    "apt-get install --no-install-recommends slurmctld slurmd slurm-client munge": ".ci/run does it",
    'hf download FacebookAI/roberta-base --include "*.json" "*.txt" "*.model" "*.safetensors"': "needs a network",
    "export HF_HUB_OFFLINE=1": "tests/workflow/test_plan_run.py runs so",
    "make results TORCH_INDEX=https://download.pytorch.org/whl/cpu": "needs a network",
    "snakemake -s /path/to/intertask/Snakefile --directory my-project": "names a folder of the reader's",
    "snakemake --report report.zip": "tests/workflow/test_report_run.py runs it on a finished run",
    "pytest -m slow tests/workflow/test_slurm.py": "is a test",
    "pytest -n 0": "is a test",
    "python benchmarks/gpu.py --model bundled": "measures for minutes",
    "python benchmarks/logme_small_samples.py": "measures for minutes",
    "python benchmarks/recommended.py": "measures for minutes",
    "python benchmarks/recommended.py --part growth": "measures for minutes",
    "python benchmarks/scores.py": "measures for minutes",
    "git checkout -- atlas": "would undo changes of the reader",
    "python data/bundled/generate.py": "tests/test_bundled_suite.py runs it",
    "python -m intertask.execution.launch": "tests/execution/test_launch.py runs it",
}


def commands(page: Path) -> list[str]:
    """Lines of its plain code blocks and inline code that begin with a program, without comments."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for language, block in blocks if language in ("", "bash", "sh") for line in block.splitlines()]
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL))
    # one word alone is a program's name, no command
    found = [re.sub(r"\s+#.*", "", line).strip() for line in [*lines, *(code for code in inline if " " in code)]]
    return list(dict.fromkeys(line for line in found if line.split(" ")[0] in PROGRAMS))


COMMANDS = sorted({command: page for page in PAGES for command in commands(page)})
SNAKEMAKE = [c for c in COMMANDS if c.startswith("snakemake") and c not in NOT_HERE]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """A copy of the project; its large configurations with a few of their tasks, so that each dry run takes seconds."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    project = Project(tmp_path_factory.mktemp("docs") / "intertask", config)
    for folder in ("configs", "tests/configs", "tests/tasks"):
        shutil.copytree(ROOT / folder, project.folder / folder)
    if (ROOT.parent / "shared").is_dir():
        (project.folder.parent / "shared").symlink_to(ROOT.parent / "shared")
    for name, seeds in (("paper", [1, 2]), ("atlas", [1])):
        large = read_yaml(ROOT / f"configs/{name}.yaml")
        short = {"sources": large["sources"][:3], "targets": large["targets"][:2], "seeds": seeds}
        (project.folder / f"configs/{name}.yaml").write_text(yaml.safe_dump(large | short), encoding="utf-8")
    started = [
        sys.executable,
        "-m",
        "intertask.start",
        "data/example/tickets.csv",
    ]  # README.md goes on with what it writes
    subprocess.run(started, cwd=project.folder, env=project.environment, check=True, capture_output=True)
    own = project.folder / "mycluster"  # cluster.md tells how to write one
    own.mkdir()
    (own / "profile.v9+.yaml").write_text("default-resources:\n  slurm_partition: main\n", encoding="utf-8")
    return project


def test_there_are_commands():
    assert len(SNAKEMAKE) > 20
    stale = NOT_HERE.keys() - set(COMMANDS)
    assert stale == set()


@pytest.mark.parametrize("command", SNAKEMAKE)
def test_snakemake_commands_plan_what_they_say(command, project):
    words = shlex.split(command.replace("<target>", project.config["targets"][0]))
    if "tests/configs/" in command and not (ROOT.parent / "shared").is_dir():
        pytest.skip("needs data that is not part of the repository")
    done = project.run("--dry-run", *words[1:])
    output = done.stdout + done.stderr
    assert "Job stats:" in output or "Nothing to be done" in output


def tried(command: str) -> tuple[str, ...]:
    """What is run for a command that is not Snakemake's: it must be there; arguments are not tried."""
    program, *words = shlex.split(command)
    if program == "make":
        return ("make", "-n", *words)
    return (program, *words[: 2 if words[0] == "-m" else 1], "--help")


@pytest.mark.parametrize("run", sorted({tried(c) for c in COMMANDS if c not in SNAKEMAKE and c not in NOT_HERE}))
def test_other_commands_are_there(run):
    program, *words = run
    assert program in ("make", "python"), f"{program}: say in NOT_HERE why it cannot be run, or run it here"
    words = [sys.executable if program == "python" else program, *words]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
