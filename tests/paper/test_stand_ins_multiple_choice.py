"""Each stand-in goes through the loading of its task, to canonical rows."""

import csv
import io
import json
from collections import Counter

import pytest
import stand_ins_multiple_choice as stand_ins
from paper_tasks import REGISTRY, load, prepared, repository_key, write_repository
from stand_in import OTHER, TRAIN

from intertask.config import Data, Task

#: Number of choices of each task.
CHOICES = {
    "art": 2,
    "commonsense_qa": 5,
    "copa": 2,
    "cosmos_qa": 4,
    "hellaswag": 4,
    "quail": 4,
    "quartz": 2,
    "race": 4,
    "social_i_qa": 3,
    "swag": 4,
    "winogrande": 2,
}
#: Place of train and of validation among the splits of the stand-in, which their days are numbered by.
PLACES = {"race": (1, 2), "winogrande": (0, 2)}


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def load_copa_of_super_glue(folder):
    """The rows of COPA from its alternative, where labels are not hidden."""
    place = REGISTRY["copa"].data.alternatives[0]
    assert repository_key(place) == stand_ins.SUPER_GLUE and place.splits.validation == ["validation"]
    repository = write_repository(stand_ins, stand_ins.SUPER_GLUE, folder / "repository")
    data = place.model_dump(exclude={"columns", "labels", "alternatives"}) | {"hub": repository, "revision": None}
    return prepared(REGISTRY["copa"], folder / "out", Data(**data))


@pytest.mark.parametrize("name", CHOICES)
def test_gives_the_tasks_rows(name, tmp_path):
    info, train, validation = (vars(load(stand_ins, name, tmp_path))[key] for key in ("info", "train", "validation"))
    assert (info["metric"], info["max_choices"]) == ("accuracy", CHOICES[name])
    assert (len(train), len(validation)) == (TRAIN, OTHER)
    assert info["removed"]["in_validation"] == 0 and not any(info["removed"]["bad_rows"].values())
    for place, rows in zip(PLACES.get(name, (0, 1)), (train, validation), strict=True):
        assert {row["label"] for row in rows} == set(range(CHOICES[name]))
        assert len({row["context"] + row["question"] for row in rows}) == len(rows)
        for n, row in enumerate(rows):
            told = stand_ins.sentence(100 * place + n)
            assert len(row["choices"]) == CHOICES[name]
            assert row["context"].startswith(told) or row["question"].startswith(told)
            (thing,) = stand_ins.words("things", 100 * place + n)
            assert [thing in choice for choice in row["choices"]].index(True) == row["label"]
            assert sum(thing in choice for choice in row["choices"]) == 1


def test_every_task_has_its_place_and_no_repository_is_without_a_task():
    assert {repository_key(REGISTRY[name].data) for name in CHOICES} | {stand_ins.SUPER_GLUE} == set(
        stand_ins.REPOSITORIES
    )


def test_cause_and_effect_are_asked_for_in_words(tmp_path):
    copa = load(stand_ins, "copa", tmp_path)
    assert Counter(row["question"] for row in copa.train) == {
        "What was the cause of this?": TRAIN // 2,
        "What happened as a result?": TRAIN // 2,
    }
    assert copa.info["origin"]["shape"]["left_out"] == {"train": TRAIN, "validation": 0}  # the mirrored rows


def test_copa_of_super_glue_has_the_same_form(tmp_path):
    """Its rows are those of the first place, without the mirrored ones."""
    other, first = load_copa_of_super_glue(tmp_path / "other"), load(stand_ins, "copa", tmp_path / "first")
    assert (other.train, other.validation) == (first.train, first.validation)
    assert other.info["origin"]["shape"]["left_out"] == {"train": 0, "validation": 0}


@pytest.mark.parametrize("name, every", [("quartz", 2), ("race", 3), ("winogrande", 1)])
def test_gaps_are_filled(name, every, tmp_path):
    rows = load(stand_ins, name, tmp_path).train
    assert not any("_" in row["context"] + row["question"] + "".join(row["choices"]) for row in rows)
    assert sum(row["question"] == "" for row in rows) == TRAIN // every
    filled = {"quartz": rows[1], "race": rows[2], "winogrande": rows[0]}[name]
    assert filled["choices"][filled["label"]] == expected_filling(name)


def expected_filling(name):
    n = {"quartz": 1, "race": 2, "winogrande": 0}[name]
    it = stand_ins.item(100 * PLACES.get(name, (0, 1))[0] + n, 0, 2)
    return {
        "quartz": f"On day {it.day} what was near the {it.place} was the {it.things[0]} .",
        "race": f"Near the {it.place} was the  {it.things[0]}  .",
        "winogrande": f"{it.things[0]} was not there any more.",
    }[name]


def test_beginnings_of_endings_are_questions(tmp_path):
    swag, hellaswag = (load(stand_ins, name, tmp_path / name).validation for name in ("swag", "hellaswag"))
    assert {row["question"] for row in swag} == {"They"}
    assert [row["question"] for row in hellaswag[:2]] == ["", "then they"]


def as_csv(row):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(row), list(row.values())])
    return text.getvalue()


#: One row in the layout of each published file that stands among the alternatives; its second choice is the right one.
PUBLISHED = {
    "commonsense_qa": {
        "answerKey": "B",
        "id": "q1",
        "question": {
            "question_concept": "tea",
            "choices": [{"label": letter, "text": f"choice {letter}"} for letter in "ABCDE"],
            "stem": "Which one?",
        },
    },
    "cosmos_qa": {"id": "c", "context": "It rained.", "question": "Which one?"}
    | {f"answer{k}": f"choice {k}" for k in range(4)}
    | {"label": 1},
    "hellaswag": {
        "ind": 1,
        "ctx_a": "It rained.",
        "ctx_b": "",
        "label": 1,
        "endings": [f"choice {k}" for k in range(4)],
    },
    "swag": {"": 0, "video-id": "v", "sent1": "It rained.", "sent2": "They"}
    | {f"ending{k}": f"choice {k}" for k in range(4)}
    | {"label": 1},
    "winogrande": {"qID": "w", "sentence": "It was _ .", "option1": "choice 0", "option2": "choice 1", "answer": "2"},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_are_read_too(name, tmp_path):
    task, row = REGISTRY[name], PUBLISHED[name]
    place = task.data.alternatives[-1]
    address = place.download.train[0]
    path = tmp_path / (address.member or address.url).rpartition("/")[2]
    path.write_text(as_csv(row) if path.suffix == ".csv" else json.dumps(row) + "\n", encoding="utf-8")
    other = tmp_path / f"other{path.suffix}"
    other.write_text(path.read_text(encoding="utf-8").replace("choice ", "item "), encoding="utf-8")
    own = Task(
        name=name,
        type="multiple_choice",
        data={"files": {"train": str(path), "validation": str(other)}, "shape": place.shape},
        columns=task.columns if place.columns is None else place.columns,
    )
    (train,) = prepared(own, tmp_path / "out").train
    assert len(train["choices"]) == CHOICES[name] and train["label"] == 1
