"""The page of artifacts is that of the table, and it names every method."""

import re

from paths import ROOT

from intertask.artifacts import ARTIFACTS
from intertask.costs.artifacts_page import artifacts_page
from intertask.methods.registry import all_methods


def test_the_page_is_up_to_date():
    page = ROOT / "docs" / "artifacts.md"
    assert page.read_text(encoding="utf-8") == artifacts_page(), (
        "run python -m intertask.costs.artifacts_page docs/artifacts.md"
    )


def test_every_artifact_and_method_is_named_once():
    first_cells = [line.split(" | ")[0] for line in artifacts_page().splitlines() if line.startswith("| `")]
    names = [name for cell in first_cells for name in re.findall(r"`(.+?)`", cell)]
    assert sorted(names) == sorted([*ARTIFACTS, *all_methods()])


def test_rows_tell_what_is_read_and_trained():
    rows = artifacts_page().splitlines()
    assert "| `random`, `size` | none | – |" in rows
    assert "| `esm-logme` | `rows`, `maps` | each source |" in rows
    assert "| `taskemb` | `gradients` | each source and target |" in rows
