"""A published adapter gives the same files and keys as a source training."""

import pytest
from five_types import small_task
from published_adapters import HOULSBY, fetched, publish

from intertask.errors import IntertaskError
from intertask.models.published.fetch import fetch_source


def test_metrics_have_what_is_read_of_a_trained_source(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    info = small_task("classification").info
    metrics = fetched(tmp_path / "pub", roberta, info, tmp_path / "out")
    assert metrics["value"] is None and metrics["training"] is None and metrics["label_scale"] is None
    assert metrics["metric"] == "accuracy" and metrics["source"] == info["task"]
    assert metrics["made_from"] == {
        "published": str(tmp_path / "pub"),
        "commit": None,
        "data": info["fingerprint"],
        "model": "0abc",
    }
    assert metrics["published"]["config"]["reduction_factor"] == 16
    assert any("made for roberta-base" in note for note in metrics["notes"])
    assert not any("adapter: seq_bn" in note for note in metrics["notes"])
    again = fetched(tmp_path / "pub", roberta, info, tmp_path / "again")
    assert again["fingerprint"] == metrics["fingerprint"] and again["weights_sha256"] == metrics["weights_sha256"]
    publish(tmp_path / "other", roberta, "classification", HOULSBY)
    other = fetched(tmp_path / "other", roberta, info, tmp_path / "new")
    assert other["weights_sha256"] != metrics["weights_sha256"] and other["fingerprint"] != metrics["fingerprint"]
    assert any("adapter: seq_bn" in note and "reduction_factor 8 (not 16)" in note for note in other["notes"])
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".safetensors"}


def test_full_fine_tuning_has_no_published_adapters(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    recipe = {"adapter": "full", "published": {"repository": str(tmp_path / "pub"), "revision": None}}
    with pytest.raises(IntertaskError, match="adapter: full"):
        fetch_source(recipe, small_task("classification").info, roberta, "0abc", tmp_path / "out")
