"""Every step that a recipe names has a version."""

import re

from paths import ROOT

from intertask.recipes import VERSIONS


def test_versions_are_those_of_the_steps():
    folder = ROOT / "src" / "intertask" / "recipes"
    code = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in ("steps", "tables", "planning"))
    assert set(re.findall(r"\brecipe\(\s*\"(\w+)\"", code)) == set(VERSIONS)
