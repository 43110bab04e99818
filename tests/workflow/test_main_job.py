"""The whole workflow on a small run: what it writes, and whether the numbers are what they say."""

import json
import math
from itertools import combinations

import pandas as pd
import pytest
from files_page import differences, files, matches, sections

from intertask.config import load_config


def read(project, name: str) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / name, sep="\t")


def test_every_transfer_is_in_the_table(finished):
    table = read(finished, "transfer.tsv")
    config = finished.config
    expected = {
        ("minilm", target, source, seed)
        for target in config["targets"]
        for source in ["none", *config["sources"]]
        for seed in config["seeds"]
    }
    assert set(table[["model", "target", "source", "seed"]].itertuples(index=False, name=None)) == expected
    assert table["value"].between(-100, 100).all()


def test_every_result_says_what_it_was_made_from(finished):
    results = finished.folder / "results"
    for path in results.glob("transfer/*/*/*/seed*.json"):
        transfer = json.loads(path.read_text())
        source, target = transfer["source"], transfer["target"]
        data = json.loads((results / f"data/{target}/info.json").read_text())
        assert transfer["made_from"]["data"] == data["fingerprint"]
        if source != "none":
            adapter = json.loads((results / f"adapters/minilm/{source}/metrics.json").read_text())
            assert transfer["made_from"]["adapter"] == adapter["fingerprint"]
    assert not (results / "checkpoints").exists() or not list((results / "checkpoints").rglob("*.safetensors"))


def test_optimistic_score_is_said(finished):
    source = finished.config["sources"][0]
    metrics = json.loads((finished.folder / f"results/adapters/minilm/{source}/metrics.json").read_text())
    assert "optimistic" in metrics["dev"]


def test_rankings_are_best_first(finished):
    for target in finished.config["targets"]:
        table = read(finished, f"rankings/{target}.tsv")
        assert set(table["source"]) == set(finished.config["sources"])
        assert list(table.columns[:3]) == ["rank", "source", "expected_gain"]
        assert table["rank"].is_monotonic_increasing
        assert table["fused"].is_monotonic_decreasing


def expected_best(values: list[float], tied: list[float], k: int) -> float:
    """Mean over all choices of k from the tied, with those that are sure."""
    draws = [max([*values, *draw]) for draw in combinations(tied, k)]
    return sum(draws) / len(draws)


@pytest.mark.parametrize("method", ["random", "size", "vocabulary", "recommended", "fused"])
def test_ndcg_and_regret_recomputed(finished, method):
    """NDCG and Regret@k from transfer.tsv and the rankings alone, without a line of the package."""
    transfer, evaluation = read(finished, "transfer.tsv"), read(finished, "evaluation.tsv")
    truth = transfer.groupby(["target", "source"])["value"].mean()
    for target in finished.config["targets"]:
        ranking = read(finished, f"rankings/{target}.tsv")
        column = {"fused": "rank", "random": None}.get(method, f"{method}_rank")
        ranks = dict(zip(ranking["source"], ranking[column] if column else [1] * len(ranking), strict=True))
        true = {source: truth[target, source] for source in ranks}
        blocks = [[s for s in ranks if ranks[s] == rank] for rank in sorted(set(ranks.values()))]
        dcg, position = 0.0, 1
        for block in blocks:
            mean_gain = sum(2 ** max(true[s], 0) - 1 for s in block) / len(block)
            dcg += sum(mean_gain / math.log2(position + i + 1) for i in range(len(block)))
            position += len(block)
        ideal = sorted((2 ** max(v, 0) - 1 for v in true.values()), reverse=True)
        best = sum(g / math.log2(i + 2) for i, g in enumerate(ideal))
        found = evaluation[(evaluation["method"] == method) & (evaluation["target"] == target)]
        assert found.loc[found["metric"] == "ndcg", "value"].item() == pytest.approx(dcg / best, abs=1e-9)
        for k in [1, 3]:
            sure, rest, left = [], list(blocks), k
            while rest and len(rest[0]) <= left:
                left -= len(rest[0])
                sure += [true[s] for s in rest.pop(0)]
            top = expected_best(sure, [true[s] for s in rest[0]], left) if left else max(sure)
            regret = (max(true.values()) - top) / max(true.values()) * 100
            value = found.loc[(found["metric"] == "regret") & (found["k"] == k), "value"].item()
            assert value == pytest.approx(regret, abs=1e-9)


def test_regret_table(finished):
    table = read(finished, "regret.tsv")
    assert list(table["regret@3"]) == sorted(table["regret@3"])
    assert set(table["method"]) == {*load_config(finished.config).methods, "fused", "ceiling"}
    costs = table.set_index("method")["cost_seconds"]
    assert costs["random"] < costs["semb"] < costs["fused"]
    assert (table["targets"] == len(finished.config["targets"])).all()


def test_costs_name_every_job(finished):
    table = read(finished, "costs.tsv")
    sources, targets, seeds = (len(finished.config[key]) for key in ("sources", "targets", "seeds"))
    counts = table["step"].value_counts()
    assert counts["transfer"] == (sources + 1) * targets * seeds
    assert counts["adapters"] == sources
    assert counts["embeddings"] == 2 * (sources + targets)
    assert (table["seconds"] >= 0).all()


#: By other commands or configurations; their tests look at them, or their columns are those of a file that is here.
ELSEWHERE = {"plan.tsv", "fusion.tsv", "observed.tsv", "fewshot/{model}/{target}.tsv"}
ELSEWHERE |= {"evaluation_without_family.tsv", "regret_without_family.tsv"}


def test_files_page_tells_the_columns(finished):
    results = finished.folder / "results"
    real = [path for path in results.rglob("*") if path.suffix in (".tsv", ".json")]
    seen, wrong = set(), []
    for pattern in sections():
        for path in real:
            if path.suffix == pattern[pattern.rindex(".") :] and matches(pattern, str(path.relative_to(results))):
                seen.add(pattern)
                wrong += differences(path, pattern)
    assert wrong == []
    assert {pattern for pattern in sections() if not pattern.endswith(".parquet")} - seen == ELSEWHERE


def test_files_page_names_every_file(finished):
    results = finished.folder / "results"
    made = [str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()]
    named = [(pattern, pattern.endswith("/")) for pattern in files()]
    assert [name for name in made if not any(matches(p, name, folder) for p, folder in named)] == []
