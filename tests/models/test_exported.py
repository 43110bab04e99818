"""An exported adapter, loaded in another process by the code in its card, reaches the score of its run."""

import json
import os
import runpy
import shutil
import sys
import traceback
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from five_types import small_task
from paths import ROOT

from intertask.data import Prepared
from intertask.data.prepare import rows_fingerprint
from intertask.errors import IntertaskError
from intertask.files import read_json, write_json
from intertask.models import exported
from intertask.predict.__main__ import main as predict
from intertask.recommendation.card import Evaluation, model_card

SCRIPT = ROOT / "workflow" / "scripts" / "run_candidate.py"
#: Type -> adapter; one is a whole encoder.
RUNS = {
    "classification": "lora",
    "regression": "lora",
    "multiple_choice": "seq_bn[reduction_factor=2]",
    "extractive_qa": "full",
    "tagging": "par_bn[reduction_factor=2]",
}

#: Run in a fork, which saves the imports: the code of each card, then the score of its predictions.
FORKED = r"""
import json, re
from pathlib import Path
from intertask.data import load_prepared
from intertask.types import get_type

found = {}
for kind in kinds:
    plain, library = re.findall(r"```python\n(.*?)```", Path(f"{kind}/README.md").read_text(), re.DOTALL)
    lines, exact = {}, {}
    exec(plain, lines)
    exec(library, exact)
    info, rows, predict = exact["adapter"].info, exact["rows"], lines["predict"]
    arguments = {
        "classification": ("text_a", "text_b"),
        "regression": ("text_a", "text_b"),
        "multiple_choice": ("context", "question", "choices"),
        "extractive_qa": ("context", "question"),
        "tagging": ("tokens",),
    }[kind]
    said = [predict(*(row[name] for name in arguments)) for row in rows]
    raw = said
    if kind == "classification":
        raw = [info["labels"].index(label) for label in said]
    if kind == "tagging":
        raw = [[info["labels"].index(tag) for tag in tags] for tags in said]
    found[kind] = {
        "plain": get_type(kind).score(raw, rows, info),
        "library": exact["adapter"].score(rows),
        "said": said,
        "same": exact["adapter"].predict([{name: row[name] for name in arguments} for row in rows]),
    }
Path("found.json").write_text(json.dumps(found))
"""


def task(kind: str) -> Prepared:
    """A small task; in tagging, every third row lacks its first word, so that not all have the same tags."""
    found = small_task(kind)
    if kind == "tagging":
        for row in found.train[::3]:
            row |= {"tokens": row["tokens"][1:], "tags": row["tags"][1:]}
    return found


def write_data(prepared, folder: Path) -> dict:
    folder.mkdir(parents=True)
    for part, rows in (("train", prepared.train), ("validation", prepared.validation)):
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{part}.parquet")
    info = dict(prepared.info) | {"task": folder.name, "labels": prepared.info["labels"]}
    info["fingerprint"] = rows_fingerprint(prepared.train, prepared.validation, info["labels"])
    write_json(folder / "info.json", info)
    return info


NOTHING = Evaluation(None, 0.95, None, [], [])


