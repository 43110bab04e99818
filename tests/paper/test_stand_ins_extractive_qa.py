"""Each stand-in goes through the loading of its task, to canonical rows."""

import gzip
import json
import zipfile

import pytest
import stand_ins_extractive_qa as stand_ins
from paper_tasks import REGISTRY, load, prepared, put_in_cache, repository_key
from stand_in import OTHER, TRAIN

from intertask.config import Task
from intertask.data.shapes import get_shape

NAMES = ["cq", "drop", "duorc_p", "duorc_s", "hotpotqa", "newsqa", "quoref", "squad", "squad_v2", "wikihop"]
#: Places in eight rows that a shape leaves out.
LEFT_OUT = {"cq": {2}, "drop": {2, 3}, "duorc_p": {3}, "duorc_s": {3}, "wikihop": {7}}
UNANSWERABLE = {"duorc_p": {2}, "duorc_s": {2}, "squad_v2": {3, 7}}


@pytest.fixture(autouse=True)
def caches(monkeypatch, tmp_path):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("INTERTASK_CACHE", str(tmp_path / "intertask"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def expected(name, split):
    """Number in its split and canonical answers of each row of the stand-in that is to stay."""
    place, count = (0, TRAIN) if split == "train" else (1, OTHER)
    for n in range(count):
        if n % 8 in LEFT_OUT.get(name, ()):
            continue
        yield n, stand_ins.example(100 * place + n + (500 if name == "duorc_p" else 0))


@pytest.mark.parametrize("name", NAMES)
def test_gives_the_tasks_rows(name, tmp_path):
    info, train, validation = (vars(load(stand_ins, name, tmp_path))[key] for key in ("info", "train", "validation"))
    assert info["metric"] == "f1"
    assert info["removed"]["in_validation"] == 0 and not any(info["removed"]["bad_rows"].values())
    left_out = {
        "train": TRAIN // 8 * len(LEFT_OUT.get(name, ())),
        "validation": OTHER // 8 * len(LEFT_OUT.get(name, ())),
    }
    assert info["origin"].get("shape", {}).get("left_out", {"train": 0, "validation": 0}) == left_out
    for split, rows, count in (("train", train, TRAIN), ("validation", validation, OTHER)):
        assert len(rows) == count - left_out[split]
        assert len({row["context"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)
        for row, (n, it) in zip(rows, expected(name, split), strict=True):
            assert isinstance(row["id"], str) and row["question"]
            for text, start in zip(row["answer_texts"], row["answer_starts"], strict=True):
                assert row["context"][start : start + len(text)] == text
            if n % 8 in UNANSWERABLE.get(name, ()):
                assert row["answer_texts"] == [] and row["question"].startswith("What happened on day")
                continue
            assert row["answer_texts"][0] == it.answer
            # where it was put, not merely somewhere
            assert row["answer_starts"][0] == row["context"].index(it.sentences[0]) + it.start
            assert set(row["answer_texts"][1:]) <= {it.day}


@pytest.mark.parametrize(
    "name, several",
    [
        ("cq", set()),  # the same text twice is one answer
        ("drop", {4}),
        ("newsqa", {1, 3, 5, 7}),
        ("duorc_s", set()),
        ("wikihop", set()),
    ],
)
def test_several_answers(name, several, tmp_path):
    rows = load(stand_ins, name, tmp_path).train
    for row, (n, it) in zip(rows, expected(name, "train"), strict=True):
        both = [it.answer, it.day] if n % 8 in several and it.answer != it.day else [it.answer]
        if row["answer_texts"]:
            assert row["answer_texts"] == both


def test_texts_that_shapes_make(tmp_path):
    wikihop = load(stand_ins, "wikihop", tmp_path / "wikihop").train[0]
    it = stand_ins.example(0)
    assert wikihop["context"] == "\n".join(it.sentences)
    assert wikihop["question"] == f"place and day {it.question.lower()}"
    newsqa = load(stand_ins, "newsqa", tmp_path / "newsqa").train[0]
    assert newsqa["context"] == f"[TLE] Days [PAR] {it.passage} [DOC] Nothing else." and newsqa["id"] == "k0"


def test_every_task_has_its_place_and_no_repository_is_without_a_task():
    hubs = {repository_key(REGISTRY[name].data) for name in NAMES if REGISTRY[name].data.hub}
    assert hubs == set(stand_ins.REPOSITORIES)
    download = REGISTRY["cq"].data.download
    assert {item.url for item in (*download.train, *download.validation)} == set(stand_ins.ADDRESSES)
    assert [name for name in sorted(REGISTRY) if REGISTRY[name].type == "extractive_qa"] == NAMES


def test_alternatives_have_their_shape():
    for name in NAMES:
        data = REGISTRY[name].data
        for place in (data, *data.alternatives):
            if place.shape is not None:
                get_shape(place.shape)
            if place.download is not None and "multiqa" in place.download.train[0].url:
                assert place.shape == "multiqa"


def alternative(name, number, **changes):
    """The task with one of its alternatives as the only place."""
    task = REGISTRY[name]
    place = task.data.alternatives[number]
    return Task(name=name, type=task.type, metric="f1", data=place.model_dump(exclude_unset=True) | changes)


def test_multiqa_file_with_questions_that_have_no_answer(tmp_path):
    task = alternative("duorc_s", 0)
    for place, item in enumerate((*task.data.download.train, *task.data.download.validation)):
        paragraphs = stand_ins.rows_of(stand_ins.multiqa, place, "validation")
        for paragraph in paragraphs[::8]:
            paragraph["qas"][0] |= {"answers": [], "is_impossible": True}
        put_in_cache(item.url, gzip.compress(json.dumps({"data": [{"paragraphs": paragraphs}]}).encode()))
    rows = prepared(task, tmp_path / "out")
    assert rows.info["origin"]["shape"]["left_out"] == {"train": OTHER // 8, "validation": OTHER // 8}
    assert sum(not row["answer_texts"] for row in rows.train) == OTHER // 8


def test_quoref_from_the_archive_of_its_authors(tmp_path):
    task = alternative("quoref", 1)
    archive = tmp_path / "quoref.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for place, item in enumerate((*task.data.download.train, *task.data.download.validation)):
            paragraphs = []
            for row in stand_ins.rows_of(stand_ins.quoref, place, "validation"):
                texts = [
                    dict(zip(row["answers"], pair, strict=True)) for pair in zip(*row["answers"].values(), strict=True)
                ]
                question = {"id": row["id"], "question": row["question"], "answers": texts}
                paragraphs.append({"context": row["context"], "context_id": "c", "qas": [question]})
            file.writestr(item.member, json.dumps({"data": [{"title": "Days", "url": "", "paragraphs": paragraphs}]}))
    put_in_cache(task.data.download.train[0].url, archive.read_bytes())
    items = {
        part: {"url": item.url, "member": item.member}  # not the sum of the real one
        for part in ("train", "validation")
        for item in getattr(task.data.download, part)
    }
    rows = prepared(alternative("quoref", 1, download=items), tmp_path / "out")
    assert len(rows.train) == len(rows.validation) == OTHER
    assert rows.train[1]["answer_texts"] == stand_ins.quoref(1, 1)["answers"]["text"]
