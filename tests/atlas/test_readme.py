"""The README of the atlas is what its files make, and warns of sources that learned nothing."""

import re
import shutil

import pytest
from paths import ROOT

from intertask.atlas.folder import Atlas
from intertask.atlas.readme import MARK, learned_nothing, write_readme

FOLDER = ROOT / "atlas"


@pytest.fixture(scope="module")
def page():
    return (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table(page):
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| [")]
    return {re.search(r"\[(.+?)\]", cells[0])[1].replace("\\", ""): cells for cells in rows}


def test_the_published_page_is_up_to_date(page, tmp_path):
    copy = shutil.copytree(FOLDER, tmp_path / "atlas")
    (copy / "README.md").unlink()
    write_readme(copy, "minilm")
    assert (copy / "README.md").read_text(encoding="utf-8") == page


def test_it_lists_each_task_with_license_and_origin(table):
    atlas = Atlas(FOLDER, "minilm")
    assert table.keys() == atlas.tasks.keys()
    assert [name for name, cells in table.items() if cells[6] == "yes"] == atlas.with_adapter()
    assert "CC-BY-SA-4.0](https://nlp.stanford.edu/projects/snli/)" in table["snli"][4]
    assert "](https://huggingface.co/datasets/stanfordnlp/snli) (plain" in table["snli"][5]
    assert table["bc5cdr"][4:6] == ["not stated", "raw.githubusercontent.com"]


def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page)
    assert links and [link for link in links if not (FOLDER / link).exists()] == []


def test_sources_at_chance_are_marked(table):
    marked = {name for name, cells in table.items() if cells[7].endswith(MARK)}
    assert marked >= {"race", "wsc", "winogrande", "quartz", "multirc", "rte", "squad_v2", "boolq", "emo"}
    assert not marked & {"ag_news", "sst2", "snli", "swag", "copa", "squad", "conll2003", "stsb"}


@pytest.mark.parametrize(
    ("value", "constant", "nothing"),
    [
        (50, 50, True),
        (54.4, 50, True),
        (54.6, 50, False),
        (40, 50, True),
        (100, 50, False),
        (-5, 0, True),
        (10, None, False),
    ],
)
def test_two_standard_errors_above_the_constant_answer(value, constant, nothing):
    assert learned_nothing({"value": value, "constant_answer": constant, "rows": {"validation": 500}}) is nothing
