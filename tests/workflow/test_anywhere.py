"""The workflow runs wherever Snakemake does: Snakemake alone, another folder, another workflow, another umask."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from paths import ROOT
from small_project import small_config

#: For Snakemakes of this environment: the library that is tested.
LIBRARY = str(ROOT / "src")

OUTER = f"""
configfile: "outer.yaml"

module intertask:
    snakefile: "{ROOT}/workflow/Snakefile"
    config: config["intertask"]

use rule * from intertask as intertask_*

rule first_source:
    default_target: True
    input: "results/rankings/{{}}.tsv"
    output: "first_source.txt"
    shell: "sed -n 2p {{input}} > {{output}}"
"""


def closure(names: Iterable[str]) -> set[str]:
    """Distributions and everything that they require on this platform."""
    found, todo = set(), list(names)
    while todo:
        package = distribution(todo.pop())
        if package.metadata["Name"] in found:
            continue
        found.add(package.metadata["Name"])
        requirements = map(Requirement, package.requires or [])
        todo += [r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def linked_environment(folder: Path, names: Iterable[str]) -> None:
    """Make an environment that holds links to distributions of this one, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in closure(names):
        package = distribution(name)
        for part in {Path(file).parts[0] for file in package.files} - {"..", "__pycache__"}:
            if not (packages / part).exists():
                (packages / part).symlink_to(package.locate_file(part))


@pytest.fixture(scope="module")
def snakemake_alone(tmp_path_factory) -> Path:
    """The ``snakemake`` of an environment that holds Snakemake's own dependencies and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    linked_environment(folder, ["snakemake"])
    program = folder / "bin" / "snakemake"
    program.write_text(f"#!{folder}/bin/python\nfrom snakemake.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    return program


#: What Snakemake asks of conda. An environment is made of links to this one's packages: those that its YAML names, and
#: what they require.
CONDA = f"""#!{sys.executable}
import json, subprocess, sys, pathlib
sys.path[:0] = {[str(Path(__file__).parent), str(ROOT / "tests" / "support")]!r}
words = sys.argv[1:]
if words == ["info", "--json"]:
    print(json.dumps({{"conda_prefix": str(pathlib.Path(sys.argv[0]).parents[1]), "platform": "linux-64"}}))
elif words == ["--version"]:
    print("conda 25.1.0")
elif words[0] == "clean":
    pass
elif words[:2] == ["config", "--get"]:
    print(json.dumps({{"get": {{"channel_priority": "strict"}}}}))
elif words[:2] == ["env", "create"]:
    import yaml
    from test_anywhere import linked_environment
    file, prefix = (words[words.index(key) + 1] for key in ("--file", "--prefix"))
    *_, packages = yaml.safe_load(pathlib.Path(file).read_text())["dependencies"]
    linked_environment(pathlib.Path(prefix), [package.partition("==")[0] for package in packages["pip"]])
else:
    sys.exit(f"unexpected: {{words}}")
"""


def run(command: list, folder: Path, **variables: str) -> subprocess.CompletedProcess:
    """Run a command without the variables that would show it this package."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    path = f"{Path(command[0]).parent}{os.pathsep}{environment['PATH']}"
    command = list(map(str, command))
    environment |= {"PATH": path} | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_environment_has_nothing_else(snakemake_alone, tmp_path):
    code = "import importlib.util as u; print([n for n in ('numpy', 'torch', 'pandas', 'intertask') if u.find_spec(n)])"
    assert run([snakemake_alone.with_name("python"), "-c", code], tmp_path).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lint"], ""),
        (["--dry-run"], r"run_transfer +54\n"),
        (["--list-rules"], "write_recommendation"),
    ],
)
def test_snakemake_alone_reads_the_workflow(snakemake_alone, tmp_path, arguments, words):
    """From another folder, so that it neither sees nor leaves anything in this one."""
    done = run([snakemake_alone, "-s", ROOT / "Snakefile", *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(words, done.stdout + done.stderr)


def test_snakemake_alone_uses_the_profiles(snakemake_alone, tmp_path):
    """The logger plugin and the plugin of Slurm are not there; only the first may be missing silently."""
    arguments = ["-s", ROOT / "Snakefile", "--workflow-profile", ROOT / "profiles/default", "--dry-run"]
    done = run([snakemake_alone, *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "logger" not in done.stderr


def test_a_mistake_in_the_configuration_is_one_message(snakemake_alone, tmp_path):
    (tmp_path / "mine.yaml").write_text("sources: [topics]\ntargetts: [hotel_reviews]\n", encoding="utf-8")
    done = run([snakemake_alone, "-s", ROOT / "Snakefile", "--configfile", "mine.yaml", "-n"], tmp_path)
    assert done.returncode == 1
    assert "Error: " in done.stderr and "targetts" in done.stderr
    assert not re.search(r"Traceback|WorkflowError|\.smk", done.stderr)


def test_jobs_run_from_another_folder_for_another_group(suite, tmp_path):
    """The folder holds only a configuration and its results; the umask lets a group read and write them."""
    config = small_config(suite["sources"][:2], suite["targets"][:1])
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    target = f"results/data/{suite['targets'][0]}/info.json"
    snakemake = Path(sys.executable).with_name("snakemake")
    arguments = f"-s {ROOT}/Snakefile --directory {tmp_path} --cores 2 {target}"
    done = run(
        ["/bin/sh", "-c", f"umask 002; exec {snakemake} {arguments}"], ROOT, PATH=_path(snakemake), PYTHONPATH=LIBRARY
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / target).stat().st_mode & 0o777 == 0o664
    assert {path.name for path in tmp_path.iterdir()} <= {"config.yaml", "results", ".snakemake"}


@pytest.mark.slow
def test_jobs_run_in_conda_environments(snakemake_alone, suite, tmp_path):
    """With Snakemake alone outside and a conda that makes the environments; neither holds this package."""
    conda = tmp_path / "conda" / "bin"
    conda.mkdir(parents=True)
    (conda / "conda").write_text(CONDA, encoding="utf-8")
    (conda / "conda").chmod(0o755)
    (conda / "activate").write_text('. "$1/bin/activate"\n', encoding="utf-8")
    config = small_config(suite["sources"][:2], suite["targets"][:1])
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    target = suite["targets"][0]
    files = [f"results/rankings/{target}.tsv", f"results/transfer/minilm/{target}/none/seed1.json"]
    arguments = ["-s", ROOT / "Snakefile", "--sdm", "conda", "--cores", "2", *files]
    path = f"{conda}{os.pathsep}{_path(snakemake_alone)}"
    done = run([snakemake_alone, *arguments], tmp_path, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all((tmp_path / file).is_file() for file in files)


def test_another_workflow_uses_it_as_a_module(suite, tmp_path):
    target = suite["targets"][0]
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow" / "Snakefile").write_text(OUTER.replace("{}", target), encoding="utf-8")
    config = {"intertask": small_config(suite["sources"][:2], [target])}
    (tmp_path / "outer.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    snakemake = Path(sys.executable).with_name("snakemake")
    done = run([snakemake, "--cores", "2"], tmp_path, PATH=_path(snakemake), PYTHONPATH=LIBRARY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "first_source.txt").read_text(encoding="utf-8").split("\t")[1] in suite["sources"][:2]
    again = run([snakemake, "--cores", "2", "--dry-run"], tmp_path, PATH=_path(snakemake), PYTHONPATH=LIBRARY)
    assert "Nothing to be done" in again.stdout + again.stderr


def _path(program: Path) -> str:
    return f"{program.parent}{os.pathsep}{os.environ['PATH']}"
