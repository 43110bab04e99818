"""Loading artifacts: the right ones, none that is out of date, and no transfers to the target itself."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from intertask.errors import IntertaskError
from intertask.evidence import Evidence
from intertask.files import write_json

TASKS = ["a", "b", "t", "u"]


@pytest.fixture
def results(tmp_path):
    for task in TASKS:
        folder = tmp_path / "data" / task
        folder.mkdir(parents=True)
        info = {
            "task": task,
            "type": "classification",
            "labels": ["no", "yes"],
            "rows_before_cap": {"train": 5},
            "words": {"mean": 7.5},
            "fingerprint": f"data-{task}",
        }
        (folder / "info.json").write_text(json.dumps(info))
        second = ["x"] * 3 if task == "b" else [None] * 3
        pq.write_table(
            pa.table({"text_a": ["q"] * 3, "text_b": pa.array(second, pa.string())}), folder / "train.parquet"
        )
        adapter = tmp_path / "adapters" / "m" / task
        adapter.mkdir(parents=True)
        (adapter / "metrics.json").write_text(json.dumps({"fingerprint": f"adapter-{task}"}))
    return tmp_path


def recipe(**changes) -> dict:
    own = {"models": ["m"], "sources": ["a", "b"], "targets": ["t", "u"], "seeds": [1, 2]}
    values = {"target": "t", "setting": "m", "sources": ["a", "b"], "history": "none", "observed": False}
    return values | {"relatives": ["t"], "known": TASKS, "own": own} | changes


def load(results, *reads, **changes):
    return Evidence(results, recipe(**changes), "m", "s", reads).load()


def transfer(results, target, source, seed, value, model="m"):
    path = results / "transfer" / model / f"{target}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as table:
        if table.tell() == 0:
            table.write("model\ttarget\tsource\tseed\tmetric\tvalue\n")
        table.write(f"{model}\t{target}\t{source}\t{seed}\taccuracy\t{value}\n")


def test_without_artifacts_facts_come_from_the_info(results):
    target, (a, b) = load(results)
    assert (target.task, target.rows, target.classes, target.words) == ("t", 5, 2, 7.5)
    assert (a.paired, b.paired) == (False, True)
    assert a.features is None and target.past is None


def test_own_history_leaves_the_target_out(results):
    for source, values in {"none": (50, 52), "a": (60, 62), "b": (70, float("nan"))}.items():
        for seed, value in enumerate(values, start=1):
            transfer(results, "u", source, seed, value)
            transfer(results, "t", source, seed, 99)  # must not be read
    target, (a, b) = load(results, "history", history="own")
    (past,) = target.past
    assert (past.setting, past.same_setting, past.facts.task, past.none) == ("m", True, "u", 51)
    np.testing.assert_array_equal(a.history, [61])
    np.testing.assert_array_equal(b.history, [35])  # a run without a score counts as 0


def test_own_history_leaves_the_family_out(results):
    assert load(results, "history", history="own", relatives=["t", "u"])[0].past == ()


def test_imported_history(results):
    table = results / "past.tsv"
    lines = ["setting\ttarget\tsource\tseed\tmetric\tvalue"]
    lines += [f"{s}\t{t}\t{source}\t1\taccuracy\t{v}" for s, t, source, v in (
        ("m", "u", "a", 0.5), ("m", "u", "b", 0.75), ("m", "t", "a", 0.99), ("other", "far", "b", 0.25)
    )]  # fmt: skip
    table.write_text("\n".join(lines) + "\n")
    target, (a, b) = load(results, "history", history=[str(table)])
    assert [(p.setting, p.same_setting, p.facts.task, p.facts.type) for p in target.past] == [
        ("m", True, "u", "classification"),
        ("other", False, "far", ""),  # a task of which nothing else is known
    ]
    np.testing.assert_array_equal(a.history, [50, np.nan])
    np.testing.assert_array_equal(b.history, [75, 25])
    unknown, _ = load(results, "history", history=[str(table)], known=["a", "b", "t"])
    assert unknown.past[0].facts.type == ""  # data of an earlier configuration, which has not been checked


def test_observed_transfers_are_history_too(results):
    lines = [
        "model\ttarget\tsource\tseed\tmetric\tvalue",
        "x\tu\ta\t1\tf1\t40",
        "x\tt\ta\t1\tf1\t90",
        "y\tu\tb\t1\tf1\t30",
    ]
    (results / "transfer.tsv").write_text("\n".join(lines) + "\n")
    target, (a, b) = load(results, "history", history="own", observed=True, setting="y")
    assert [(p.setting, p.same_setting) for p in target.past] == [("x", False), ("y", True)]
    np.testing.assert_array_equal([a.history, b.history], [[40, np.nan], [np.nan, 30]])


def write_scores(results) -> str:
    """A table of scores beside earlier transfers, with one method that is no measure."""
    path = results / "scores.tsv"
    lines = ["setting\ttarget\tmethod\tsource\tscore", "m\tu\tsemb\ta\t0.3"]
    lines += [f"{s}\t{t}\tlogme\t{source}\t{v}" for s, t, source, v in (
        ("m", "u", "a", -0.5), ("m", "u", "none", -0.7), ("other", "u", "a", 9), ("m", "u", "b", "nan"),
        ("m", "t", "a", 5), ("other", "far", "b", 1),
    )]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_measures_beside_earlier_transfers(results):
    test_imported_history(results)
    history, tables = [str(results / "past.tsv")], [write_scores(results)]
    target, _ = Evidence(results, recipe(history=history), "m", "s", ["history"], tables).load()
    near, far = target.past
    assert near.facts.measures == {"logme": {"a": -0.5, "none": -0.7}}  # of the ranked setting
    assert far.facts.measures == {"logme": {"b": 1.0}}
    assert target.measures is None  # its own scores beside earlier transfers are not evidence for a new ranking


def test_measures_of_the_evaluated_transfers(results):
    test_observed_transfers_are_history_too(results)
    asked = recipe(history="own", observed=True, setting="m")
    target, _ = Evidence(results, asked, "m", "s", ["history"], [write_scores(results)]).load()
    assert target.measures == {"logme": {"a": 5.0}}


def test_measures_of_this_run(results):
    scores = {"knn": {"a": 0.5, "none": 0.25}}
    path = results / "measures/m/t.json"
    write_json(path, {"target": "t", "data": "data-t", "scores": scores})
    assert load(results, "history", measured=["a"])[0].measures == scores
    write_json(path, {"target": "t", "data": "older", "scores": scores})
    with pytest.raises(IntertaskError, match="data"):
        load(results, "history", measured=["a"])


def write_rows(results, fingerprint="rows"):
    (results / "rows" / "m").mkdir(parents=True, exist_ok=True)
    arrays = {
        "features": np.ones((3, 2), np.float32),
        "groups": np.arange(3),
        "labels/0": np.array([0, 1]),
        "index/0": np.array([0, 2]),
        "labels/1": np.array([1]),
        "index/1": np.array([1]),
    }
    save_file(arrays, results / "rows/m/t.safetensors", metadata={"data": "data-t", "fingerprint": fingerprint})


def write_features(results, **metadata):
    (results / "features" / "m").mkdir(parents=True, exist_ok=True)
    arrays = {f"features/{s}": np.full((3, 2), i, np.float32) for i, s in enumerate(["a", "b"])}
    arrays["probabilities/b"] = np.full((3, 4), 0.25, np.float32)
    made_from = {"data": "data-t", "rows": "rows", "adapters": json.dumps({"a": "adapter-a", "b": "adapter-b"})}
    save_file(arrays, results / "features/m/t.safetensors", metadata=made_from | metadata)


def test_rows_and_features(results):
    write_rows(results)
    write_features(results)
    target, (a, b) = load(results, "rows", "features")
    assert [view.index.tolist() for view in target.target_rows.views] == [[0, 2], [1]]
    assert target.features.shape == (3, 2)
    assert (a.features == 0).all() and (b.features == 1).all()
    assert a.probabilities is None and b.probabilities.shape == (3, 4)


@pytest.mark.parametrize(
    ("stale", "part"),
    [
        ({"data": "old"}, "data"),
        ({"rows": "old"}, "rows"),
        ({"adapters": json.dumps({"a": "adapter-a", "b": "old"})}, "adapter of b"),
        ({"adapters": json.dumps({"a": "adapter-a"})}, "adapter of b"),
    ],
)
def test_stale_features_are_an_error(results, stale, part):
    write_rows(results)
    write_features(results, **stale)
    with pytest.raises(IntertaskError, match=f"out of date: the {part} changed"):
        load(results, "rows", "features")


def write_arrays(results, folder, arrays, model="m", **stale):
    (results / folder / model).mkdir(parents=True)
    for number, task in enumerate(TASKS):
        made_from = {"data": f"data-{task}", "adapter": f"adapter-{task}"} | (stale if task == "b" else {})
        numbered = {name: array + number for name, array in arrays.items()}
        np.savez(results / folder / model / f"{task}.npz", **numbered, **made_from)


@pytest.mark.parametrize(("artifact", "model"), [("base", "m"), ("sentence", "s")])
def test_embeddings_of_the_model_that_the_method_reads(results, artifact, model):
    arrays = {"embeddings": np.ones((2, 3)), "mean": np.ones(3), "token_ids": np.arange(4)}
    write_arrays(results, "embeddings", arrays, model)
    target, (a, b) = load(results, artifact)
    assert [fact.text_mean is None for fact in (target, a, b)] == [artifact == "sentence"] * 3
    fields = ("text_embeddings", "text_mean") if artifact == "base" else ("sentence_embeddings", "sentence_mean")
    for field, name in zip(fields, ("embeddings", "mean"), strict=True):
        for number, fact in ((0, a), (1, b), (2, target)):
            np.testing.assert_array_equal(getattr(fact, field), arrays[name] + number)
    assert (a.token_ids is None) == (artifact == "sentence")


def test_maps_belong_to_sources_and_gradients_to_every_task(results):
    write_rows(results)
    write_arrays(results, "maps", {"weight": np.eye(2), "bias": np.zeros(2)})
    write_arrays(results, "gradients", {"component/layer0": np.ones(2)})
    write_arrays(results, "fewshot_gradients", {"component/layer1": np.ones(2)}, adapter="any")
    target, (a, b) = load(results, "maps", "gradients", "fewshot_gradients")
    np.testing.assert_array_equal(b.map[0], np.eye(2) + 1)
    np.testing.assert_array_equal(b.map[1], [1, 1])
    weight, bias = b.map  # read again, and not kept
    assert weight is not b.map[0] and len(bias) == len(b.map) == 2
    assert target.map is None and target.features.shape == (3, 2)
    for number, fact in ((0, a), (1, b), (2, target)):
        assert list(fact.gradients) == ["layer0"] and list(fact.fewshot_gradients) == ["layer1"]
        np.testing.assert_array_equal(fact.gradients["layer0"], [1 + number] * 2)


@pytest.mark.parametrize("artifact", ["maps", "gradients"])
@pytest.mark.parametrize("part", ["data", "adapter"])
def test_stale_arrays_are_an_error(results, artifact, part):
    write_rows(results)
    arrays = {"weight": np.eye(2), "bias": np.zeros(2), "component/layer0": np.ones(2)}
    write_arrays(results, artifact, arrays, **{part: "old"})
    with pytest.raises(IntertaskError, match=f"out of date: the {part}"):
        load(results, artifact)


def write_fewshot(results, data="data-t", adapter="adapter-b"):
    (results / "fewshot" / "m").mkdir(parents=True)
    lines = ["source\tstep\tvalue\tdata\tadapter"]
    lines += [f"a\t{step}\t{50 + step}\tdata-t\tadapter-a" for step in (5, 10)]
    lines += [f"b\t5\t40.5\t{data}\t{adapter}"]
    (results / "fewshot/m/t.tsv").write_text("\n".join(lines) + "\n")


def test_fewshot_scores_by_step(results):
    write_fewshot(results)
    target, (a, b) = load(results, "fewshot")
    assert (a.fewshot, b.fewshot, target.fewshot) == ({5: 55, 10: 60}, {5: 40.5}, None)


@pytest.mark.parametrize(("stale", "part"), [({"data": "old"}, "data"), ({"adapter": "old"}, "adapter of b")])
def test_stale_fewshot_scores_are_an_error(results, stale, part):
    write_fewshot(results, **stale)
    with pytest.raises(IntertaskError, match=f"out of date: the {part}"):
        load(results, "fewshot")


def test_infos_of_target_and_sources(results):
    infos = Evidence(results, recipe(), "m", "s", []).infos()
    assert {task: info["fingerprint"] for task, info in infos.items()} == {t: f"data-{t}" for t in ("t", "a", "b")}


def test_weights_have_the_same_names_for_every_task(results):
    site = "encoder.layer.0.output.adapters"
    for task in ("a", "t"):
        tensors = {
            f"{site}.{task}.adapter_down.0.weight": np.ones((2, 6), np.float32),
            f"{site}.{task}.adapter_down.0.bias": np.ones(2, np.float32),
            f"{site}.{task}.adapter_up.weight": np.ones((6, 2), np.float32),
        }
        save_file(tensors, results / "adapters/m" / task / "adapter.safetensors")
    target, (a, b) = load(results, "weights")
    assert list(target.weights) == list(a.weights) == [f"{site}.*.adapter_down.0.weight"]
    assert [half.shape for half in a.weights[f"{site}.*.adapter_down.0.weight"]] == [(2, 6), (6, 2)]
    assert b.weights is None
