"""The example of docs/adding-a-method.md is a method, and docs/adding-a-task-type.md names what the code has."""

import re

import numpy as np
from paths import ROOT

from intertask.methods import registry
from intertask.methods.facts import Facts
from intertask.types import TaskType

PAGE = ROOT / "docs" / "adding-a-method.md"


def test_the_example_registers_and_scores(monkeypatch):
    monkeypatch.setattr(registry, "_METHODS", dict(registry.all_methods()))  # forgotten afterwards
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    exec(compile(code, str(PAGE), "exec"), {})
    method = registry._METHODS["same-length"]
    target, *sources = (
        Facts(name, "classification", 10, words=words) for name, words in (("t", 8), ("a", 8), ("b", 16))
    )
    np.testing.assert_allclose(method(target, sources), [0, -np.log(2)])
    assert method.needs == ("texts",) and method.reads == ()


def test_the_page_lists_every_member_of_a_task_type():
    page = PAGE.with_name("adding-a-task-type.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| `(\w+)` \|", page.partition("## The module")[2].partition("## Its tests")[0], re.MULTILINE)
    members = {name for name in {**TaskType.__annotations__, **vars(TaskType)} if not name.startswith("_")}
    assert sorted(names) == sorted(members)
    for path in re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", page):
        assert any((folder / path).exists() for folder in (ROOT, ROOT / "src" / "intertask")), path
