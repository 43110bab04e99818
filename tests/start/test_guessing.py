"""What columns are taken for: every type, odd names, several candidates, and the user's word."""

import random
from collections import Counter

import pytest
import yaml
from paths import ROOT, SHARED

from intertask.config import COLUMNS
from intertask.data.columns import USUAL
from intertask.data.formats import Row
from intertask.errors import IntertaskError
from intertask.start.column_profile import look_at
from intertask.start.guessing import guess
from intertask.start.sniffing import read_unknown

REAL = ROOT / "tests" / "tasks" / "real"
WORDS = {"good": ["bright", "lovely", "clean", "friendly"], "bad": ["broken", "rude", "cold", "dirty"]}


def looks(rows: list[dict]):
    return look_at([Row(values, "file", number) for number, values in enumerate(rows, 1)])


def reviews(count: int = 120, **columns) -> list[dict]:
    """Texts that tell ``mood``; further columns are functions of the row's number."""
    draw, rows = random.Random(0), []
    for n in range(count):
        mood = draw.choice(["good", "bad"])
        text = f"the room was {draw.choice(WORDS[mood])} and the staff {draw.choice(WORDS[mood])}, visit {n}"
        made = {"text": text, "mood": mood}
        rows.append({name: made[value] if isinstance(value, str) else value(n) for name, value in columns.items()})
    return rows


def test_odd_names():
    found = guess(looks(reviews(**{"Unnamed: 0": lambda n: n, "Was schreibt der Gast?": "text", "Urteil": "mood"})))
    assert (found.type, found.columns) == ("classification", {"text_a": "Was schreibt der Gast?", "label": "Urteil"})


def test_the_texts_say_which_column_is_the_label():
    draw = random.Random(1)
    rows = reviews(remark="text", mood="mood", channel=lambda n: draw.choice(["web", "mail", "phone"]))
    assert guess(looks(rows)).columns == {"text_a": "remark", "label": "mood"}
    moved = [dict(sorted(row.items())) for row in rows]  # the channel comes first, then the mood
    assert guess(looks(moved)).columns["label"] == "mood"


def test_a_name_outweighs_that():
    rows = reviews(remark="text", mood="mood", label=lambda n: n % 3)
    found = guess(looks(rows))
    assert (found.type, found.columns["label"], found.reasons["label"]) == ("classification", "label", "its name")


def test_amounts_are_regression_and_stars_are_classes():
    draw = random.Random(2)
    rows = reviews(remark="text", value=lambda n: draw.uniform(0, 5))
    assert guess(looks(rows)).type == "regression"
    assert guess(looks(reviews(remark="text", stars=lambda n: n % 5 + 1))).type == "classification"


def test_pairs():
    rows = reviews(id=lambda n: n, premise="text", hypothesis=lambda n: f"someone said number {n}", gold="mood")
    assert guess(looks(rows)).columns == {"text_a": "premise", "text_b": "hypothesis", "label": "gold"}
    rows = reviews(one="text", other=lambda n: f"someone said number {n}", gold="mood")
    assert guess(looks(rows)).columns == {"text_a": "one", "text_b": "other", "label": "gold"}


def choices(rows: int, label) -> list[dict]:
    made = [[f"first answer {n}", f"second answer {n}", f"third answer {n}"] for n in range(rows)]
    return [
        {"q": f"what comes after number {n}?", "opts": options, "right": label(n % 3, options)}
        for n, options in enumerate(made)
    ]


@pytest.mark.parametrize(
    "label", [lambda i, _: i, lambda i, _: i + 1, lambda i, _: "ABC"[i], lambda i, options: options[i]]
)
def test_choices_in_a_list(label):
    found = guess(looks(choices(40, label)))
    assert (found.type, found.columns) == (
        "multiple_choice",
        {"choices": "opts", "label": "right", "question": "q"},
    )


def test_choices_in_columns():
    rows = [
        {"story": f"once there was a number {n} in a book", "ending0": f"it left {n}", "ending1": f"it stayed {n}",
         "answer": n % 2} for n in range(40)
    ]  # fmt: skip
    found = guess(looks(rows))
    assert found.type == "multiple_choice"
    assert found.columns["choices"] == ["ending0", "ending1"] and found.columns["label"] == "answer"
    assert "story" in (found.columns.get("context"), found.columns.get("question"))


def answers(rows: int, answer) -> list[dict]:
    made = []
    for n in range(rows):
        context = f"In the year {1900 + n} the house was sold to Anna for a coin."
        made.append({"id": f"q{n}", "context": context, "question": f"When was house {n} sold?", "answers": answer(n)})
    return made


def test_answers_with_and_without_places():
    squad = guess(looks(answers(30, lambda n: {"text": [str(1900 + n)], "answer_start": [12]})))
    plain = guess(looks(answers(30, lambda n: str(1900 + n))), "extractive_qa")
    for found in (squad, plain):
        assert (found.type, found.columns) == (
            "extractive_qa",
            {"context": "context", "question": "question", "answers": "answers"},
        )


def test_tags_of_spans_before_other_tags():
    rows = [
        {"tokens": [f"w{n}{i}" for i in range(4 + n % 5)], "pos": ["NN"] * (4 + n % 5),
         "ner": ["B-PER", "I-PER"] + ["O"] * (2 + n % 5), "id": n} for n in range(30)
    ]  # fmt: skip
    found = guess(looks(rows))
    assert (found.type, found.columns) == ("tagging", {"tokens": "tokens", "tags": "ner"})


def test_the_users_word():
    rows = reviews(remark="text", mood="mood", stars=lambda n: n % 5 + 1)
    assert guess(looks(rows), label="stars").columns["label"] == "stars"
    assert guess(looks(rows), "regression").columns["label"] == "stars"
    assert guess(looks(rows), texts=["remark"], label="mood").reasons["text_a"] == "as you said"
    with pytest.raises(IntertaskError, match="did you mean 'remark'"):
        guess(looks(rows), texts=["remarks"])


def test_nothing_fits():
    with pytest.raises(IntertaskError, match="none looks like a label") as error:
        guess(looks(reviews(text="text", number=lambda n: n)))
    assert "text: texts of" in str(error.value) and "--label" in error.value.fix
    with pytest.raises(IntertaskError, match="none holds texts"):
        guess(looks([{"a": n % 2, "b": n % 3} for n in range(50)]))


@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the datasets are not in the repository")
def test_real_datasets():
    """59 datasets in the formats that people have, guessed without any option, against their hand-written YAMLs."""
    wrong, counts = [], Counter()
    for path in sorted(REAL.glob("*.yaml")):
        task = yaml.safe_load(path.read_text(encoding="utf-8"))
        file = task["data"]["files"]["train"]
        rows = read_unknown(path.parent / file)[0].rows
        found = guess(look_at(rows))
        right = found.type == task["type"]
        counts["type"] += right
        for name in sum(COLUMNS[task["type"]], ()):
            there = [name, *USUAL.get(name, ())]
            usual = next((column for column in there if isinstance(column, str) and column in rows[0].values), None)
            expected = (task.get("columns") or {}).get(name, usual)
            empty = all(row.values.get(name) in (None, "") for row in rows)
            if name not in ("id", "group", "candidate") and expected is not None and not (empty and expected == name):
                right &= found.columns.get(name, expected if name in rows[0].values else None) == expected
        counts["all"] += right
        wrong += [] if right else [path.stem]
    assert counts["type"] >= 58 and counts["all"] >= 57, wrong
