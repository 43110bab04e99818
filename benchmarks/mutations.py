"""Whether two test suites find the same faults: plants faults in the code, one at a time, and runs the tests.

    python benchmarks/mutations.py --suite old=../before --suite new=. [--faults 48] [--seed 1] [--areas methods=20 ...]

A suite is a checkout of the project with its own code and tests. Faults are planted only in functions that all
checkouts have in common: equal but for their module, docstring, comments and layout. Each fault is a small change of
one expression or statement, drawn with a seed: a flipped comparison, ``+`` for ``-``, a constant that is off by one,
swapped arguments, a dropped ``not``, a removed check, a loop that ends after its first item, and so on.

The tests of a fault are those of the module's folder and those that import the module, the module's own file first;
they run in a copy of the checkout, and end at the first failure. For a ranking method, tests of other methods are left
out. A fault that runs into the time limit is caught.
Before any fault, the tests must pass without one. Prints a line for each fault and a table of the differences; ends
with exit code 1 if the last suite misses a fault that the first one catches.

The areas are the packages and modules of ``src/intertask`` in the last checkout, each with its share of the faults.
``--list`` prints the faults and runs nothing. To run more faults in a later call, choose another seed. ``--tests``
compares one test file of the suites, for example the common checks of all methods.
"""

import argparse
import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# One thread, also in the programs that this one starts
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

AREAS = {"methods": 18, "rankings": 12, "ranks": 2, "evidence": 4, "recipes": 4, "config": 3, "data": 3, "types": 2}
#: Seconds after which a test run counts as a failure.
LIMIT = 900
#: Folders of tests whose runs take minutes each.
SLOW_TESTS = ("workflow", "paper", "models")
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Fault(NamedTuple):
    """One change of one function.

    Attributes:
        function: Qualified name, such as ``Evidence.load``.
        text: Source of the function without its docstring, which identifies it in every checkout.
        number: Number of the change among all changes of the function.
        paths: The function's module in each checkout, relative to it.
    """

    function: str
    text: str
    number: int
    paths: tuple[Path, ...]


def functions(root: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield (qualified name, text, module file) of the functions and methods under ``src/intertask``."""
    for path in sorted((root / "src" / "intertask").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, node in _definitions(tree):
            yield name, _text(node), path


def _definitions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Functions of a module and methods of its classes."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{method.name}", method) for method in node.body if isinstance(method, Function))


def _text(node: Function) -> str:
    """Source of a function without docstring, comments and layout."""
    node = copy.deepcopy(node)
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    node.decorator_list = []
    return ast.unparse(node)


def changes(node: Function) -> Iterator[str]:
    """Change a function in place, one way after the other, and describe it; each change is undone before the next."""
    for part in _inner(node):
        if isinstance(part, ast.Compare) and type(part.ops[0]) in COMPARISONS:
            yield from _with(part, "ops", [COMPARISONS[type(part.ops[0])](), *part.ops[1:]], "comparison")
        elif isinstance(part, ast.BinOp | ast.AugAssign) and type(part.op) in ARITHMETIC:
            yield from _with(part, "op", ARITHMETIC[type(part.op)](), "operator")
        elif isinstance(part, ast.BoolOp):
            other = ast.Or() if isinstance(part.op, ast.And) else ast.And()
            yield from _with(part, "op", other, "and/or")
        elif isinstance(part, ast.UnaryOp):  # applied twice, the operator is gone
            yield from _with(part, "operand", ast.UnaryOp(part.op, part.operand), "dropped sign or not")
        elif isinstance(part, ast.Constant) and isinstance(part.value, bool | int | float):
            value = part.value
            yield from _with(part, "value", not value if isinstance(value, bool) else value + 1, "constant")
        elif isinstance(part, ast.Call) and len(part.args) > 1 and ast.unparse(part.func) not in ("min", "max"):
            yield from _with(part, "args", [part.args[1], part.args[0], *part.args[2:]], "swapped arguments")
        elif isinstance(part, ast.IfExp):
            yield from _with(part, "test", ast.UnaryOp(ast.Not(), part.test), "negated condition")
        elif isinstance(part, ast.If):
            if len(part.body) == 1 and isinstance(part.body[0], ast.Return | ast.Raise | ast.Continue | ast.Break):
                yield from _with(part, "test", ast.Constant(False), "removed branch")
            yield from _with(part, "test", ast.UnaryOp(ast.Not(), part.test), "negated condition")
        elif isinstance(part, ast.For):
            yield from _with(part, "body", [*part.body, ast.Break()], "loop ends after one item")
        elif isinstance(part, ast.comprehension) and part.ifs:
            yield from _with(part, "ifs", part.ifs[1:], "removed filter")
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            yield from _with(part, "value", ast.Constant(None), "removed call")


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a function's body; not its signature, and not messages."""
    for child in node.body if isinstance(node, Function) else ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise | ast.JoinedStr | ast.arguments | ast.Import | ast.ImportFrom):
            continue
        if isinstance(child, ast.keyword) and child.arg == "strict":  # a safety net that no correct code reaches
            continue
        yield child
        yield from _inner(child)


