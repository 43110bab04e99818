"""The published atlas: complete, undamaged, without texts; and what is said of one that is not."""

import json
import re
import shutil

import pytest
from paths import ROOT

from intertask.artifacts import NO_SOURCE
from intertask.atlas.folder import Atlas
from intertask.errors import IntertaskError
from intertask.files import file_sha256, read_json, write_json
from intertask.methods.adapter_measures import MEASURES

FOLDER = ROOT / "atlas"
TASK_KEYS = {"info", "description", "language", "family", "license", "license_page", "homepage", "origin"}
INFO_KEYS = {"task", "type", "rows", "rows_before_cap", "labels", "positive_label", "metric", "max_choices", "words"}
INFO_KEYS |= {"fingerprint", "paired"}
ABOUT_KEYS = {"version", "model", "sentence_encoder", "settings", "sources", "adapters", "files"}
SOURCE_KEYS = {"metric", "value", "rows", "device", "precision", "versions", "steps", "losses", "fingerprint"}
SOURCE_KEYS |= {"constant_answer"}


@pytest.fixture(scope="module")
def atlas():
    return Atlas(FOLDER, "minilm")


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "atlas")


def table(atlas, name):
    header, *lines = [line.split("\t") for line in atlas.file(name).read_text(encoding="utf-8").splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_each_file_is_listed_with_its_hash_and_nothing_else_is_there(atlas):
    files = {path.resolve(): path for path in FOLDER.rglob("*") if path.is_file()}
    listed = {(atlas.path / name).resolve(): sha256 for name, sha256 in atlas.about["files"].items()}
    assert {path: file_sha256(path) for path in listed} == listed
    assert {path.relative_to(FOLDER).as_posix() for path in files.keys() - listed} <= {"README.md", "minilm/atlas.json"}
    assert sum(path.stat().st_size for path in files) < 20e6


def test_git_leaves_the_line_ends_of_the_atlas_alone():
    assert "atlas/** -text" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()


def test_only_known_facts_are_in_it(atlas):
    assert atlas.about.keys() == ABOUT_KEYS
    assert len(atlas.tasks) == 59
    for name, facts in atlas.tasks.items():
        assert facts.keys() == TASK_KEYS and facts["info"].keys() == INFO_KEYS, name
        assert facts["info"]["task"] == name
        assert facts["origin"].keys() <= {"hub", "config", "revision", "download"} and facts["origin"], name
    assert atlas.about["sources"].keys() == atlas.tasks.keys()
    assert all(source.keys() == SOURCE_KEYS for source in atlas.about["sources"].values())
    assert all(shipped.keys() == {"weights_sha256", "fingerprint"} for shipped in atlas.about["adapters"].values())


def strings(value):
    if isinstance(value, str):
        return [value]
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in strings(part)]


def test_no_text_of_a_row_and_no_path_of_a_machine_is_in_it(atlas):
    texts = strings([atlas.about, atlas.tasks])
    assert not [text for text in texts if re.match(r"(/|~|\.{1,2}/(?!tasks\.json$)|\w:\\|file:)", text)]
    labels = {label for facts in atlas.tasks.values() for label in facts["info"]["labels"] or []}
    assert max(map(len, labels)) <= 40
    assert max(map(len, texts)) < 200  # the addresses of downloads are the longest


def test_the_transfers_are_complete(atlas):
    rows = table(atlas, "transfer.tsv")
    targets = dict.fromkeys(row["target"] for row in rows)
    assert len(targets) == 16
    pairs = [(row["target"], row["source"]) for row in rows]
    expected = [(t, s) for t in targets for s in ["none", *atlas.tasks] if s != t]
    assert sorted(pairs) == sorted(expected) and len(pairs) == 16 * 59
    for row in rows:
        signed = row["metric"] in {"spearman", "matthews_correlation"}
        assert row["metric"] == atlas.tasks[row["target"]]["info"]["metric"]
        assert -100 * signed <= float(row["value"]) <= 100
    assert {(row["setting"], row["seed"]) for row in rows} == {("minilm", "1")}


def test_each_method_scored_each_pair(atlas):
    rows = table(atlas, "scores.tsv")
    targets = {row["target"] for row in table(atlas, "transfer.tsv")}
    methods = {row["method"] for row in rows}
    expected = [(t, m, s) for t in targets for m in methods for s in atlas.tasks if s != t]
    pairs = [(row["target"], row["method"], row["source"]) for row in rows]
    assert sorted(pair for pair in pairs if pair[2] != NO_SOURCE) == sorted(expected)
    # Where the adapters were measured, so was the base model.
    measured = {(row["target"], row["method"]) for row in rows if row["method"] in MEASURES and row["score"] != "nan"}
    assert {pair[:2] for pair in pairs if pair[2] == NO_SOURCE} == measured
    assert len(methods) >= 11


def names():
    files = json.loads((FOLDER / "minilm" / "atlas.json").read_text(encoding="utf-8"))["files"]
    return [name for name in files if not name.startswith("adapters/")] + ["adapters/copa.safetensors"]


@pytest.mark.parametrize("name", names())
def test_one_changed_byte_is_noticed(copy, name):
    path = copy / "minilm" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntertaskError, match="damaged") as error:
        Atlas(copy, "minilm").file(name)
    assert error.value.where == str(path) and "git checkout" in error.value.fix


@pytest.mark.parametrize("place", ['"content_sha256"', '"files"', '"version"', "sentence_encoder", "\n}"])
def test_one_changed_byte_of_the_list_itself_is_noticed(copy, place):
    path = copy / "minilm" / "atlas.json"
    content = bytearray(path.read_bytes())
    content[content.rindex(place.encode()) + 1] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntertaskError, match="damaged") as error:
        Atlas(copy, "minilm")
    assert error.value.where == str(path)


def test_missing_and_unlisted_files(copy):
    (copy / "minilm" / "scores.tsv").unlink()
    (copy / "minilm" / "new.tsv").write_text("")
    atlas = Atlas(copy, "minilm")
    with pytest.raises(IntertaskError, match="is missing") as error:
        atlas.file("scores.tsv")
    assert error.value.where == str(copy / "minilm" / "scores.tsv")
    with pytest.raises(IntertaskError, match=r"lists no file new\.tsv"):
        atlas.file("new.tsv")
    (copy / "tasks.json").unlink()
    with pytest.raises(IntertaskError, match="There is no atlas in"):
        Atlas(copy, "minilm")


def test_unknown_models_and_newer_versions(copy):
    with pytest.raises(IntertaskError, match="did you mean 'minilm'"):
        Atlas(copy, "minilmm")
    path = copy / "minilm" / "atlas.json"
    write_json(path, read_json(path) | {"version": 2, "more": True})
    with pytest.raises(IntertaskError, match="version 2") as error:
        Atlas(copy, "minilm")
    assert error.value.fix == "update intertask"
