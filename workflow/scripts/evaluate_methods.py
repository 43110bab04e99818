"""Evaluate every ranking method on the observed transfers: NDCG, Regret@k and more."""

from pathlib import Path

import pandas as pd

from intertask.costs.measured import method_costs
from intertask.execution.script import arguments, run
from intertask.files import read_json
from intertask.rankings.bootstrap import comparison, intervals
from intertask.rankings.evaluation import evaluate, summary, without_relatives
from intertask.rankings.noise import ceiling, target_noise
from intertask.rankings.ranking import with_fused
from intertask.rankings.with_none import with_none
from intertask.tables import COST_COLUMNS, TRANSFER_COLUMNS, read_table, write_table

#: Methods that every other method is compared with, in addition to the best one.
REFERENCES = ["random", "fused", "recommended"]


def evaluated(recipe: dict, transfer: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Evaluate every method, and the noise ceiling, on every target."""
    settings = recipe["k"], recipe["gain"]
    methods = evaluate(transfer, with_fused(scores, recipe["fused"]), *settings)
    return pd.concat([methods, ceiling(transfer, *settings, recipe["seed"])], ignore_index=True)


def expected_gains(results: Path, recipe: dict) -> set[tuple[str, str]]:
    """List the (model, target) for which the scores of ``recommended`` are expected gains."""
    pairs = [(setting, target) for setting in recipe["settings"] for target in recipe["targets"]]
    return {(s, t) for s, t in pairs if read_json(results / "scores" / s / f"{t}.json").get("gains")}


def judged_with_none(recipe: dict, candidates: tuple, cost: pd.DataFrame, resampling: tuple) -> pd.DataFrame:
    """Summarize the evaluation in which training without a source is a candidate; empty if it was never observed."""
    if candidates[0].empty:
        return pd.DataFrame(columns=["model", "method"])
    transfer, scores = candidates
    evaluation = evaluate(transfer, with_fused(scores, recipe["fused"]), recipe["k"], recipe["gain"])
    ends = intervals(evaluation, *resampling)
    settings = [setting for setting in recipe["settings"] if (evaluation["model"] == setting).any()]
    return summary(evaluation, cost, ends, settings, recipe["gain"])


def main() -> None:
    options = arguments(__doc__, "results", "sentence-encoder", "out")
    recipe, results, out = options.recipe, Path(options.results), Path(options.out)
    transfer = read_table(results / "transfer.tsv", TRANSFER_COLUMNS)
    costs = read_table(results / "costs.tsv", COST_COLUMNS)
    scores = pd.concat(
        [
            read_table(results / "scores" / setting / f"{target}.tsv").assign(model=setting, target=target)
            for setting in recipe["settings"]
            for target in recipe["targets"]
        ],
        ignore_index=True,
    )
    cost = method_costs(costs, recipe, recipe["fused"], options.sentence_encoder)
    resampling = recipe["bootstrap"], recipe["confidence"], recipe["seed"]

    evaluation = evaluated(recipe, transfer, scores)
    table = summary(evaluation, cost, intervals(evaluation, *resampling), recipe["settings"], recipe["gain"])
    write_table(out / "evaluation.tsv", evaluation)
    write_table(out / "comparison.tsv", comparison(evaluation, *resampling, REFERENCES))
    write_table(out / "targets.tsv", target_noise(transfer, recipe["seed"]))
    candidates = with_none(transfer, scores, expected_gains(results, recipe))
    write_table(out / "regret_with_none.tsv", judged_with_none(recipe, candidates, cost, resampling))
    if recipe["relatives"]:
        # The fusion is computed again, because ranks depend on the sources that remain.
        remaining = [without_relatives(frame, recipe["relatives"]) for frame in (transfer, scores)]
        evaluation = evaluated(recipe, *remaining)
        ends = intervals(evaluation, *resampling)
        write_table(out / "evaluation_without_family.tsv", evaluation)
        second = summary(evaluation, cost, ends, recipe["settings"], recipe["gain"])
        write_table(out / "regret_without_family.tsv", second)
    write_table(out / "regret.tsv", table)
    shown = [column for column in table if not column.endswith(("_low", "_high"))]
    print(table[shown].to_string(index=False))


run(main)
