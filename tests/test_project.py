"""The project's own files agree: lock, conda environments, schemas, README, citation, layers of the library."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT

import intertask
from intertask.methods.registry import all_methods
from intertask.types import TYPES

LIBRARY = ROOT / "src" / "intertask"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))

#: Lowest layer first. A module imports from its own package and from the layers below; packages of one layer know
#: nothing of each other (methods are plain maths on arrays, without any model).
LAYERS = [
    {"errors", "retry"},
    {"files", "words", "ranks", "artifacts", "seeded_order", "yaml_files"},
    {"config", "tables", "execution", "console"},
    {"types"},
    {"data", "transfers"},
    {"recipes"},
    {"models", "methods", "rankings"},
    {"evidence", "costs", "start", "atlas"},
    {"recommendation", "predict"},
    {"reporting"},
    {"check"},
]
HEAVY = ("torch", "transformers", "adapters", "datasets", "sentence_transformers", "pandas", "pyarrow", "sklearn")
HEAVY += ("matplotlib",)


@cache
def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.partition("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in pins}


def pip_packages(environment: Path) -> list[str]:
    dependencies = yaml.safe_load(environment.read_text(encoding="utf-8"))["dependencies"]
    return next(part["pip"] for part in dependencies if isinstance(part, dict))


def test_lock_holds_exact_pins_in_order():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin)] == []
    assert pins == sorted(pins, key=str.upper)
    assert len(locked()) == len(pins)


@pytest.mark.parametrize("requirement", sum(PROJECT["optional-dependencies"].values(), PROJECT["dependencies"]))
def test_lock_satisfies_pyproject(requirement):
    requirement = Requirement(requirement)
    assert locked()[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environment_has_the_versions_of_the_lock(environment):
    pins = dict(package.split("==") for package in pip_packages(environment))
    assert pins == {name: locked()[canonicalize_name(name)] for name in pins}


def module_file(name: str) -> Path | None:
    """File of ``intertask.a.b``; None if there is no such module."""
    path = LIBRARY.joinpath(*name.split(".")[1:])
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def module_name(file: Path) -> str:
    return ".".join(("intertask", *file.relative_to(LIBRARY).with_suffix("").parts)).removesuffix(".__init__")


@cache
def imported(file: Path, inside: bool = True) -> frozenset[str]:
    """Full names of what a file imports, relative imports resolved; ``inside``: also inside of functions and ifs."""
    names = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if inside else tree.body:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.relative_to(LIBRARY).parent.parts
                above = ("intertask", *package[: len(package) - node.level + 1])
                base = ".".join((*above, *filter(None, [node.module])))
            # `from . import metrics` names modules, `from .config import Task` names of one module.
            modules = {f"{base}.{alias.name}" for alias in node.names}
            found = {m for m in modules if m.startswith("intertask") and module_file(m)}
            names |= found or {base}
    return frozenset(names)


def layer(module: str) -> tuple[int, str]:
    part = [*module.split("."), ""][1]
    return next(((height, part) for height, parts in enumerate(LAYERS) if part in parts), (-1, part))


def modules() -> list[Path]:
    return [file for file in sorted(LIBRARY.rglob("*.py")) if file != LIBRARY / "__init__.py"]


def test_every_module_is_in_a_layer():
    assert [module_name(file) for file in modules() if layer(module_name(file))[0] < 0] == []


def test_the_design_page_lists_the_layers():
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    table = page.partition("| layer | package |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\d*) ?\| (.+?) \|", table, re.MULTILINE)
    listed: list[set[str]] = []
    for number, packages in rows:
        if number:
            listed.append(set())
        listed[-1].update(re.findall(r"`(\w+)`", packages))
    assert listed == LAYERS


def test_no_module_imports_from_a_higher_layer():
    wrong = []
    for file in modules():
        height, part = layer(module_name(file))
        for name in imported(file):
            if not name.startswith("intertask."):
                continue
            other_height, other = layer(name)
            if other_height >= height and other != part:
                wrong.append(f"{module_name(file)} imports {name}")
    assert wrong == []


def test_a_dry_run_imports_nothing_heavy():
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").rglob("*.smk"))
    lines = set(re.findall(r"^(?:from intertask\S* import .+|import intertask\S*)$", rules, flags=re.MULTILINE))
    ground = ["errors", "files", "config", "recipes"]
    code = "\n".join([*(f"import intertask.{name}" for name in ground), *sorted(lines)])
    code += f"\nimport sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert lines
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (found.stdout.strip(), found.stderr) == ("[]", "")


@cache
def installed() -> dict[str, list[str]]:
    """Distributions by the packages that they hold."""
    return dict(packages_distributions())


def third_party(script: Path, with_models: bool = False) -> set[str]:
    """Distributions that a script needs, by itself or through modules of this package.

    Task types import what models need inside of functions that only scripts with a model call.
    """
    distributions, seen, todo = installed(), set(), [script]
    needed = set()
    while todo:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        if LIBRARY / "models" in file.parents and not with_models:
            return third_party(script, with_models=True)
        is_type = file.parent == LIBRARY / "types"
        names = imported(file, inside=with_models or not is_type)
        if "importlib" in names:  # a registry imports the modules beside it by name
            todo += [path for path in file.parent.glob("*.py") if path.stem in TYPES or not is_type]
        for name in names:
            top = name.split(".")[0]
            if top == "intertask":
                # Importing a.b.c runs the __init__ of a.b too.
                parts = name.split(".")
                parents = (".".join(parts[:end]) for end in range(2, len(parts) + 1))
                todo += [found for found in map(module_file, parents) if found]
            elif top not in sys.stdlib_module_names:
                needed |= {canonicalize_name(d) for d in distributions.get(top, [top])}
    return needed


def rules_with_environment() -> list[tuple[str, str, str]]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").rglob("*.smk")))
    found = []
    for rule in re.split(r"^(?=(?:rule|checkpoint) )", text, flags=re.MULTILINE)[1:]:
        name = re.match(r"\w+ (\w+)", rule)[1]
        script = re.search(r"(?<=script_file\(\")\w+\.py", rule)
        environment = re.search(r"\.\./envs/\w+\.yaml", rule)
        if script:  # the others only ask for files or print one
            found.append((name, script[0], environment[0] if environment else ""))
    return found


@pytest.mark.parametrize(("rule", "script", "environment"), rules_with_environment())
def test_environment_of_a_rule_has_what_its_script_imports(rule, script, environment):
    packages = {canonicalize_name(p.split("==")[0]) for p in pip_packages(ROOT / "rules" / environment)}
    assert third_party(ROOT / "workflow" / "scripts" / script) - packages == set()


def test_make_commands_in_the_texts_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^make ([a-z-]+)", readme, flags=re.MULTILINE)
    assert named[:2] == ["results", "test"]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(named) | set(re.findall(r"`make ([a-z-]+)", contributing)) <= targets


def test_methods_page_lists_every_method():
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    explained = page.partition("## Measured")[0]
    listed = [name for line in re.findall(r"^\| (`.+?) \|", explained, re.MULTILINE) for name in line.split(", ")]
    assert sorted(name.strip("`") for name in listed) == sorted(all_methods())


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(page):
    page = ROOT / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"] == intertask.__version__
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["license"] == PROJECT["license"]


def test_inline_code_is_not_broken_across_lines():
    """Readers copy it, and the tests of the commands in the docs read it."""
    pages = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    texts = {page: re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL) for page in pages}
    assert [
        (page.name, line) for page, text in texts.items() for line in text.splitlines() if line.count("`") % 2
    ] == []