def _with(part: ast.AST, field: str, value: object, what: str) -> Iterator[str]:
    """Set a field of the node for as long as the caller looks at it, and describe the change."""
    old_value, old = getattr(part, field), ast.unparse(part).splitlines()[0]
    setattr(part, field, value)
    changed = ast.unparse(ast.fix_missing_locations(part)).splitlines()[0]
    yield f"{what}: {old}" + (f"  ->  {changed}" if changed != old else "")
    setattr(part, field, old_value)


def plant(path: Path, fault: Fault) -> str:
    """Write the fault into a module and return its description."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node = next(node for name, node in _definitions(tree) if name == fault.function and _text(node) == fault.text)
    for number, what in enumerate(changes(node)):
        if number == fault.number:
            path.write_text(ast.unparse(ast.fix_missing_locations(tree)) + "\n", encoding="utf-8")
            return what
    raise ValueError(f"{fault.function} has no change {fault.number}")


def choose(roots: list[Path], areas: dict[str, int], seed: int, only: str) -> list[Fault]:
    """Draw the faults of each area; every function has one before any has a second."""
    places: list[dict[tuple[str, str], list[Path]]] = []
    for root in roots:
        places.append(defaultdict(list))
        for name, text, path in functions(root):
            places[-1][name, text].append(path.relative_to(root))
    by_area: dict[str, list[Fault]] = defaultdict(list)
    for (name, text), (path, *_) in places[-1].items():
        everywhere = [of_root.get((name, text), []) for of_root in places]
        if all(len(paths) == 1 for paths in everywhere) and re.search(only, f"{path}:{name}"):
            paths = tuple(path for (path,) in everywhere)
            count = sum(1 for _ in changes(ast.parse(text).body[0]))
            by_area[path.parts[2].removesuffix(".py")] += [Fault(name, text, n, paths) for n in range(count)]
    chosen = []
    for area, share in areas.items():
        faults = sorted(by_area[area])
        random.Random(f"{seed}/{area}").shuffle(faults)
        turns: Counter = Counter()
        order = []
        for fault in faults:
            order.append((turns[fault.function, fault.text], fault))
            turns[fault.function, fault.text] += 1
        order.sort(key=lambda pair: pair[0])
        chosen += [fault for _, fault in order[:share]]
    return chosen


def tests_of(root: Path, module: Path, only: str = "") -> list[str]:
    """Test files and folders for a module: its own file, its folder, then files elsewhere that import it."""
    if only:
        return [str(path.relative_to(root)) for path in sorted((root / "tests").rglob(only))]
    parts = module.relative_to("src/intertask").with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    folder = root.joinpath("tests", *parts[:-1])
    own = [folder / f"test_{parts[-1]}.py", root.joinpath("tests", *parts), folder]
    *package, name = map(re.escape, ("intertask", *parts))
    package = r"\.".join(package)
    imports = re.compile(rf"^(from|import) {package}\.{name}\b|^from {package} import .*\b{name}\b", re.MULTILINE)
    for path in sorted((root / "tests").rglob("test_*.py")):
        fast = path.relative_to(root / "tests").parts[0] not in SLOW_TESTS
        if fast and imports.search(path.read_text(encoding="utf-8")):
            own.append(path)
    return [str(path.relative_to(root)) for path in dict.fromkeys(own) if path.exists() and path != root / "tests"]


def keywords_of(root: Path, module: Path) -> str:
    """Words that the names of tests must contain, for a module of ranking methods: others cannot see its faults.

    They are the module, those of its package that depend on it, their methods, and the test files that import them.
    """
    sources = {path.stem: path.read_text(encoding="utf-8") for path in (root / module).parent.glob("*.py")}
    affected = {module.stem}
    while True:
        imports = re.compile(rf"^from \.({'|'.join(affected)}) import", re.MULTILINE)
        more = {name for name, source in sources.items() if imports.search(source)} - affected
        if not more:
            break
        affected |= more
    methods = [name for module in affected for name in re.findall(r"method\(\s*['\"]([\w-]+)", sources[module])]
    if not methods:
        return ""
    imports = re.compile(
        rf"^from intertask\.{module.parent.name}(\.| import .*\b)({'|'.join(affected)})\b", re.MULTILINE
    )
    files = [
        path.stem for path in (root / "tests").rglob("test_*.py") if imports.search(path.read_text(encoding="utf-8"))
    ]
    return " or ".join(sorted({*affected, *methods, *files}))


def run_tests(root: Path, tests: list[str], keywords: str = "") -> tuple[str, float, str]:
    """Run tests until the first failure: ``caught`` or ``missed``, seconds, and the test that failed."""
    command = [sys.executable, "-m", "pytest", *tests, "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", keywords]
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "caught", time.monotonic() - started, "time limit"
    seconds = time.monotonic() - started
    if done.returncode in (0, 5):  # passed, or there is no such test
        return "missed", seconds, ""
    if done.returncode in (1, 2):
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return "caught", seconds, failed.group(1) if failed else ""
    raise SystemExit(f"pytest ended with exit code {done.returncode} in {root}:\n{done.stdout}\n{done.stderr}")


def check_baseline(name: str, root: Path, modules: Iterable[Path], only: str) -> None:
    """Stop if a suite's tests of some modules fail without a fault."""
    tests = dict.fromkeys(test for module in modules for test in tests_of(root, module, only))
    verdict, seconds, test = run_tests(root, list(tests))
    if verdict == "caught":
        raise SystemExit(f"{name}: {test} fails without any fault")
    print(f"{name}: the tests pass without a fault, in {seconds:.0f} s", flush=True)


