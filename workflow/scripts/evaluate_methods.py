"""Judge every ranking method by the transfers: NDCG, Regret@k and more."""

from pathlib import Path

import pandas as pd

from intertask.rankings.evaluation import evaluate, summary
from intertask.rankings.ranking import with_fused
from intertask.reporting.tables import read_table, write_table
from intertask.runtime.costs import method_costs
from intertask.runtime.script import arguments, run


def main() -> None:
    options = arguments(__doc__, "results", "sentence-encoder", "evaluation", "regret")
    recipe, results = options.recipe, Path(options.results)
    transfer = read_table(results / "transfer.tsv", ["model", "target", "source", "seed", "metric", "value"])
    costs = read_table(results / "costs.tsv", ["step", "model", "method", "seconds"])
    scores = pd.concat(
        [
            read_table(results / "scores" / model / f"{target}.tsv").assign(model=model, target=target)
            for model in recipe["models"]
            for target in recipe["targets"]
        ],
        ignore_index=True,
    )
    evaluation = evaluate(transfer, with_fused(scores, recipe["fused"]), recipe["k"], recipe["gain"])
    write_table(options.evaluation, evaluation)
    cost = method_costs(costs, recipe["models"], recipe["methods"], recipe["fused"], options.sentence_encoder)
    table = summary(evaluation, cost)
    write_table(options.regret, table)
    print(table.to_string(index=False))


run(main)
