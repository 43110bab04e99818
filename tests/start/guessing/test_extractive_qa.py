"""Extractive QA: answers with and without their positions."""

import pytest
from column_profiles import profiles

from intertask.start.guessing import guess


def answers(rows: int, answer) -> list[dict]:
    made = []
    for n in range(rows):
        context = f"In the year {1900 + n} the house was sold to Anna for a coin."
        made.append({"id": f"q{n}", "context": context, "question": f"When was house {n} sold?", "answers": answer(n)})
    return made


def test_answers_with_and_without_positions():
    squad = guess(profiles(answers(30, lambda n: {"text": [str(1900 + n)], "answer_start": [12]})))
    plain = guess(profiles(answers(30, lambda n: str(1900 + n))), "extractive_qa")
    for found in (squad, plain):
        assert (found.type, found.columns) == (
            "extractive_qa",
            {"context": "context", "question": "question", "answers": "answers"},
        )


@pytest.mark.parametrize(
    ("context", "question", "answer"),
    [
        ("房子在{n}年卖给了安娜。", "第{n}号房子什么时候卖的？", "{n}年"),
        ("家は{n}年にアンナに売られた。", "{n}番の家はいつ売られたか。", "{n}年"),
        ("บ้านถูกขายให้แอนนาในปี{n}", "บ้าน{n}ถูกขายเมื่อไร", "ปี{n}"),
    ],
)
def test_scripts_without_blanks(context, question, answer):
    rows = []
    for n in range(1900, 1940):
        text, part = context.format(n=n), answer.format(n=n)
        answers = {"text": [part], "answer_start": [text.index(part)]}
        rows.append({"context": text, "question": question.format(n=n), "id": f"q{n}", "answers": answers})
    found = guess(profiles(rows))
    assert (found.type, found.columns) == (
        "extractive_qa",
        {"context": "context", "question": "question", "answers": "answers"},
    )
