"""The report as a page: complete, offline, valid, and in agreement with the tables."""

import csv
import html
import io
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from browser import CHROMIUM, visit
from synthetic_run import write_run

from intertask.reporting.figure_names import figure_names
from intertask.reporting.report import method_tables, overview, summary
from intertask.reporting.results import Results
from intertask.words import signed

LOADS = {"src", "srcset", "href", "xlink:href", "data", "poster", "action"}


class Reader(HTMLParser):
    """Collects ids, addresses that a browser would load, links and styles."""

    def __init__(self, page: str):
        super().__init__()
        self.ids, self.loaded, self.links, self.styles = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids += filter(None, [values.get("id")])
        self.styles += filter(None, [values.get("style")])
        for name, value in attrs:
            if name in LOADS:
                (self.links if tag == "a" else self.loaded).append(value)


def test_page_loads_nothing(report):
    page = Reader(report.page)
    assert [value for value in page.loaded if not value.startswith(("#", "data:"))] == []
    styles = " ".join([*page.styles, *re.findall(r"<style.*?</style>", report.page, re.DOTALL)])
    assert "@import" not in styles
    assert [url for url in re.findall(r"url\(([^)]*)\)", report.page) if not url.strip("\"'").startswith("#")] == []


def test_a_page_that_is_mailed_has_no_dead_links(report):
    page = Reader(report.page)
    assert {link.lstrip("#") for link in page.links} <= set(page.ids)
    assert all(link.startswith("#") for link in page.links)
    paths = re.findall(r'<code class="path">results/([^<]*)</code>', report.page)
    made = [f"rankings/{target}.observed.html" for target in report.recipe["targets"]]  # made by other rules
    assert set(made) < set(paths)
    assert [path for path in paths if path not in made and not (report.folder / path).is_file()] == []


def test_the_first_ten_methods_are_shown_and_the_others_folded(tmp_path):
    folder = tmp_path / "results"
    recipe = write_run(folder, sources=4, targets=2, methods=15, seeds=2)
    blocks = method_tables(Results(folder, recipe | {"fused": ["method-13"], "methods": ["method-13"]}))
    classes = {row["method"]: row["class"] for row in blocks[0]["rows"]}
    ranked = [method for method, kind in classes.items() if kind != "apart"]
    assert len(ranked) == blocks[0]["methods"] == 14
    for i, method in enumerate(ranked):  # the method that the ranking follows is always shown
        assert classes[method] == ("mark" if method == "method-13" else "" if i < 10 else "more")
    assert {method for method, kind in classes.items() if kind == "apart"} == {"random", "ceiling"}


def test_methods_are_explained_in_the_table_and_in_a_legend(holes):
    assert re.search(r'<th scope="row"><abbr title="Predict [^"]+\.">recommended</abbr></th>', holes.page)
    assert re.search(r"<dt>recommended</dt><dd>Predict [^<]+\.</dd>", holes.page)


def test_headings_are_in_order_and_figures_have_alternative_texts(report):
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", report.page)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    figures = re.findall(r"<svg[^>]*>", report.page)
    assert figures and all(re.search(r'role="img" aria-label="[^"]{100}', figure) for figure in figures)


def test_ids_are_unique(report):
    ids = Reader(report.page).ids
    assert len(ids) == len(set(ids))


def test_every_figure_is_in_the_page_with_a_caption(report):
    observed = report.recipe["observed"]
    for name in figure_names(report.recipe["settings"], trained=not observed, embedded=True):
        for suffix in ("svg", "pdf"):
            assert (report.folder / "figures" / f"{name}.{suffix}").stat().st_size > 500
        ElementTree.parse(report.folder / "figures" / f"{name}.svg")
        assert f'id="{name}"' in report.page
    assert report.page.count("<svg") == report.page.count("</svg>") == report.page.count("<figcaption>")
    captions = re.findall(r"<figcaption>(.*?)<span", report.page, re.DOTALL)
    assert all(len(caption) > 100 for caption in captions)
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"<(style|script).*?</\1>", "", report.page, flags=re.DOTALL))


def test_figures_are_reproducible(report):
    from intertask.reporting.figures import gains

    setting = report.recipe["settings"][0]
    again = gains.draw(report.results, setting)
    assert again.svg() in report.page


