"""The bundled suite: its files come from its generator, load without a removal, and hold what the docs say of it."""

import gzip
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from paths import ROOT
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from intertask.config import METRICS, load_config, read_yaml
from intertask.config.task_registry import Registry
from intertask.data import load_prepared, prepare

FILES = ROOT / "data" / "bundled"
REGISTRY = Registry([ROOT / "tasks" / "bundled"])
CONFIG = load_config(read_yaml(ROOT / "config.yaml"))


def data_files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix != ".py"}


def content(path: Path):
    """What the generator decides: compressors and the parquet library put their own version into the bytes."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def texts(row: dict) -> list[str]:
    """Every text of a canonical row."""
    if "tokens" in row:
        return [" ".join(row["tokens"])]
    if "choices" in row:
        return [f"{row['context']} {row['question']} {choice}" for choice in row["choices"]]
    return [" ".join(row[key] for key in ("question", "context", "text_a", "text_b") if row.get(key))]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    for name in REGISTRY:
        prepare(REGISTRY[name], 1, folder / name, {})
    return {name: load_prepared(folder / name) for name in REGISTRY}


def test_generator_writes_the_files_of_the_repository(tmp_path):
    command = [sys.executable, str(FILES / "generate.py"), str(tmp_path)]
    for _ in range(2):  # the second time over its own files
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    written, kept = data_files(tmp_path), data_files(FILES)
    assert list(written) == list(kept)
    assert [name for name in kept if content(written[name]) != content(kept[name])] == []


def test_files_are_small_and_each_is_of_one_task():
    kept = data_files(FILES)
    assert sum(path.stat().st_size for path in kept.values()) < 2_000_000
    parts = [REGISTRY[name].data.files for name in REGISTRY]
    named = [Path(file).name for part in parts for file in (part.train + (part.validation or []))]
    assert sorted(named) == sorted(kept)


def test_default_run_uses_every_task_and_every_type():
    assert CONFIG.task_folders == ["tasks/bundled"]
    assert sorted(CONFIG.sources + CONFIG.targets) == sorted(REGISTRY)
    assert (len(CONFIG.sources), len(CONFIG.targets)) == (8, 3)
    assert {REGISTRY[name].type for name in CONFIG.sources} == set(METRICS)


def test_formats_are_those_that_users_bring():
    endings = {
        "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix for path in data_files(FILES).values()
    }
    assert endings == {".csv", ".csv.gz", ".tsv", ".json", ".jsonl", ".jsonl.gz", ".parquet", ".conll"}
    assert [name for name in REGISTRY if REGISTRY[name].data.files.validation is None] == ["topics"]


@pytest.mark.parametrize("name", list(REGISTRY))
def test_prepares_whole_and_has_a_size_of_its_role(name, prepared):
    task, data = REGISTRY[name], prepared[name]
    info = data.info
    assert info["removed"] == {
        "in_validation": 0,
        "dropped_labels": {"train": 0, "validation": 0},
        "bad_rows": {"train": 0, "validation": 0},
    }
    assert task.description and task.license == "Apache-2.0"
    train, validation = len(data.train), len(data.validation)
    if name in CONFIG.targets:
        assert train <= 100 <= validation
    else:
        assert 300 <= train <= 1000 and validation >= 100


@pytest.mark.parametrize("name", list(REGISTRY))
def test_texts_are_short_and_varied(name, prepared):
    rows = prepared[name].train + prepared[name].validation
    lengths = [len(text.split()) for row in rows for text in texts(row)]
    longest = 50 if REGISTRY[name].type == "extractive_qa" else 32
    assert max(lengths) <= longest
    assert len({text for row in rows for text in texts(row)}) >= 0.95 * len(rows)


def answer(row: dict):
    return tuple(row["tags"]) if "tags" in row else row.get("label", tuple(row.get("answer_texts", ())))


@pytest.mark.parametrize("name", list(REGISTRY))
def test_same_text_never_has_two_answers(name, prepared):
    answers: dict = {}
    for row in prepared[name].train + prepared[name].validation:
        known = answers.setdefault(tuple(texts(row)), answer(row))
        assert known == answer(row), texts(row)


@pytest.mark.parametrize("name", [n for n in REGISTRY if REGISTRY[n].type in ("classification", "multiple_choice")])
def test_no_label_is_rare(name, prepared):
    """A constant answer must not look like a success."""
    data = prepared[name]
    if data.info["type"] == "multiple_choice":
        chance = sum(1 / len(row["choices"]) for row in data.validation) / len(data.validation)
    else:
        chance = 1 / len(data.info["labels"])
    counts: dict[int, int] = {}
    for row in data.validation:
        counts[row["label"]] = counts.get(row["label"], 0) + 1
    assert max(counts.values()) / len(data.validation) < chance + 0.12


@pytest.mark.parametrize("name", ["phone_reviews", "hotel_reviews"])
def test_counting_words_does_not_solve_reviews(name, prepared):
    """The main clause decides, so that an encoder has to learn clause order: word counts stay near chance."""
    data = prepared[name]
    words = CountVectorizer().fit([row["text_a"] for row in data.train])
    model = LogisticRegression().fit(
        words.transform([row["text_a"] for row in data.train]), [row["label"] for row in data.train]
    )
    right = model.score(
        words.transform([row["text_a"] for row in data.validation]), [row["label"] for row in data.validation]
    )
    assert right < 0.75
