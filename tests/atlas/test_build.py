"""An atlas built from a run has its numbers, and neither its texts nor its paths."""

import json
import re

import numpy as np
import pytest
from paths import ROOT, SHARED
from safetensors.numpy import load_file

from intertask.atlas.build import BAG, EXAMPLES, MODEL_FACTS, constant_answer, embeddings_of_task
from intertask.atlas.folder import EMBEDDINGS, SCORES, Atlas
from intertask.config import load_config
from intertask.config.task_registry import Registry, configured_tasks
from intertask.data import load_prepared, prepare
from intertask.files import file_sha256, read_json
from intertask.models.evidence.embeddings import embed_task
from intertask.recipes import embedding_recipe
from intertask.yaml_files import read_yaml

FILES = {"../tasks.json", EMBEDDINGS, "transfer.tsv", SCORES, "adapters/open.safetensors"}


def test_it_holds_the_facts_of_the_tasks_and_of_the_run(built):
    atlas = Atlas(built.atlas, "m")
    assert atlas.about["files"].keys() == FILES
    facts = atlas.tasks["open"]
    assert facts["info"]["rows"] == {"train": 6, "validation": 2} and facts["info"]["labels"] == ["a", "b"]
    assert facts["info"]["paired"] is False
    assert (facts["license"], facts["license_page"], facts["language"]) == ("MIT", "https://a.org/open", "en")
    assert facts["origin"] == {"hub": "a/open"}
    assert atlas.about["sources"]["closed"] == {
        **{
            "metric": "accuracy",
            "value": 75.0,
            "rows": {"train": 6, "validation": 2},
            "device": "cpu",
            "precision": "float32",
        },
        **{"versions": {}, "steps": 2, "losses": [0.7], "fingerprint": "f-closed", "constant_answer": 50.0},
    }
    assert atlas.file(SCORES).read_text() == "setting\ttarget\tmethod\tsource\tscore\nm\topen\tsize\tclosed\t6\n"
    assert atlas.fits({"path": "a/model", "revision": None}, "seq_bn", {"path": "bundled", "revision": None})
    assert read_json(built.atlas / "m" / "atlas.json")["model"].keys() == set(MODEL_FACTS)
    assert (built.atlas / "README.md").read_text(encoding="utf-8").count("| accuracy 75.0 † |") == 2


def test_it_holds_no_text_of_a_row_and_no_path(built, tmp_path):
    private = rf"{built.secret}|{re.escape(str(tmp_path))}|open\.csv".encode()
    assert re.search(private, (built.results / "data" / "open" / "info.json").read_bytes())
    assert [path for path in built.atlas.rglob("*") if path.is_file() and re.search(private, path.read_bytes())] == []


def test_embeddings_are_samples_in_another_order(built):
    stored = load_file(Atlas(built.atlas, "m").file(EMBEDDINGS))
    for name, arrays in built.arrays.items():
        for kind in ("base", "sentence"):
            np.testing.assert_array_equal(stored[f"{name}/{kind}/mean"], arrays["mean"].astype(np.float32))
        examples = stored[f"{name}/sentence/examples"]
        assert examples.dtype == np.float16 and len(examples) == EXAMPLES
        rows = {row.tobytes() for row in arrays["embeddings"].astype(np.float16)}
        assert len({row.tobytes() for row in examples} & rows) == EXAMPLES
        bag, first = stored[f"{name}/base/bag"], arrays["token_ids"][:BAG]
        np.testing.assert_array_equal(np.sort(bag), np.sort(first))
        assert np.mean(bag == first) < 0.01
    assert len(stored) == 8


def test_an_adapter_goes_when_its_license_does(built):
    before = file_sha256(built.atlas / "m" / "adapters" / "open.safetensors")
    assert Atlas(built.again(), "m").with_adapter() == ["open"]
    assert file_sha256(built.atlas / "m" / "adapters" / "open.safetensors") == before
    built.again(open="not stated", closed="CC-BY-4.0")
    assert Atlas(built.atlas, "m").with_adapter() == ["closed"]
    assert [path.name for path in (built.atlas / "m" / "adapters").iterdir()] == ["closed.safetensors"]


@pytest.mark.parametrize(
    ("settings", "columns", "score"),
    [
        ("type: classification\nmetric: f1\npositive_label: y", {"text_a": "abcd", "label": "yyyn"}, 100 * 6 / 7),
        ("type: multiple_choice", {"question": "abcd", "choice0": "pppp", "choice1": "qqqq", "label": "0111"}, 75),
        ("type: regression", {"text_a": "abcd", "label": "1234"}, None),
    ],
)
def test_the_best_constant_answer(settings, columns, score, tmp_path):
    names, rows = list(columns), list(zip(*columns.values(), strict=True))
    for part, more in (("train", "x"), ("validation", "")):
        lines = [",".join([row[0] + more, *row[1:]]) for row in rows]
        (tmp_path / f"{part}.csv").write_text("\n".join([",".join(names), *lines]) + "\n")
    files = "data: {files: {train: train.csv, validation: validation.csv}}"
    (tmp_path / "mine.yaml").write_text(f"{settings}\n{files}\n")
    prepare(Registry([tmp_path])["mine"], 1, tmp_path / "out", {})
    found = constant_answer(tmp_path / "out")
    assert found == (None if score is None else pytest.approx(score))


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "data" / "copa").is_dir(), reason="the real datasets are not here")
def test_embeddings_of_copa_are_those_of_its_data(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = load_config(read_yaml(ROOT / "configs" / "atlas.yaml") | {"task_folders": ["tests/tasks/real"]})
    prepare(configured_tasks(config)["copa"], config.seed, tmp_path / "copa", {})
    prepared = load_prepared(tmp_path / "copa")
    atlas = Atlas(ROOT / "atlas", "minilm")
    assert prepared.info["fingerprint"] == atlas.tasks["copa"]["info"]["fingerprint"]
    for kind in ("base", "sentence"):
        recipe = json.loads(embedding_recipe(config, config.models["minilm"], kind))
        np.savez(tmp_path / f"{kind}.npz", **embed_task(prepared.train, prepared.info["type"], recipe))
    made = embeddings_of_task(tmp_path / "base.npz", tmp_path / "sentence.npz")
    stored = load_file(atlas.file(EMBEDDINGS))
    np.testing.assert_array_equal(made.pop("base/bag"), stored["copa/base/bag"])
    for key, array in made.items():  # the embeddings of the atlas were computed on a GPU
        np.testing.assert_allclose(array, stored[f"copa/{key}"], rtol=2e-3, atol=2e-3, err_msg=key)