@pytest.fixture(scope="module")
def exports(tmp_path_factory, tiny_model) -> tuple[Path, dict]:
    """A folder with an export of each type, and what another process found with the lines of their cards."""
    root = tmp_path_factory.mktemp("exports")
    training = {"learning_rate": 0.03, "epochs": 25, "max_steps": None, "batch_size": 8, "weight_decay": 0.0}
    training |= {"warmup_ratio": 0.0, "max_grad_norm": 1.0, "patience": 0, "evaluate_every": 1, "dev": "held_out"}
    training |= {"dev_fraction": 0.4, "max_dev_examples": None, "max_train_examples": None}
    write_json(root / "model.json", {"fingerprint": "m"})
    for kind, adapter in RUNS.items():
        write_data(task(kind), root / "results" / "data" / kind)
        recipe = {"model": {"path": tiny_model.path, "revision": None}, "adapter": adapter, "source": "none"}
        recipe |= {"training": training, "max_length": 100, "stride": 8, "seed": 3, "split_seed": 1, "dev_seed": 3}
        if adapter == "full":
            recipe["training"] = training | {"learning_rate": 0.001}
        options = {"recipe": json.dumps(recipe), "data": f"results/data/{kind}", "model": "model.json"}
        options |= {"adapters": "adapters", "checkpoints": "checkpoints", "out": kind}
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
            patch.setattr(sys, "argv", [str(SCRIPT), *arguments])
            runpy.run_path(str(SCRIPT), run_name="__main__")
        (root / kind / "result.json").rename(root / kind / "intertask.json")
        result = read_json(root / kind / "intertask.json")
        about = {"role": "target", "rows": 48, "origin": "the files mine.csv", "license": "CC0", "language": "en"}
        scores = {"split": "held out", "rows": 19, "exported": 1.0, "mean": 1.0, "low": None, "high": None, "seeds": 1}
        data = f"results/data/{kind}"
        card = model_card(result, kind, data, None, ["It was chosen."], [scores], {kind: about}, NOTHING)
        (root / kind / "README.md").write_text(card, encoding="utf-8")
    child = os.fork()
    if child == 0:
        try:
            os.chdir(root)
            exec(FORKED, {"kinds": list(RUNS)})
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    return root, read_json(root / "found.json")


@pytest.mark.parametrize("kind", RUNS)
def test_lines_of_the_card_score_what_the_run_scored(exports, kind):
    root, found = exports
    result = read_json(root / kind / "intertask.json")
    assert result["rows"]["dev"] > 10
    assert len({json.dumps(prediction) for prediction in found[kind]["said"]}) > 1
    for lines in ("plain", "library"):
        assert found[kind][lines] == pytest.approx(result["dev_scores"], abs=1e-3)
    assert result["dev_value"] == result["dev_scores"][result["metric"]]


@pytest.mark.parametrize("kind", RUNS)
def test_lines_without_and_with_intertask_predict_alike(exports, kind):
    _, found = exports
    assert found[kind]["said"] == (
        pytest.approx(found[kind]["same"], abs=1e-4) if kind == "regression" else found[kind]["same"]
    )


def test_regression_is_in_the_unit_of_the_labels(exports):
    """Labels are 100 and 101; what the head gives is about 0."""
    _, found = exports
    assert all(98 < value < 103 for value in found["regression"]["said"])


def test_answers_are_spans_of_their_windows(exports):
    """One row's context is longer than a window; of every five rows one has no answer."""
    root, found = exports
    rows = exported.dev_rows(root / "extractive_qa", root / "results" / "data" / "extractive_qa")
    assert all(answer in row["context"] for answer, row in zip(found["extractive_qa"]["said"], rows, strict=True))
    assert read_json(root / "extractive_qa" / "intertask.json")["info"]["unanswerable"] is True


def test_export_holds_no_pickle_and_no_rows(exports):
    root, _ = exports
    for kind in RUNS:
        assert {path.suffix for path in (root / kind).iterdir()} == {".json", ".safetensors", ".md"}
        words = " ".join(path.read_text() for path in (root / kind).iterdir() if path.suffix in (".json", ".md"))
        assert "stood alone" not in words


def test_dev_rows_have_no_part_in_training(exports):
    root, _ = exports
    for kind in RUNS:
        counts = read_json(root / kind / "intertask.json")["rows"]
        assert len(exported.dev_rows(root / kind, root / "results" / "data" / kind)) == counts["dev"]
        assert counts["train"] + counts["dev"] == 48


def test_dev_rows_of_other_data_are_refused(exports, tmp_path):
    root, _ = exports
    write_data(small_task("regression"), tmp_path / "other")
    with pytest.raises(IntertaskError, match="out of date: the data changed"):
        exported.dev_rows(root / "classification", tmp_path / "other")


