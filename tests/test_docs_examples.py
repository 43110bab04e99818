"""The example of docs/adding-a-method.md is a method, and docs/adding-a-task-type.md names paths of the code."""

import re

import numpy as np
from paths import ROOT

from intertask.methods import registry
from intertask.methods.facts import Facts

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


def test_the_page_names_paths_that_exist():
    page = PAGE.with_name("adding-a-task-type.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", page):
        assert any((folder / path).exists() for folder in (ROOT, ROOT / "src" / "intertask")), path
