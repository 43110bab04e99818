"""The page of all settings is that of the models, and every key has a sentence."""

import re

from paths import ROOT

from intertask.config.settings_page import settings_page

ROW = re.compile(r"^\| `(?P<key>[^`]+)` \| (?P<default>.*?) ?\| (?P<meaning>.*) \|$")


def test_the_page_is_up_to_date():
    page = ROOT / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == settings_page(), (
        "run python -m intertask.config.settings_page docs/configuration.md"
    )


def test_every_key_is_described_in_sentences():
    rows = [match for line in settings_page().splitlines() if (match := ROW.match(line))]
    assert len(rows) > 100
    assert [row["key"] for row in rows if not re.fullmatch(r"[A-Z`].*\.", row["meaning"])] == []


def test_defaults_and_choices():
    rows = {match["key"]: match for line in settings_page().splitlines() if (match := ROW.match(line))}
    assert rows["sources"]["default"] == "required"
    assert rows["name"]["default"] == ""
    assert rows["join"]["default"] == '`" "`'
    assert rows["adapter_fusion"]["meaning"].endswith("([adapter-fusion.md](adapter-fusion.md)).")
    assert rows["gain"]["meaning"].endswith("One of `exp-percent`, `linear`, `rank`.")
