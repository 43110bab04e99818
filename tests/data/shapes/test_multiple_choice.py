import pytest

from intertask.data.shapes import get_shape

COPA = {"premise": "The jar broke.", "choice1": "It fell.", "choice2": "It was red.", "question": "cause", "label": 0}
WINOGRANDE = {"sentence": "Ada beat Bea because _ was fast.", "option1": "Ada", "option2": "Bea", "answer": "1"}
RACE = {"article": "Tea is hot.", "question": "Tea is _ .", "options": ["hot", "cold"], "answer": "A"}
QUARTZ = {
    "para": "Heat melts ice.",
    "question": "More heat melts _____ ice",
    "choices": {"text": ["more", "less"], "label": ["A", "B"]},
    "answerKey": "A",
}


def shaped(name, row):
    return list(get_shape(name)(row))


@pytest.mark.parametrize(
    "asked, question", [("cause", "What was the cause of this?"), ("effect", "What happened as a result?")]
)
def test_copa_asks_in_words(asked, question):
    assert shaped("copa", COPA | {"question": asked, "idx": 3}) == [
        {"context": "The jar broke.", "question": question, "choices": ["It fell.", "It was red."], "label": 0}
    ]


@pytest.mark.parametrize("mirrored, rows", [(True, 0), ("True", 0), ("true", 0), (False, 1), ("False", 1), (None, 1)])
def test_copa_leaves_mirrored_rows_out(mirrored, rows):
    assert len(shaped("copa", COPA | {"mirrored": mirrored})) == rows


@pytest.mark.parametrize(
    "sentence, context, choices",
    [
        ("Ada beat Bea because _ was fast.", "Ada beat Bea because", ["Ada was fast.", "Bea was fast."]),
        ("They liked _'s cake.", "They liked", ["Ada's cake.", "Bea's cake."]),
        ("_ came.", "", ["Ada came.", "Bea came."]),
        ("If _ runs, _ wins.", "If", ["Ada runs, Ada wins.", "Bea runs, Bea wins."]),
    ],
)
def test_a_winogrande_sentence_is_parted_at_its_gap(sentence, context, choices):
    row = WINOGRANDE | {"sentence": sentence}
    assert shaped("winogrande", row) == [{"context": context, "choices": choices, "label": "1"}]


def test_a_winogrande_sentence_without_a_gap_gives_none():
    assert shaped("winogrande", WINOGRANDE | {"sentence": "Ada came."}) == []


@pytest.mark.parametrize(
    "name, row, choices",
    [
        ("race", RACE, ["Tea is hot .", "Tea is cold ."]),
        (
            "race",
            RACE | {"question": "Tea is ____.", "options": [r"\1 hot", r"c\old"]},
            [r"Tea is \1 hot.", r"Tea is c\old."],
        ),
        ("quartz", QUARTZ, ["More heat melts more ice", "More heat melts less ice"]),
    ],
)
def test_choices_are_put_into_the_gap_of_a_question(name, row, choices):
    (made,) = shaped(name, row)
    context = row["article"] if name == "race" else row["para"]
    assert made == {"context": context, "question": "", "choices": choices, "label": "A"}


@pytest.mark.parametrize("name, row, choices", [("race", RACE, ["hot", "cold"]), ("quartz", QUARTZ, ["more", "less"])])
def test_a_question_without_a_gap_stays(name, row, choices):
    (made,) = shaped(name, row | {"question": "What is it?"})
    assert (made["question"], made["choices"]) == ("What is it?", choices)


@pytest.mark.parametrize(
    "name, row, column",
    [
        ("copa", COPA, "premise"),
        ("winogrande", WINOGRANDE, "option2"),
        ("race", RACE, "options"),
        ("quartz", QUARTZ, "para"),
    ],
)
def test_another_layout_is_a_missing_key(name, row, column):
    row = {key: value for key, value in row.items() if key != column}
    with pytest.raises(KeyError, match=column):
        shaped(name, row)
