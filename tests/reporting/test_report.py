"""The report as a page: complete, offline, valid, and in agreement with the tables."""

import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from browser import CHROMIUM, visit

from intertask.reporting.figure_names import figure_names
from intertask.reporting.report import overview, summary
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


def test_links_lead_to_files_and_sections(report):
    page = Reader(report.page)
    links = set(page.links)
    parts = {link[1:] for link in links if link.startswith("#")}
    assert parts <= set(page.ids)
    made = {f"rankings/{target}.observed.html" for target in report.recipe["targets"]}  # made by other rules
    files = links - {f"#{part}" for part in parts}
    assert made < files
    assert [link for link in files - made if not (report.folder / link).is_file()] == []


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
        names = re.findall(r'<th scope="row">(.*?)</th>', table)
        keys = re.findall(r'<th scope="row">.*?data-sort="([^"]*)"', table)
        orders[column, clicks] = (names, [float(key) for key in keys if key], re.search(r'aria-sort="(\w+)"', table)[1])
    up, down, by_name = orders[1, 1], orders[1, 2], orders[0, 1]
    assert (up[2], down[2]) == ("ascending", "descending")
    assert up[1] == sorted(up[1]) and down[1] == sorted(down[1], reverse=True) and up[1] != down[1]
    assert by_name[0] == sorted(by_name[0])
