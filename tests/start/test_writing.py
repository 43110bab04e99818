"""Text of the YAML files: values that load, comments that give the reasons, commands that fit the path."""

import pytest
import yaml
from column_profiles import profiles, reviews

from intertask.config import Model, Task, load_config, validate
from intertask.errors import IntertaskError
from intertask.start.guessing import guess
from intertask.start.token_length import Lengths, measure
from intertask.start.writing import config_yaml, task_yaml
from intertask.yaml_files import read_yaml


def written(rows: list[dict], data: dict | None = None, notes=()) -> tuple[Task, str]:
    columns = profiles(rows)
    found = guess(columns)
    lengths = measure(found, columns, Model(path="bundled"))
    text = task_yaml("mood", data or {"files": {"train": "x.csv"}}, found, columns, notes, lengths)
    return validate(Task, {"name": "mood", **yaml.safe_load(text)}, "x.yaml"), text


@pytest.mark.parametrize(("words", "max_length"), [(1, 32), (30, 48), (500, 256)])  # rounded up to a multiple of 16
def test_max_length_fits_the_texts(words, max_length):
    rows = [{"text": f"{n} " + "word " * words, "label": "ab"[n % 2]} for n in range(40)]
    assert written(rows)[0].max_length == max_length


def test_reasons_and_notes_are_comments():
    rows = reviews(remark="text", mood="mood", code=lambda n: f"user{n}")
    _, text = written(rows, {"files": {"train": "x.csv"}, "delimiter": ";"}, ["The columns are separated by ';'."])
    assert "  # The columns are separated by ';'." in text
    assert "text_a: remark # the only column of texts" in text
    assert "  #   code: identifiers" in text and "# Labels in the inspected rows: " in text
    assert "There is no validation data." in text
    assert "There is no validation data." not in written(rows, {"files": {"train": "x", "validation": "y"}})[1]


HOSTILE = [
    "x\non_bad_row: drop", "x\r\nlabels: [a]", "a\x00b", "a\x1b[31mb", "a\x85b: c", "a\u2028- b", "a\u2029b", "\ufeffa",
    "a: b", "a #b", "- a", "yes", "null", "~", "1e3", "0x10", "1:30", "a\tb", "{a", "[a", "&a", "*a", "!a", "%a", "@a",
    "'a", '"a', "|", ">", "?", "a\\", "a'b\"c", " a ", "=", "<<",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_the_data_stays_text(hostile, tmp_path):
    """Names of columns, labels, file names and notes: they are read back as they are and add no key."""
    hostile = hostile if hostile.strip() else "a"
    rows = [
        {hostile: f"the room {n} was fine and so on", "mood": f"{hostile}{n % 2}", f"{hostile}2": f"{hostile}{n % 3}"}
        for n in range(40)
    ]
    columns = profiles(rows)
    found = guess(columns, None, [hostile], "mood")
    notes, lengths = [f"A note: {hostile}"], Lengths(32, 9, 0.0)
    text = task_yaml("mood", {"files": {"train": f"{hostile}.csv"}}, found, columns, notes, lengths)
    path = tmp_path / "mood.yaml"
    path.write_text(text, encoding="utf-8")
    read = read_yaml(path)
    assert set(read) == {"type", "description", "data", "columns", "metric", "max_length", "batch_size"}
    assert read["data"] == {"files": {"train": f"{hostile}.csv"}}
    assert read["columns"] == {"text_a": hostile, "label": "mood"}


def test_half_a_surrogate_pair_in_a_name_is_one_message():
    with pytest.raises(IntertaskError, match="half of a surrogate pair"):
        written(reviews(**{"a\ud83d": "text", "mood": "mood"}))


def test_names_that_yaml_would_misread_are_quoted():
    task, _ = written(reviews(**{"yes: no # 1": "text", "null": "mood"}))
    assert task.columns == {"text_a": "yes: no # 1", "label": "null"}


def test_tags_without_spans_are_scored_by_accuracy():
    rows = [{"tokens": [f"w{n}{i}" for i in range(4 + n % 5)], "tags": ["NN"] * (4 + n % 5)} for n in range(30)]
    assert written(rows)[0].metric == "accuracy"


def test_commands_of_a_configuration_are_aligned():
    text = config_yaml("mood", ["topics"], ["tasks/bundled", "tasks/own"], "configs/mood.yaml")
    config = load_config(yaml.safe_load(text))
    assert (config.targets, config.sources) == (["mood"], ["topics"])
    commands = [line for line in text.splitlines() if line.startswith("#   snakemake ")]
    assert len(commands) == 3 and len({line.index("--configfile configs/mood.yaml  # ") for line in commands}) == 1
