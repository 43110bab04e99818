"""An atlas of two tasks that was built from a small invented results folder."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save_file

from intertask.atlas.build import build, score_table, to_half
from intertask.config.task_registry import Registry
from intertask.data import prepare
from intertask.files import write_json

#: Task -> its license. Only the first allows an adapter to be shipped.
LICENSES = {"open": "MIT", "closed": "custom"}
SECRET = "a sentence that nobody may pass on"


def write_results(results: Path, name: str) -> dict[str, np.ndarray]:
    """Write what a run leaves of one task; returns the arrays of its embeddings."""
    generator = np.random.default_rng(len(name))
    examples = generator.normal(size=(150, 8)).astype(np.float32)
    tokens = generator.integers(0, 30_000, 12_000).astype(np.int32)
    arrays = {"embeddings": examples, "mean": examples.mean(axis=0, dtype=np.float64), "token_ids": tokens}
    for encoder in ("m", "encoder"):
        (results / "embeddings" / encoder).mkdir(parents=True, exist_ok=True)
        kept = arrays if encoder == "m" else {key: arrays[key] for key in ("embeddings", "mean")}
        np.savez(results / "embeddings" / encoder / f"{name}.npz", **kept)
    folder = results / "adapters" / "m" / name
    folder.mkdir(parents=True)
    save_file({"down": generator.normal(size=(4, 8)).astype(np.float32)}, folder / "adapter.safetensors")
    metrics = {
        "metric": "accuracy",
        "value": 75.0,
        "rows": {"train": 6, "validation": 2},
        "device": "cpu",
        "precision": "float32",
    }
    training = {"steps": 2, "history": [{"step": 1, "loss": 0.7}, {"step": 1, "dev": 50.0}], "folder": str(results)}
    write_json(folder / "metrics.json", metrics | {"versions": {}, "training": training, "fingerprint": f"f-{name}"})
    return arrays


@pytest.fixture
def built(tmp_path, monkeypatch):
    """The folders of the run and of its atlas, the tasks, and the arrays of each task."""
    monkeypatch.chdir(tmp_path)
    places = {"open": "hub: a/open", "closed": "download: {train: {url: 'https://files.a.org/closed.csv'}}"}
    for name, license_name in LICENSES.items():
        rows = "".join(f"{SECRET} {name} {n},{'ab'[n % 2]}\n" for n in range(8))
        Path(f"{name}.csv").write_text("text,label\n" + rows)
        for folder, place in (("local", f"files: {{train: ../{name}.csv}}"), ("published", places[name])):
            Path(folder).mkdir(exist_ok=True)
            Path(folder, f"{name}.yaml").write_text(
                f"type: classification\ndata: {{{place}}}\ncolumns: {{text_a: text}}\n"
                f"license: {license_name}\nlicense_page: https://a.org/{name}\nlanguage: en\n"
            )
    local, published = Registry(["local"]), Registry(["published"])
    tasks = {name: published[name] for name in LICENSES}
    results = tmp_path / "results"
    arrays = {}
    for name in tasks:
        prepare(local[name], 1, results / "data" / name, {})
        arrays[name] = write_results(results, name)
    model = {"revision": None, "folder": str(tmp_path), "type": "bert", "hidden_size": 8, "layers": 1}
    model |= {"vocabulary": 30_000, "sha256": {"model.safetensors": "0" * 64}, "fingerprint": "f-model"}
    for encoder in ("m", "encoder"):
        write_json(results / "models" / f"{encoder}.json", model | {"path": "a/model" if encoder == "m" else "bundled"})

    def half_weights(folder: Path, file: str) -> str:
        to_half(folder / "adapter.safetensors", file)
        return f"sum-{folder.name}"

    def build_again(**licenses: str) -> Path:
        changed = {n: t.model_copy(update={"license": licenses.get(n, t.license)}) for n, t in tasks.items()}
        tables = {
            "transfer.tsv": "setting\ttarget\tsource\tseed\tmetric\tvalue\nm\topen\tnone\t1\taccuracy\t50.0\n",
            "scores.tsv": score_table({"open": [("size", "closed", 6.0)]}, "m"),
        }
        stage = {"epochs": 2, "learning_rate": 0.001, "batch_size": 4, "max_train_examples": 8}
        settings = {"seed": 1, "seeds": [1], "max_train_examples": 8, "max_validation_examples": 4, "adapter": "seq_bn"}
        settings |= {"training": {"source": stage, "transfer": stage}}
        settings |= {"adapter_config": {"config": {}, "name": "open", "hidden_size": 8, "model_name": "a/b"}}
        build(changed, results, tmp_path / "atlas", "m", "encoder", tables, half_weights, settings)
        return tmp_path / "atlas"

    return SimpleNamespace(atlas=build_again(), again=build_again, results=results, arrays=arrays, secret=SECRET)
