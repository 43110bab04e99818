"""Rows to predict: every type, with and without labels, under the task's columns; bad files and rows are named."""

import json

import pytest

from intertask.data.shapes import shapes
from intertask.errors import IntertaskError
from intertask.predict.rows import Input
from intertask.predict.rows import read_rows as read_input
from intertask.recommendation.export import input_settings

NOTHING = {"format": None, "encoding": None, "delimiter": None}


def read_rows(*arguments) -> list:
    """The rows of a file in which all are good."""
    found = read_input(*arguments)
    assert found.warning is None
    return found.rows


def about(type_name, **settings) -> dict:
    return {"info": {"type": type_name, "task": "t"}, "input": settings}


CASES = [
    ("classification", {"text": "a b", "label": "x"}, {"text_a": "a b", "text_b": None}),
    ("regression", {"text_a": "a", "text_b": "b"}, {"text_a": "a", "text_b": "b"}),
    (
        "multiple_choice",
        {"context": "c", "choices": ["one", "two"]},
        {"context": "c", "question": "", "choices": ["one", "two"]},
    ),
    ("extractive_qa", {"context": "c", "question": "q", "id": "7"}, {"id": "7", "context": "c", "question": "q"}),
    ("tagging", {"tokens": ["a", "b"], "tags": ["?"]}, {"tokens": ["a", "b"]}),
]


@pytest.mark.parametrize("type_name, row, expected", CASES)
def test_rows_of_each_type_need_no_labels(tmp_path, type_name, row, expected):
    file = tmp_path / "in.jsonl"
    file.write_text((json.dumps(row) + "\n") * 2)
    rows = read_rows(str(file), about(type_name), NOTHING)
    assert [row | {"id": None} for row in rows] == [expected | {"id": None}] * 2 or rows[0] == expected


def test_columns_and_reading_are_those_of_the_task(tmp_path):
    settings = {"columns": {"text_a": "body", "label": "stars"}, "join": " "}
    settings["data"] = {"delimiter": ";", "encoding": "latin-1", "extension": ".csv"}
    file = tmp_path / "in.csv"
    file.write_text("n;body\n1;caf\u00e9\n", encoding="latin-1")
    expected = [{"text_a": "caf\u00e9", "text_b": None}]
    assert read_rows(str(file), about("classification", **settings), NOTHING) == expected
    other = tmp_path / "in.jsonl"
    other.write_text('{"body": "caf\u00e9"}\n', encoding="utf-8")  # the task's delimiter and encoding are not for it
    assert read_rows(str(other), about("classification", **settings), NOTHING) == expected
    piped = tmp_path / "piped.csv"
    piped.write_text("body|n\nx|1\n")
    assert read_rows(str(piped), about("classification", **settings), NOTHING | {"delimiter": "|"})[0]["text_a"] == "x"


@pytest.mark.parametrize(
    "content, what",
    [
        ("", "empty|no rows"),
        ("txet,n\na,1\n", "no column 'text_a'"),
        ("label\nx\n", "no column 'text_a' .for text_a. in the file; known: label"),
        ("text,n\na,1\n ,2\n ,3\n", "2 of 3 rows cannot be used. 2 rows: .*is empty.*line 3"),
    ],
)
def test_files_that_cannot_be_predicted(tmp_path, content, what):
    file = tmp_path / "in.csv"
    file.write_text(content)
    with pytest.raises(IntertaskError, match=what) as error:
        read_rows(str(file), about("classification"), NOTHING)
    assert "no label" not in str(error.value) and "in.csv" in str(error.value)


def test_bad_rows_keep_their_places_and_are_counted(tmp_path):
    file = tmp_path / "in.jsonl"
    rows = [{"q": "a", "choices": ["x", "y"]}, {"q": 1, "choices": ["x", "y"]}, {"q": "b", "choices": list("vwxyz")}]
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *rows[:1] * 3]))
    description = about("multiple_choice", columns={"question": "q"})
    description["info"]["max_choices"] = 3
    found = read_input(str(file), description, NOTHING)
    assert [row and row["question"] for row in found.rows] == ["a", None, None, "a", "a", "a"]
    assert "2 of 6 rows" in found.warning and "in.jsonl, line 2" in found.warning and "at most 3" in found.warning


#: Shape -> type, a raw row without its answers, and the inputs that the shape makes of it.
SHAPED = {
    "entity_queries": (
        "classification",
        {"passage": "P.", "query": "@placeholder won", "entities": ["Ann", "Bo"]},
        [{"text_a": "P.", "text_b": "Ann won"}, {"text_a": "P.", "text_b": "Bo won"}],
    ),
    "chat_turns": ("classification", {"turn1": "Hi", "turn2": "Oh", "turn3": "No"}, [{"text_a": "Hi Oh No"}]),
    "copa": (
        "multiple_choice",
        {"premise": "P.", "choice1": "x", "choice2": "y", "question": "cause", "mirrored": True},
        [{"context": "P.", "question": "What was the cause of this?", "choices": ["x", "y"]}],
    ),
    "winogrande": (
        "multiple_choice",
        {"sentence": "The _ ran.", "option1": "cat", "option2": "dog"},
        [{"context": "The", "choices": ["cat ran.", "dog ran."]}],
    ),
    "race": (
        "multiple_choice",
        {"article": "P.", "question": "A _ ran.", "options": ["cat", "dog"]},
        [{"context": "P.", "choices": ["A cat ran.", "A dog ran."]}],
    ),
    "quartz": (
        "multiple_choice",
        {"para": "P.", "question": "A _ ran.", "choices": {"text": ["cat", "dog"]}},
        [{"context": "P.", "choices": ["A cat ran.", "A dog ran."]}],
    ),
    "mrqa": ("extractive_qa", {"context": "P.", "question": "Q?"}, [{"context": "P.", "question": "Q?"}]),
    "drop": ("extractive_qa", {"passage": "P.", "question": "Q?"}, [{"context": "P.", "question": "Q?"}]),
    "duorc": ("extractive_qa", {"plot": "P.", "question": "Q?"}, [{"context": "P.", "question": "Q?"}]),
    "wikihop": (
        "extractive_qa",
        {"supports": ["P.", "R."], "query": "place_of Ann"},
        [{"context": "P.\nR.", "question": "place of Ann"}],
    ),
    "multiqa": ("extractive_qa", {"context": "P.", "question": "Q?"}, [{"context": "P.", "question": "Q?"}]),
}


