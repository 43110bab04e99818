"""Artifacts from an atlas can be read where the workflow reads its own."""

import json

import numpy as np
import pytest
from paths import ROOT
from safetensors.numpy import load_file

from intertask.atlas.folder import Atlas
from intertask.atlas.unpack import unpack_adapter, unpack_embeddings, unpack_info
from intertask.config import Model
from intertask.data import load_info
from intertask.data.pairs import mostly_pairs
from intertask.errors import IntertaskError
from intertask.evidence import Evidence
from intertask.files import read_json
from intertask.models.adapters import load_source
from intertask.models.base import load_model, quiet_libraries


@pytest.fixture(scope="module")
def atlas():
    return Atlas(ROOT / "atlas", "minilm")


def unpack_all(atlas, results, task):
    unpack_info(atlas, task, results / "data" / task / "info.json")
    unpack_embeddings(atlas, task, "base", results / "embeddings" / "base" / f"{task}.npz")
    unpack_embeddings(atlas, task, "sentence", results / "embeddings" / "sentence" / f"{task}.npz")


def test_each_task_gives_the_facts_that_methods_read(atlas, tmp_path):
    for task in atlas.tasks:
        unpack_all(atlas, tmp_path, task)
    target, *sources = atlas.tasks
    evidence = Evidence(tmp_path, {"target": target, "sources": sources}, "base", "sentence", ["base", "sentence"])
    first, others = evidence.load()
    for facts in [first, *others]:
        info = load_info(tmp_path / "data" / facts.task)
        assert info["rows_before_cap"]["train"] == facts.rows > 0
        assert mostly_pairs(tmp_path / "no rows here", info) == facts.paired
        assert facts.text_mean.shape == facts.sentence_mean.shape == (384,)
        assert np.isfinite(facts.sentence_embeddings).all() and 20 <= len(facts.sentence_embeddings) <= 100
        assert 100 < len(facts.token_ids) <= 10_000 and facts.token_ids.max() < 30_522
        # The examples are a sample of those whose mean is stored.
        assert np.linalg.norm(facts.sentence_embeddings.mean(axis=0) - facts.sentence_mean) < 0.15


def test_the_public_facts_go_with_the_data(atlas, tmp_path):
    unpack_info(atlas, "copa", tmp_path / "info.json")
    info = load_info(tmp_path)
    assert info["atlas"]["license"] == "BSD-2-Clause" and info["atlas"]["origin"] == info["origin"]
    assert info["notes"] == []


def test_means_keep_float32_and_adapters_half_precision(built, tmp_path):
    atlas = Atlas(built.atlas, "m")
    unpack_all(atlas, tmp_path, "open")
    for kind in ("base", "sentence"):
        with np.load(tmp_path / "embeddings" / kind / "open.npz", allow_pickle=False) as file:
            np.testing.assert_array_equal(file["mean"].astype(np.float32), built.arrays["open"]["mean"].astype("f4"))
            assert str(file["data"]) == load_info(tmp_path / "data" / "open")["fingerprint"]
    unpack_adapter(atlas, "open", tmp_path / "adapter")
    found = load_file(tmp_path / "adapter" / "adapter.safetensors")["down"]
    trained = load_file(built.results / "adapters" / "m" / "open" / "adapter.safetensors")["down"]
    np.testing.assert_array_equal(found, trained.astype(np.float16).astype(np.float32))
    np.testing.assert_allclose(found, trained, rtol=1e-3, atol=1e-6)
    metrics = read_json(tmp_path / "adapter" / "metrics.json")
    assert (metrics["source"], metrics["license"], metrics["weights_sha256"]) == ("open", "MIT", "sum-open")
    assert metrics["fingerprint"] == atlas.about["adapters"]["open"]["fingerprint"] != "f-open"
    assert json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())["name"] == "open"


def test_every_adapter_loads_into_the_bundled_model(atlas, tmp_path):
    """``load_source`` compares the SHA-256 of what it loaded with that of ``metrics.json``."""
    quiet_libraries()
    model = load_model(Model(path="bundled"))
    for task in atlas.with_adapter():
        unpack_adapter(atlas, task, tmp_path / task)
        expected = read_json(tmp_path / task / "metrics.json")["weights_sha256"]
        load_source(tmp_path / task, lambda: model, "target", atlas.about["settings"]["adapter"], expected)
        assert str(model.active_adapters) == "Stack[target]" and not model.heads
        model.delete_adapter("target")
    with pytest.raises(IntertaskError, match="stale or damaged"):
        load_source(tmp_path / "copa", lambda: model, "target", "seq_bn", "0" * 64)


def test_an_adapter_that_may_not_be_shipped_is_not_there(built, tmp_path):
    with pytest.raises(IntertaskError, match=r"lists no file adapters/closed\.safetensors"):
        unpack_adapter(Atlas(built.atlas, "m"), "closed", tmp_path)
    assert list(tmp_path.glob("*.safetensors")) == []