def test_rows_that_cannot_be_predicted(exports):
    root, _ = exports
    adapter = exported.load(root / "multiple_choice")
    assert adapter.predict([]) == []
    assert adapter.predict([{"choices": ["red", "blue"]}])[0] in (0, 1)
    with pytest.raises(IntertaskError, match="Row 0 has no 'choices'"):
        adapter.predict([{"context": "the red wall"}])
    with pytest.raises(IntertaskError, match="more than 3 choices"):
        adapter.predict([{"choices": list("abcd")}])


@pytest.mark.parametrize("kind", RUNS)
def test_the_command_predicts_like_the_library_whatever_the_batch(exports, kind, tmp_path):
    root, found = exports
    rows = exported.dev_rows(root / kind, root / "results" / "data" / kind)
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tables = []
    for size in ("1", "16"):
        arguments = [str(root / kind), str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), "--batch-size", size]
        predict(arguments)
        lines = (tmp_path / "out.jsonl").read_text().splitlines()
        tables.append([json.loads(line) for line in lines])
    said, more = ([row["prediction"] for row in table] for table in tables)
    assert said == pytest.approx(more, abs=1e-4) if kind == "regression" else said == more
    assert said == pytest.approx(found[kind]["same"], abs=1e-4) if kind == "regression" else said == found[kind]["same"]
    for row, line in zip(rows, tables[0], strict=True):
        shares = [value for name, value in line.items() if name.startswith("probability_") and value is not None]
        assert not shares or sum(shares) == pytest.approx(1, abs=1e-3)
        if line.get("start") is not None:
            assert row["context"][line["start"] :].startswith(line["prediction"])


@pytest.mark.parametrize("name", ["adapter.safetensors", "head_config.json"])
def test_a_damaged_or_incomplete_export_is_refused(exports, tmp_path, name):
    root, _ = exports
    folder = tmp_path / "copy"
    shutil.copytree(root / "classification", folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(IntertaskError, match="damaged"):
        exported.load(folder)
    (folder / name).unlink()
    with pytest.raises(IntertaskError, match="is missing"):
        exported.load(folder)


def test_folder_without_a_description(tmp_path, exports):
    root, _ = exports
    shutil.copytree(root / "tagging", tmp_path / "part")
    (tmp_path / "part" / "intertask.json").unlink()
    with pytest.raises(IntertaskError, match="missing"):
        exported.load(tmp_path / "part")


def test_card_names_data_license_versions(exports):
    root, _ = exports
    card = (root / "tagging" / "README.md").read_text(encoding="utf-8")
    front = "license: cc0\nlanguage:\n- en\nlibrary_name: adapters\npipeline_tag: token-classification\n"
    assert card.startswith(f"---\n{front}")
    for words in ("license: CC0", "the files mine.csv", "- torch ", "one seed", "It was chosen."):
        assert words in card


def test_the_base_model_may_have_moved_and_bad_rows_have_empty_cells(exports, tmp_path, capsys):
    root, _ = exports
    adapter = tmp_path / "adapter"
    shutil.copytree(root / "classification", adapter)
    about = read_json(adapter / "intertask.json")
    moved = about["recipe"]["model"]["path"]
    about["recipe"]["model"]["path"] = str(tmp_path / "gone")
    write_json(adapter / "intertask.json", about)
    (tmp_path / "in.csv").write_text("text_a,text_b\na red wall,x\n,y\n")
    command = [str(adapter), str(tmp_path / "in.csv"), str(tmp_path / "out.jsonl")]
    with pytest.raises(IntertaskError, match="gone"):
        predict(command)
    predict([*command, "--model", moved])
    first, second = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert first.keys() == second.keys() and None not in first.values() and set(second.values()) == {None}
    printed = capsys.readouterr()
    assert "in.csv, line 3" in printed.err and "1 prediction in" in printed.out
    write_json(adapter / "adapter_config.json", read_json(adapter / "adapter_config.json") | {"hidden_size": 5})
    about["files"].pop("adapter_config.json")
    write_json(adapter / "intertask.json", about)
    with pytest.raises(IntertaskError, match="its hidden_size is 5"):
        predict([*command, "--model", moved])
