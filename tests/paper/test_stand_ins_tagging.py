"""Each stand-in goes through the loading of its task, to canonical rows."""

from pathlib import Path

import pytest
import stand_ins_tagging as stand_ins
from paper_tasks import REGISTRY, load, prepared, repository_key
from stand_in import OTHER, TRAIN

from intertask.config import Task
from intertask.types.spans import is_span_scheme

#: Labels of each task; None: those that its rows have, sorted.
LABELS = {
    "conll2000": stand_ins.bio(stand_ins.CHUNKS),
    "conll2003": stand_ins.bio(stand_ins.ENTITIES),
    "conll2003_pos": stand_ins.PENN,
    "fce_error_detection": ["c", "i"],
    "mit_movie_trivia": stand_ins.MOVIES,
    "pmb_sem_tagging": sorted(set(stand_ins.SEMTAGS)),
    "ud_deprel": sorted({*stand_ins.DEPREL, *stand_ins.DEPREL_ALSO}),
    "ud_pos": sorted({*stand_ins.UPOS, *stand_ins.UPOS_ALSO}),
    "wnut_17": stand_ins.bio(stand_ins.EMERGING),
}
MOVIE_TYPES = sorted({name[2:] for name in stand_ins.MOVIES if name != "O"})


@pytest.fixture(autouse=True)
def caches(monkeypatch, tmp_path):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("INTERTASK_CACHE", str(tmp_path / "intertask"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.parametrize("name", LABELS)
def test_gives_the_tasks_rows(name, tmp_path):
    info, train, validation = (vars(load(stand_ins, name, tmp_path))[key] for key in ("info", "train", "validation"))
    movies = name == "mit_movie_trivia"
    assert (len(train), len(validation)) == (TRAIN + OTHER * movies, OTHER)
    assert info["metric"] == {"conll2003": "f1", "ud_deprel": "f1_weighted"}.get(name, "accuracy")
    assert info["labels"] == LABELS[name]
    assert info["removed"]["in_validation"] == 0 and not any(info["removed"]["bad_rows"].values())
    assert {tag for row in train for tag in row["tags"]} == set(range(len(LABELS[name])))
    for row, number in [(train[0], 0), (train[TRAIN - 1], TRAIN - 1), (validation[0], 200)]:
        told = stand_ins.tokens(number)
        assert list(row["tokens"]) == ([token.lower() for token in told] if movies else told)


@pytest.mark.parametrize(
    "name, n, tags",
    [
        ("conll2000", 5, stand_ins.spans(["NP"], 0)),
        ("conll2003", 1, stand_ins.spans(["ORG"], 0)),
        ("conll2003_pos", 0, ["NNP", "VBD", "DT", '"', "''", "IN", "DT", "NN", "IN", "NN", "CD", "."]),
        ("fce_error_detection", 3, ["c", "i"] + ["c"] * 10),
        ("fce_error_detection", 4, ["c"] * 12),
        ("mit_movie_trivia", 2, stand_ins.spans([MOVIE_TYPES[2]], 0)),
        ("pmb_sem_tagging", 1, stand_ins.SEMTAGS),
        ("ud_deprel", 2, [*stand_ins.DEPREL[:3], "nmod:poss", *stand_ins.DEPREL[4:]]),
        ("ud_pos", 1, [*stand_ins.UPOS[:3], "ADV", *stand_ins.UPOS[4:]]),
        ("wnut_17", 4, stand_ins.spans(["person"], 0)),
    ],
)
def test_tags_stand_at_their_tokens(name, n, tags, tmp_path):
    loaded = load(stand_ins, name, tmp_path)
    assert [loaded.info["labels"][tag] for tag in loaded.validation[n]["tags"]] == tags


def test_every_task_has_its_place_and_no_stand_in_is_without_a_task():
    data = [REGISTRY[name].data for name in LABELS]
    assert {repository_key(d) for d in data if d.hub} == set(stand_ins.REPOSITORIES)
    urls = {item.url for d in data if d.download for item in (*d.download.train, *d.download.validation)}
    assert urls == set(stand_ins.ADDRESSES)


def test_the_target_with_span_f1_has_spans():
    assert is_span_scheme(LABELS["conll2003"]) and not is_span_scheme(LABELS["ud_deprel"])


#: The layout of each published file that stands among the alternatives, and the tags of its sentence.
FOUR_COLUMNS = "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nran VBZ B-VP O\n\n"
CONLLU = "# text = He ran\n1\tHe\the\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n2\tran\trun\tVERB\tVBD\t_\t0\troot\t_\t_\n\n"
PUBLISHED = {
    "conll2000": ("He PRP B-NP\nran VBD B-VP\n\n", ["B-NP", "B-VP"]),
    "conll2003": (FOUR_COLUMNS, ["B-ORG", "O"]),
    "conll2003_pos": (FOUR_COLUMNS, ["NNP", "VBZ"]),
    "mit_movie_trivia": ("B-Actor\tann\nO\tran\n\n", ["B-Actor", "O"]),
    "ud_deprel": (CONLLU, ["nsubj", "root"]),
    "ud_pos": (CONLLU, ["PRON", "VERB"]),
    "wnut_17": ("Ann\tB-person\nran\tO\n\n", ["B-person", "O"]),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_are_read_too(name, tmp_path):
    task, (text, tags) = REGISTRY[name], PUBLISHED[name]
    place = task.data.alternatives[-1]
    files = {}
    # Another word in validation, because rows that are also in validation are removed from train.
    for part, content in (("train", text), ("validation", text.replace("ran", "sat"))):
        files[part] = str(tmp_path / getattr(place.download, part)[0].url.rpartition("/")[2])
        Path(files[part]).write_text(content, encoding="utf-8")
    own = Task(
        name=name,
        type="tagging",
        data={"files": files, "format": place.format},
        columns=place.columns,
        labels=task.labels,
        metric=task.metric,
    )
    loaded = prepared(own, tmp_path / "out")
    assert [[loaded.info["labels"][tag] for tag in row["tags"]] for row in loaded.train] == [tags]
    assert loaded.train[0]["tokens"][1] == "ran" and loaded.validation[0]["tokens"][1] == "sat"