def test_summary_agrees_with_the_tables(report):
    transfer = pd.read_csv(report.folder / "transfer.tsv", sep="\t", keep_default_na=False, na_values=[""])
    for line in summary(report.results):
        part = transfer[(transfer["model"] == line["setting"]) & (transfer["target"] == line["target"])]
        means = part.fillna({"value": 0.0}).groupby("source")["value"].mean()
        base = means.drop("none", errors="ignore").mean() if report.recipe["observed"] else means["none"]
        assert line["baseline"] == ("mean" if report.recipe["observed"] else "none")
        ranking = pd.read_csv(report.folder / f"rankings/{line['target']}.tsv", sep="\t")
        ranking = ranking[ranking["model"] == line["setting"]]
        assert line["first"] == ranking["source"].iloc[0]
        assert line["first_gain"] == pytest.approx(means[line["first"]] - base)
        assert line["best_gain"] == pytest.approx(means.drop("none", errors="ignore").max() - base)
        assert signed(line["best_gain"]) in report.page
    assert overview(report.results) in report.page.replace("&#39;", "'")


def test_page_names_what_is_missing(report):
    seeds, targets = len(report.recipe["seeds"]), len(report.recipe["targets"])
    assert ("There is no noise ceiling" in report.page) == (seeds == 1)
    assert ("There are no intervals" in report.page) == (targets == 1)
    assert ("there is no transfer without a source" in report.page) == report.recipe["observed"]
    assert ("How did the training go?" in report.page) == (not report.recipe["observed"])


def test_sorting_keys_are_numbers_or_empty(report):
    keys = re.findall(r'data-sort="([^"]*)"', report.page)
    assert len(keys) > 10
    assert all(np.isfinite(float(key)) for key in keys if key)


needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")


@needs_chromium
def test_a_browser_requests_nothing_and_reports_no_error(report, tmp_path):
    seen = visit(report.folder / "report.html", tmp_path)
    assert (seen.requests, seen.console) == ([], [])
    assert "Which jobs ran, and how much time did they take?" in seen.dom


@needs_chromium
def test_the_browser_reports_requests_and_errors(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<img src="http://127.0.0.1:9/x.png"><script>console.error("wrong")</script>', encoding="utf-8")
    seen = visit(page, tmp_path)
    assert seen.requests == ["http://127.0.0.1:9/x.png"]
    assert any("wrong" in message for message in seen.console)


@needs_chromium
def test_headers_sort(holes, tmp_path):
    path, page = tmp_path / "report.html", holes.page
    click = (
        "const head = document.querySelector('#about-methods table').tHead.rows[0].cells[{}]; {} head.dataset.done = 1;"
    )
    orders = {}
    for column, clicks in ((1, 1), (1, 2), (0, 1)):
        script = click.format(column, "head.querySelector('button').click();" * clicks)
        path.write_text(page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
        dom = visit(path, tmp_path / f"{column}-{clicks}").dom
        table = dom[dom.index("<table", dom.index('<section id="about-methods"')) :]
        table = table[: table.index("</table>")]
        names = [re.sub("<.*?>", "", name) for name in re.findall(r'<th scope="row">(.*?)</th>', table)]
        keys = re.findall(r'<th scope="row">.*?data-sort="([^"]*)"', table)
        orders[column, clicks] = (names, [float(key) for key in keys if key], re.search(r'aria-sort="(\w+)"', table)[1])
    up, down, by_name = orders[1, 1], orders[1, 2], orders[0, 1]
    assert (up[2], down[2]) == ("ascending", "descending")
    assert up[1] == sorted(up[1]) and down[1] == sorted(down[1], reverse=True) and up[1] != down[1]
    assert by_name[0] == sorted(by_name[0])


@needs_chromium
def test_tables_become_csv_with_exact_numbers_and_without_formulas(holes, tmp_path):
    path = tmp_path / "report.html"
    script = """<script>
    URL.createObjectURL = (blob) => { blob.text().then((text) => { document.body.dataset.csv = text; }); return "#"; };
    document.querySelector("#about-methods tbody th").textContent = '=HYPERLINK("x", 1)';
    document.querySelectorAll("#about-methods .tools button")[1].click();
    </script>"""
    path.write_text(holes.page.replace("</body>", f"{script}</body>"), encoding="utf-8")
    text = html.unescape(re.search(r'data-csv="([^"]*)"', visit(path, tmp_path).dom)[1])
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    block = method_tables(holes.results)[0]
    assert [line["Regret@3"] for line in lines] == [
        f"{row['regret@3']:.12g}".replace("nan", "") for row in block["rows"]
    ]
    assert lines[0]["method"] == '\'=HYPERLINK("x", 1)'
    assert {"job time (seconds)", "coverage (share)"} <= set(lines[0])