def copy_of(root: Path, folder: Path) -> Path:
    """A copy of a checkout to plant faults in; its sibling ``shared``, which some tests read, is linked."""
    folder.mkdir()
    there = folder / "checkout"
    ignored = shutil.ignore_patterns(".git", ".venv", ".snakemake", "results", "__pycache__")
    shutil.copytree(root, there, ignore=ignored, symlinks=True)
    if (root.parent / "shared").is_dir():
        (folder / "shared").symlink_to((root.parent / "shared").resolve())
    return there


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", action="append", required=True, metavar="NAME=CHECKOUT")
    parser.add_argument("--areas", nargs="+", metavar="AREA=FAULTS", default=[f"{a}={n}" for a, n in AREAS.items()])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="regular expression of path:function")
    parser.add_argument("--tests", default="", metavar="FILE", help="run only test files of this name, in every suite")
    parser.add_argument("--no-baseline", action="store_true", help="do not run the tests without a fault first")
    parser.add_argument("--list", action="store_true", help="print the faults and run nothing")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    suites = {name: Path(path).resolve() for name, path in (suite.split("=", 1) for suite in options.suite)}
    areas = {area: int(count) for area, count in (share.split("=") for share in options.areas)}
    chosen = choose(list(suites.values()), areas, options.seed, options.only)
    caught: dict[str, list[bool]] = {name: [] for name in suites}
    with tempfile.TemporaryDirectory() as scratch:
        copies = {name: copy_of(root, Path(scratch) / name) for name, root in suites.items()}
        if not options.list and not options.no_baseline:
            for i, (name, root) in enumerate(copies.items()):
                check_baseline(name, root, dict.fromkeys(fault.paths[i] for fault in chosen), options.tests)
        for number, fault in enumerate(chosen, start=1):
            lines = []
            for (name, root), path in zip(copies.items(), fault.paths, strict=True):
                source = (root / path).read_text(encoding="utf-8")
                what = plant(root / path, fault)
                if not options.list:
                    tests, keywords = tests_of(root, path, options.tests), keywords_of(root, path)
                    verdict, seconds, test = run_tests(root, tests, keywords)
                    caught[name].append(verdict == "caught")
                    lines.append(f"{name}: {verdict} in {seconds:.0f} s {test}".rstrip())
                (root / path).write_text(source, encoding="utf-8")
            print(f"{number:3} {fault.paths[-1]}:{fault.function}  {what}", *lines, sep="\n      ", flush=True)
    if options.list:
        return 0
    for name, found in caught.items():
        print(f"{name}: {sum(found)} of {len(found)} faults caught")
    first, *_, last = caught.values() if len(caught) > 1 else [*caught.values()] * 2
    lost = [number for number, (a, b) in enumerate(zip(first, last, strict=True), start=1) if a and not b]
    gained = [number for number, (a, b) in enumerate(zip(first, last, strict=True), start=1) if b and not a]
    print(f"caught by the first suite alone: {lost or 'none'}; by the last one alone: {gained or 'none'}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
