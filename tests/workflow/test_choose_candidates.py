"""The rounds of a recommendation that stops early: the script reads invented runs at the paths of the workflow."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from small_project import ROOT

SCRIPT = ROOT / "workflow" / "scripts" / "choose_candidates.py"
#: Source -> dev score with each of three seeds, on 400 rows.
SCORES = {"none": [50, 50, 50], "a": [90, 80, 80], "b": [60, 60, 60], "c": [70, 99, 70], "d": [86, 60, 60]}


def choose(results, seeds: list[int]) -> dict:
    recipe = {"model": "m", "target": "t", "k": 4, "seeds": seeds}
    out = results / f"candidates/m/t/round{len(seeds)}.json"
    command = [
        sys.executable,
        str(SCRIPT),
        "--recipe",
        json.dumps(recipe),
        "--results",
        str(results),
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.fixture
def results(tmp_path):
    ranking = pd.DataFrame({"rank": [1, 2, 3, 4, 5], "source": list("cabde"), "model": "m"})
    other = ranking.assign(source=list("edcba"), model="n")
    (tmp_path / "rankings").mkdir()
    pd.concat([other, ranking]).to_csv(tmp_path / "rankings/t.tsv", sep="\t", index=False)
    for source, values in SCORES.items():
        for seed, value in enumerate(values, 1):
            folder = tmp_path / f"candidates/m/t/{source}/seed{seed}"
            folder.mkdir(parents=True)
            result = {"dev_value": value, "rows": {"dev": 400}}
            (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return tmp_path


def test_rounds(results):
    # the first k of the model's own block, in its order
    assert choose(results, [])["sources"] == ["none", "c", "a", "b", "d"]
    assert "expected" not in choose(results, [])
    # best 90, s = 1.5: the better half of c 70, a 90, b 60, d 86 stays
    first = choose(results, [1])
    assert (first["sources"], first["dropped"]) == (["none", "a", "d"], ["c", "b"])
    # a 85, d 73: s = 1.8; c was dropped and does not return, though it has 99 with this seed
    second = choose(results, [1, 2])
    assert (second["sources"], second["dropped"]) == (["none", "a"], ["d"])
    assert second["scores"] == {"none": [50, 50], "a": [90, 80], "d": [86, 60]}


def test_what_the_ranking_expects_is_kept(results):
    path = results / "rankings/t.tsv"
    columns = {"expected_gain": 1.5, "expected_low": -3.0, "expected_high": 6.0, "helps": 0.6}
    table = pd.read_csv(path, sep="\t").assign(**columns)
    table.loc[(table["source"] == "a") | (table["model"] == "n"), list(columns)] = None
    table.to_csv(path, sep="\t", index=False)
    expected = choose(results, [])["expected"]
    assert set(expected) == {"c", "b", "d"}
    assert expected["c"] == {"gain": 1.5, "low": -3.0, "high": 6.0, "helps": 0.6}
