"""Extractive QA: answers with and without their positions."""

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