@pytest.mark.parametrize("name", shapes())
def test_a_shape_takes_the_columns_of_the_data_or_those_that_it_makes(tmp_path, name):
    type_name, row, expected = SHAPED[name]
    task = {"data": {"hub": "org/data", "shape": name, "encoding": "utf-8"}, "columns": {}, "join": " "}
    description = about(type_name, **input_settings(task, {}))
    file = tmp_path / "in.jsonl"
    for rows in ([row, row], expected):  # as in the data, and as the shape makes them
        file.write_text("".join(json.dumps(some) + "\n" for some in rows))
        found = read_input(str(file), description, NOTHING)
        assert found.warning is None
        wanted = expected * len(rows) if rows[0] is row else expected
        assert [{key: some[key] for key in wanted[0]} for some in found.rows] == wanted
        several = rows[0] is row and len(expected) > 1
        assert found.columns[-1] == ({"row": 2, "candidate": "Bo"} if several else {})
    file.write_text('{"other": "x"}\n')
    with pytest.raises(IntertaskError, match=f"either as they are or as its shape '{name}'"):
        read_input(str(file), description, NOTHING)


def test_a_row_that_the_shape_makes_nothing_of_keeps_its_place(tmp_path):
    file = tmp_path / "in.jsonl"
    empty = dict.fromkeys(("turn1", "turn2", "turn3"))
    file.write_text("".join(json.dumps(row) + "\n" for row in ({**empty, "turn1": "Hi"}, empty)))
    found = read_input(str(file), about("classification", data={"shape": "chat_turns"}), NOTHING)
    assert found == Input(
        [{"text_a": "Hi", "text_b": None}, None],
        [{}, {}],
        f"1 of 2 rows cannot be used and get no prediction. 1 row: The shape 'chat_turns' makes no row of it. "
        f"(first: {file}, line 2)",
    )


def test_files_are_read_with_all_settings_of_the_training_files(tmp_path):
    data = {"files": {"train": ["a.csv"]}, "skip_lines": 1, "sentence_column": "s", "decimal": ",", "thousands": None}
    settings = input_settings({"data": data, "columns": {"tokens": "w", "tags": "t"}}, {})
    assert settings["data"] == {"skip_lines": 1, "sentence_column": "s", "decimal": ",", "extension": ".csv"}
    (tmp_path / "in.csv").write_text("# made by hand\ns,w\n1,a\n,b\n2,c\n")
    rows = read_rows(str(tmp_path / "in.csv"), about("tagging", **settings), NOTHING)
    assert rows == [{"tokens": ["a", "b"]}, {"tokens": ["c"]}]
    (tmp_path / "in.jsonl").write_text('{"s": 1, "w": "a"}\n{"s": 1, "w": "b"}\n')
    assert read_rows(str(tmp_path / "in.jsonl"), about("tagging", **settings), NOTHING) == [{"tokens": ["a", "b"]}]


@pytest.mark.parametrize("read", [0, 1])
def test_files_may_be_like_any_location_of_the_task(tmp_path, read):
    """The data was read from the first location, or from its alternative, which has other columns and signs."""
    url = "https://host/b.tsv.gz?token=x"
    alternative = {"download": {"train": [{"url": url, "member": None}]}, "delimiter": ";", "columns": {"text_a": "t"}}
    data = {"files": {"train": ["a.csv"]}, "encoding": "latin-1", "alternatives": [alternative]}
    origin = {"passed_over": [{"where": "a.csv", "why": "It is gone."}]} if read else {}
    settings = input_settings({"data": data, "columns": {"text_a": "body", "label": "stars"}, "join": " "}, origin)
    assert settings["data"].get("delimiter") == (";" if read else None)
    assert settings["data"]["extension"] == (".tsv" if read else ".csv") and "host" not in json.dumps(settings)
    for name, content in {"in.csv": "n,body\n1,caf\u00e9\n", "in.tsv": "n;t\n1;caf\u00e9\n"}.items():
        file = tmp_path / name
        file.write_text(content, encoding="latin-1" if name == "in.csv" else "utf-8")
        rows = read_rows(str(file), about("classification", **settings), NOTHING)
        assert rows == [{"text_a": "caf\u00e9", "text_b": None}]
    (tmp_path / "other.csv").write_text("x\n1\n")
    with pytest.raises(IntertaskError, match="no column 'body'"):
        read_rows(str(tmp_path / "other.csv"), about("classification", **settings), NOTHING)
