"""The layout: tests mirror modules, files are short, imports have no circle, task types answer for themselves."""

import ast
import re
from pathlib import Path

from paths import ROOT

LIBRARY = ROOT / "src" / "intertask"
FOLDERS = ("src", "rules", "workflow", "tests", "benchmarks")
MAX_LINES = 400
#: Modules that describe guesses or templates by the name of a type, rather than behave by it.
DECLARE_BY_TYPE = ("config/", "types/", "start/")


def file_of_tests(module: Path) -> Path:
    """The test file of a module: ``a/b.py`` has ``tests/a/test_b.py``."""
    name = {"__init__": "init", "__main__": "main"}.get(module.stem, module.stem)
    return ROOT / "tests" / module.relative_to(LIBRARY).parent / f"test_{name}.py"


def defines_something(module: Path) -> bool:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return module.stem != "__init__" or any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in tree.body)


def test_every_module_has_a_test_file():
    modules = filter(defines_something, sorted(LIBRARY.rglob("*.py")))
    assert [str(module.relative_to(LIBRARY)) for module in modules if not file_of_tests(module).is_file()] == []


def test_files_are_short():
    files = [path for folder in FOLDERS for ending in ("py", "smk") for path in (ROOT / folder).rglob(f"*.{ending}")]
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in files}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}
    assert lengths["rules/common.smk"] < 170


def modules_imported(module: Path) -> set[Path]:
    """Files of this package that a module imports when it is imported itself, not inside of functions."""
    found = set()
    package = module.parent
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package
            for _ in range(node.level - 1):
                base = base.parent
            base = base.joinpath(*(node.module or "").split(".")) if node.module else base
            candidates = [base.with_suffix(".py"), base / "__init__.py"] if node.module else []
            candidates += [path for alias in node.names for path in (base / f"{alias.name}.py",)]
            found |= {path for path in candidates if path.is_file()}
    return found - {module}


def test_imports_have_no_circle():
    imports = {module: modules_imported(module) for module in LIBRARY.rglob("*.py")}
    done: set[Path] = set()

    def visit(module: Path, path: list[Path]) -> None:
        assert module not in path, " -> ".join(str(m.relative_to(LIBRARY)) for m in [*path, module])
        if module not in done:
            for other in imports[module]:
                visit(other, [*path, module])
            done.add(module)

    for module in imports:
        visit(module, [])


def test_only_types_compare_the_names_of_types():
    names = "classification|regression|multiple_choice|extractive_qa|tagging"
    comparison = re.compile(rf"""(?:[=!]=|\bin)\s*[(\[{{]?\s*["'](?:{names})["']""")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*LIBRARY.rglob("*.py"), *(ROOT / "workflow").rglob("*.py"), *(ROOT / "rules").rglob("*.smk")]
        if not str(path.relative_to(ROOT)).startswith(tuple(f"src/intertask/{part}" for part in DECLARE_BY_TYPE))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if comparison.search(line) and "head_type" not in line  # the adapters library's word for its own heads
    ]
    assert found == []
