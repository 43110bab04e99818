"""Each stand-in goes through the loading of its task, to canonical rows."""

import pytest
import stand_ins_classification as stand_ins
from paper_tasks import REGISTRY, prepared, repository_key, write_repository
from stand_in import OTHER, TRAIN

NAMES = [
    "anli_r3",
    "boolq",
    "cola",
    "emo",
    "emotion",
    "imdb",
    "mnli",
    "mrpc",
    "multirc",
    "qnli",
    "qqp",
    "record",
    "rotten_tomatoes",
    "rte",
    "scicite",
    "scitail",
    "sick",
    "snli",
    "sst2",
    "stsb",
    "trec",
    "wic",
    "yelp_polarity",
]
LABELS = {
    "boolq": ["False", "True"],
    "emotion": ["sadness", "joy", "love", "anger", "fear", "surprise"],
    "imdb": ["neg", "pos"],
    "mnli": ["entailment", "neutral", "contradiction"],
    "mrpc": ["not_equivalent", "equivalent"],
    "record": ["wrong", "right"],
    "scitail": ["neutral", "entailment"],
    "snli": ["entailment", "neutral", "contradiction"],
    "stsb": None,
    "trec": stand_ins.COARSE,
    "yelp_polarity": ["negative", "positive"],
}
METRICS = {
    "cola": "matthews_correlation",
    "mrpc": "f1",
    "multirc": "group_exact_match",
    "record": "group_f1",
    "stsb": "spearman",
}
#: Rows of train and validation, where they are not those of a train and another split.
ROWS = {
    "anli_r3": (3 * TRAIN, OTHER),
    "multirc": (3 * (TRAIN * 3 // 4), 3 * (OTHER * 3 // 4)),
    "record": (4 * TRAIN, 4 * OTHER),
    "snli": (TRAIN * 7 // 8, OTHER * 7 // 8),
    "trec": (TRAIN * 4 // 5, TRAIN // 5),
    "yelp_polarity": (TRAIN * 4 // 5, TRAIN // 5),
}


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    """A function that gives a repository as a local folder."""
    made = {}

    def folder(key):
        if key not in made:
            made[key] = write_repository(stand_ins, key, tmp_path_factory.mktemp("repository"))
        return made[key]

    return folder


def load(task, repositories, folder):
    hub = repositories(repository_key(task.data))
    return prepared(task, folder, task.data.model_copy(update={"hub": hub, "revision": None, "alternatives": []}))


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.mark.parametrize("name", NAMES)
def test_gives_the_tasks_rows(name, repositories, tmp_path):
    task = REGISTRY[name]
    info, train, validation = (vars(load(task, repositories, tmp_path / "out"))[key] for key in _FIELDS)
    assert (len(train), len(validation)) == ROWS.get(name, (TRAIN, OTHER))
    assert info["metric"] == METRICS.get(name, "accuracy")
    assert info["removed"]["in_validation"] == 0 and not any(info["removed"]["bad_rows"].values())
    if name in LABELS:
        assert info["labels"] == LABELS[name]
    for rows in (train, validation):
        assert len({(row["text_a"], row["text_b"]) for row in rows}) == len(rows)
        if name != "stsb":
            assert {row["label"] for row in rows} == set(range(len(info["labels"])))
        assert (rows[0]["text_b"] is not None) == ("text_b" in task.columns)
        assert ("group" in rows[0]) == (name in ("multirc", "record"))
        assert ("candidate" in rows[0]) == (name == "record")


_FIELDS = ("info", "train", "validation")


def test_every_task_has_its_place_and_no_repository_is_without_a_task():
    assert {repository_key(REGISTRY[name].data) for name in NAMES} == set(stand_ins.REPOSITORIES)


def test_rows_that_are_shaped(repositories, tmp_path):
    wic = load(REGISTRY["wic"], repositories, tmp_path / "wic").train[0]
    word = wic["text_a"].partition(": ")[0]
    assert word in stand_ins.words("verbs", 0) and wic["text_a"] == f"{word}: {stand_ins.sentence(0)}"

    emo = load(REGISTRY["emo"], repositories, tmp_path / "emo").train
    assert emo[0]["text_a"] == " ".join(stand_ins.sentence(n) for n in (0, 1000, 2000))
    assert emo[1]["text_a"] == " ".join(stand_ins.sentence(n) for n in (1, 2001))

    stsb = load(REGISTRY["stsb"], repositories, tmp_path / "stsb").train
    assert [row["label"] for row in stsb[:3]] == [0.0, 0.5, 1.0]

    multirc = load(REGISTRY["multirc"], repositories, tmp_path / "multirc").validation
    assert len({row["group"] for row in multirc}) == len(multirc) // 3 >= 8
    assert multirc[0]["text_b"].startswith("What is told of day ")

    record = load(REGISTRY["record"], repositories, tmp_path / "record").validation
    assert len({row["group"] for row in record}) == OTHER
    assert all("@" not in row["text_a"] + row["text_b"] and row["candidate"] in row["text_b"] for row in record)
    assert sum(row["label"] for row in record) == 2 * OTHER


def test_a_limit_keeps_groups_whole(repositories, tmp_path):
    task = REGISTRY["record"].model_copy(update={"max_train_examples": 30, "max_validation_examples": 18})
    record = load(task, repositories, tmp_path / "out")
    for rows, most in ((record.train, 30), (record.validation, 18)):
        sizes = [sum(row["group"] == group for row in rows) for group in {row["group"] for row in rows}]
        assert set(sizes) == {4} and most - 4 < len(rows) <= most
