"""Guesses in general: the user's choices come first, errors describe the columns, and 59 real datasets fit."""

from collections import Counter

import pytest
import yaml
from column_profiles import profiles, reviews
from paths import ROOT, SHARED

from intertask.config import COLUMNS
from intertask.data.columns import COMMON_NAMES
from intertask.errors import IntertaskError
from intertask.start.column_profile import profile_columns
from intertask.start.guessing import guess
from intertask.start.sniffing import read_unknown

REAL = ROOT / "tests" / "tasks" / "real"


def test_the_user_decides():
    rows = reviews(remark="text", mood="mood", stars=lambda n: n % 5 + 1)
    assert guess(profiles(rows), label="stars").columns["label"] == "stars"
    assert guess(profiles(rows), "regression").columns["label"] == "stars"
    assert guess(profiles(rows), texts=["remark"], label="mood").reasons["text_a"] == "chosen by you"
    with pytest.raises(IntertaskError, match="did you mean 'remark'"):
        guess(profiles(rows), texts=["remarks"])


def test_nothing_fits():
    with pytest.raises(IntertaskError, match="no column looks like a label") as error:
        guess(profiles(reviews(text="text", number=lambda n: n)))
    assert "text: texts of" in str(error.value) and "--label" in error.value.fix
    with pytest.raises(IntertaskError, match="no column holds texts"):
        guess(profiles([{"a": n % 2, "b": n % 3} for n in range(50)]))


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the datasets are not in the repository")
def test_real_datasets():
    """Guess 59 datasets in common formats without any option, and compare with their hand-written YAMLs."""
    wrong, counts = [], Counter()
    for path in sorted(REAL.glob("*.yaml")):
        task = yaml.safe_load(path.read_text(encoding="utf-8"))
        file = task["data"]["files"]["train"]
        rows = read_unknown(path.parent / file)[0].rows
        found = guess(profile_columns(rows))
        right = found.type == task["type"]
        counts["type"] += right
        for name in sum(COLUMNS[task["type"]], ()):
            there = [name, *COMMON_NAMES.get(name, ())]
            usual = next((column for column in there if isinstance(column, str) and column in rows[0].values), None)
            expected = (task.get("columns") or {}).get(name, usual)
            empty = all(row.values.get(name) in (None, "") for row in rows)
            if name not in ("id", "group", "candidate") and expected is not None and not (empty and expected == name):
                right &= found.columns.get(name, expected if name in rows[0].values else None) == expected
        counts["all"] += right
        wrong += [] if right else [path.stem]
    assert counts["type"] >= 58 and counts["all"] >= 57, wrong


def test_several_labels_in_a_row_are_one_message():
    rows = [{"text": f"the room {n} was fine", "labels": ["a", "b"][: n % 3]} for n in range(40)]
    with pytest.raises(IntertaskError, match="several labels per row are not supported"):
        guess(profiles(rows))


@pytest.mark.parametrize("sign", [";", "|", ", "])
def test_labels_joined_in_a_cell_are_a_note(sign):
    cells = ["rude", "loud", "rude{}loud", "late{}loud", "rude{}late", "rude{}loud{}late"]
    rows = [{"text": f"the room {n} was fine", "labels": cells[n % 6].replace("{}", sign)} for n in range(60)]
    assert any("several labels in one cell" in note for note in guess(profiles(rows)).notes)


def test_a_message_lists_a_few_columns():
    rows = [{f"c{number}": f"{number}-{n}" for number in range(300)} for n in range(40)]
    with pytest.raises(IntertaskError) as error:
        guess(profiles(rows))
    assert error.value.what.count("\n") < 30 and "and 280 more columns" in error.value.what


@pytest.mark.parametrize("type_name", ["tagging", "extractive_qa", "multiple_choice"])
def test_a_type_that_does_not_fit_says_what_it_needs(type_name):
    rows = [{"text": f"the room {n} was fine", "label": "ab"[n % 2]} for n in range(40)]
    with pytest.raises(IntertaskError, match="which needs a"):
        guess(profiles(rows), type_name)


@pytest.mark.parametrize("form", ["${:,.2f}", "{:.1f} %", "−{:.2f}", "({:.2f})"])
def test_numbers_with_signs_are_not_read(form):
    rows = profiles(reviews(remark="text", price=lambda n: form.format(n * 37.5) if n % 2 else f"{n * 37.5}"))
    for type_name in (None, "regression"):
        with pytest.raises(IntertaskError, match=r"price holds numbers with .* in 60 of 120 rows, the first"):
            guess(rows, type_name)
    rows = profiles(reviews(remark="text", price=lambda n: form.format(n % 3)))
    found = guess(rows)
    assert found.type == "classification" and ("names of classes" in "".join(found.notes)) == (form[0] in "${")
