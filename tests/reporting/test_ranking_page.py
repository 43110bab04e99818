"""Ranking pages: order, agreement of methods, observed gains, and text from data that is not taken for HTML."""

import re

import numpy as np
import pandas as pd
import pytest
from synthetic_run import write_task

from intertask.reporting.ranking_page import ranking_block, shade, write_ranking_page
from intertask.tables import read_table, write_table

RANKING = pd.DataFrame(
    {"rank": [1, 2, 3], "source": ["b", "a", "c"], "fused": [3.0, 2.0, 1.0]}
    | {
        "size": [5.0, 9.0, np.nan],
        "size_rank": [2, 1, 3],
        "semb": [0.3, 0.2, 0.1],
        "semb_rank": [1, 2, 3],
        "model": "m",
    }
)
RECIPE = {"target": "t", "settings": ["m"], "methods": ["size", "semb"], "fused": ["size", "semb"], "tasks": {}}


def test_each_method_has_a_column():
    block = ranking_block(RANKING, RECIPE, "m", None)
    assert block["methods"] == ["size", "semb"]
    assert [line["source"] for line in block["lines"]] == ["b", "a", "c"]
    assert [cell["rank"] for cell in block["lines"][0]["ranks"]] == [2, 1]
    assert np.isnan(block["lines"][2]["ranks"][0]["rank"])  # the last ranks are shared by sources without a score
    assert block["sentence"] == "First choice: b, followed by a and c."


def test_a_ranking_by_one_method_shows_it_once():
    assert ranking_block(RANKING, RECIPE | {"fused": ["semb"]}, "m", None)["methods"] == ["size"]


def test_equal_scores_give_no_first_choice():
    equal = RANKING.assign(rank=2.0)
    assert "no order" in ranking_block(equal, RECIPE | {"fused": []}, "m", None)["sentence"]


def test_the_expected_gain_of_the_first_choice_is_said_and_whether_it_is_likely_to_help():
    columns = {"expected_gain": [1.2, -1, np.nan], "expected_low": -3.0, "expected_high": 5.0}
    likely = ranking_block(RANKING.assign(**columns, helps=[0.66, 0.4, np.nan]), RECIPE, "m", None)
    assert likely["expects"]
    assert likely["sentence"].startswith("First choice: b, followed by a and c. Judging by past transfers, it")
    assert (
        "expected to change the score by +1.2 percentage points compared with no source (90 % interval: −3.0 to +5.0)"
        in likely["sentence"]
    )
    assert likely["sentence"].endswith("it helps with a probability of 66 %.")
    unlikely = ranking_block(RANKING.assign(**columns, helps=[0.4, 0.3, 0.2]), RECIPE, "m", None)
    assert "Training without a source is the better choice" in unlikely["sentence"]
    assert not ranking_block(RANKING, RECIPE, "m", None)["expects"]


def test_shades_of_agreement():
    assert [shade(rank, 5, 8) for rank in (5, 6, 1, 8)] == [0, -1, 4, -3]
    assert shade(40, 1, 42) == -4 and shade(1, 42, 42) == 4 and shade(1, 1, 1) == 0
    assert shade(3, 4, 42) == 0  # a difference of 1 of 42 is agreement


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    for task, type_name in (
        ("t", "classification"),
        ("a", "tagging"),
        ("b", "extractive_qa"),
        ("c", "multiple_choice"),
    ):
        write_task(folder, task, type_name, 100)
    write_table(folder / "rankings/t.tsv", RANKING)
    return folder


def page_of(results, transfer=None, **changes) -> str:
    write_ranking_page(results / "t.html", results, RECIPE | changes, transfer)
    return (results / "t.html").read_text(encoding="utf-8")


def test_page_without_transfers_has_no_gains(results):
    page = page_of(results)
    assert "score</button>" not in page and "gain</button>" not in page
    assert "snakemake results/rankings/t.observed.html" in page


def test_page_with_transfers_has_gains(results):
    rows = [("none", 50.0), ("a", 60.0), ("b", 47.5)]
    transfer = pd.DataFrame([("m", "t", source, 1, "accuracy", value) for source, value in rows])
    transfer.columns = ["model", "target", "source", "seed", "metric", "value"]
    page = page_of(results, transfer)
    assert "Transfers from b reach 47.5, −2.5 percentage points compared with no source." in page
    assert "The best of the 2 sources with transfers is a (+10.0), which is ranked 2." in page
    gains = re.findall(r'<td class="n s-?\d" data-sort="([^"]*)">([^<]*)</td>', page)
    assert gains == [("-2.5", "−2.5"), ("10", "+10.0"), ("", "–")]


def test_text_from_data_is_escaped(results):
    bad = "<script>alert(1)</script>"
    page = page_of(results, tasks={"t": {"description": f"{bad} & more", "licence": '"><img src=x>'}})
    assert bad not in page and "<img" not in page and "<b>bold" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in page  # a row
    assert "yes &lt;really&gt;" in page  # a label
    assert page.count("<script>") == 1


def test_example_rows_can_be_left_out(results):
    sentence = "Example rows are left out of this page"
    page, without = page_of(results), page_of(results, examples=False)
    assert "An invented text of t" in page and sentence not in page
    assert "An invented text" not in without and "-examples.csv" not in without and sentence in without


def test_columns_after_the_tenth_method_are_folded(results):
    methods = [f"m{i}" for i in range(12)]
    columns = {name: value for m in methods for name, value in ((m, [3.0, 2.0, 1.0]), (f"{m}_rank", [1, 2, 3]))}
    write_table(results / "rankings/t.tsv", RANKING[["rank", "source", "fused", "model"]].assign(**columns))
    page = page_of(results, methods=methods, fused=[])
    heads = re.findall(r'<th scope="col" class="m( more)?"[^>]*><button type="button">(m\d+)', page)
    assert heads == [(" more" if i >= 10 else "", name) for i, name in enumerate(methods)]
    assert (
        len(re.findall(r'<td class="m s0"', page)) == 3 * 10
        and len(re.findall(r'<td class="m s0 more"', page)) == 3 * 2
    )
    assert "The first 10 of 12 methods are shown." in page


def test_a_page_has_no_links_to_other_files(results):
    assert all(link.startswith("#about-") for link in re.findall(r'<a [^>]*href="([^"]*)"', page_of(results)))


def test_several_models_have_a_table_each(holes):
    target = holes.recipe["targets"][0]
    path = holes.folder / "page.html"
    transfer = read_table(holes.folder / "transfer.tsv")
    write_ranking_page(path, holes.folder, holes.recipe | {"target": target, "tasks": {}}, transfer)
    page = path.read_text(encoding="utf-8")
    assert page.count('<table class="ranking') == len(holes.recipe["settings"])
    assert all(f"<h2>{setting}</h2>" in page for setting in holes.recipe["settings"])
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == len(holes.recipe["sources"])
