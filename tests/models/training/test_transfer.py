"""One transfer: the source's adapter is what the target starts from, and the result names what it was made from."""

import json

import pytest
from trained_source import trained_source

from intertask.errors import IntertaskError
from intertask.files import read_json, write_json
from intertask.models.training.transfer import is_current, transfer, transfer_together


@pytest.fixture
def run(tiny_model, recipe, prepared_folder, tmp_path):
    """A transfer to the task of colors from a source (the recipe's)."""
    recipe["training"] |= {"max_steps": 4, "patience": 0}
    settings = {"model": tiny_model.model_dump(), "split_seed": 1}

    def call(source, **options):
        parts = prepared_folder, tmp_path / "model.json", tmp_path / "adapters", tmp_path / "checkpoints"
        return transfer({**recipe, **settings, "source": source}, *parts, **options)[1]

    return call


def test_transfers_with_and_without_a_source(run, tiny_model, recipe, tmp_path):
    _, sha256 = trained_source(tiny_model, recipe["adapter"], tmp_path / "adapters" / "src")
    write_json(tmp_path / "adapters" / "src" / "metrics.json", {"fingerprint": "12", "weights_sha256": sha256})
    result, again, baseline = run("src"), run("src"), run("none")
    assert (result["target"], result["source"], result["seed"]) == ("colours", "src", 3)
    assert (result["made_from"]["adapter"], baseline["made_from"]["adapter"]) == ("12", None)
    assert result["made_from"]["model"] == "0abc"
    assert result["scores"] == again["scores"] and result["fingerprint"] == again["fingerprint"]
    assert result["fingerprint"] != baseline["fingerprint"]
    assert result["training"]["history"] != baseline["training"]["history"]
    assert json.loads(json.dumps(result)) == result


def test_held_out_rows_are_scored(run):
    result = run("none", hold_out=True)
    assert result["rows"] == {"train": 24, "dev": 8, "validation": 16}
    assert result["dev_value"] == result["dev_scores"]["accuracy"]


def test_other_weights_than_the_sources_are_refused(run, tiny_model, recipe, tmp_path):
    trained_source(tiny_model, recipe["adapter"], tmp_path / "adapters" / "src")
    path = tmp_path / "adapters" / "src" / "metrics.json"
    write_json(path, {"fingerprint": "12", "weights_sha256": "other"})
    with pytest.raises(IntertaskError, match="stale or damaged"):
        run("src")
    assert read_json(path)["weights_sha256"] == "other"


def test_a_result_is_current_until_something_changes(run, tiny_model, recipe, prepared_folder, tmp_path):
    _, sha256 = trained_source(tiny_model, recipe["adapter"], tmp_path / "adapters" / "src")
    metrics, path = tmp_path / "adapters" / "src" / "metrics.json", tmp_path / "seed3.json"
    write_json(metrics, {"fingerprint": "12", "weights_sha256": sha256})
    inputs = prepared_folder, tmp_path / "model.json", tmp_path / "adapters"
    result = run("src")
    assert not is_current(path, result["recipe"], *inputs)
    write_json(path, result)
    assert is_current(path, result["recipe"], *inputs)
    assert not is_current(path, result["recipe"] | {"seed": 4}, *inputs)
    write_json(metrics, {"fingerprint": "13", "weights_sha256": sha256})
    assert not is_current(path, result["recipe"], *inputs)
    path.write_text("damaged", encoding="utf-8")
    assert not is_current(path, result["recipe"], *inputs)


def test_results_together_are_described_as_alone(run, tiny_model, recipe, prepared_folder, tmp_path):
    _, sha256 = trained_source(tiny_model, recipe["adapter"], tmp_path / "adapters" / "src")
    write_json(tmp_path / "adapters" / "src" / "metrics.json", {"fingerprint": "12", "weights_sha256": sha256})
    alone = [run("src"), run("none")]
    inputs = prepared_folder, tmp_path / "model.json", tmp_path / "adapters", tmp_path / "checkpoints"
    together = transfer_together([result["recipe"] for result in alone], *inputs)
    for mine, theirs in zip(together, alone, strict=True):
        assert list(mine) == list(theirs)
        same = ("source", "target", "seed", "recipe", "made_from", "fingerprint", "rows", "metric")
        assert [mine[key] for key in same] == [theirs[key] for key in same]
    assert together[0]["seconds"] == together[1]["seconds"]
