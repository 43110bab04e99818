"""The fused ranking, and the table of a target's ranked sources."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import IntertaskError, did_you_mean
from ..ranks import average_ranks, reciprocal_rank_fusion


def with_fused(scores: pd.DataFrame, fused: Sequence[str]) -> pd.DataFrame:
    """Add one method to the scores: ``fused``, the reciprocal rank fusion of some methods.

    Args:
        scores: model, target, method, source, score.
        fused: Methods to fuse. If empty, nothing is added.

    Returns:
        The scores, then those of ``fused``.

    Raises:
        IntertaskError: A model and target have no scores of one of the methods.
    """
    rows = [scores]
    for (model, target), group in scores.groupby(["model", "target"], sort=False):
        if fused:
            table = _by_method(group, fused)
            score = reciprocal_rank_fusion(table.to_numpy().T)
            columns = {"model": model, "target": target, "method": "fused", "source": table.index, "score": score}
            rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


#: Columns of a ranking with the gain over ``none`` that `recommended` expects: name in its predictions -> column.
EXPECTED = {"gain": "expected_gain", "low": "expected_low", "high": "expected_high", "helps": "helps"}


def ranking_table(
    scores: pd.DataFrame,
    methods: Sequence[str],
    fused: Sequence[str],
    expected: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
) -> pd.DataFrame:
    """Rank the sources of one target: best first by the fused ranking, equal ones by name.

    Args:
        scores: model, target, method, source, score; one target, one or several models.
        methods: Methods to show, in this order.
        fused: Methods that the fused ranking combines.
        expected: Model -> source -> ``gain``, ``low``, ``high`` and ``helps``, for models with such predictions.

    Returns:
        rank, source, the columns of :data:`EXPECTED` (NaN = no prediction), fused (score of the fusion), then
        ``<method>`` (score) and ``<method>_rank`` for each method, then model. Ties share the average of their ranks;
        sources without a score share the last ranks. Each model is one block of rows, in the order of ``scores``.

    Raises:
        IntertaskError: A model has no scores of one of the methods.
        ValueError: The scores are of several targets.
    """
    if scores["target"].nunique() > 1:
        raise ValueError("ranking_table takes the scores of one target")
    blocks = []
    for model, group in scores.groupby("model", sort=False):
        table = _by_method(group, methods)
        joined = _by_method(group, fused).to_numpy().T
        score = reciprocal_rank_fusion(joined) if fused else np.full(len(table), np.nan)
        block = pd.DataFrame({"rank": average_ranks(score), "source": table.index})
        of_model = (expected or {}).get(str(model), {})
        predictions = pd.DataFrame.from_dict(of_model, orient="index", columns=[*EXPECTED])
        block[[*EXPECTED.values()]] = predictions.reindex(table.index).to_numpy(np.float64)
        block["fused"] = score
        for method in methods:
            block[method] = table[method].to_numpy()
            block[f"{method}_rank"] = average_ranks(block[method])
        blocks.append(block.assign(model=model).sort_values(["rank", "source"]))
    return pd.concat(blocks, ignore_index=True)


def _by_method(scores: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Scores [sources, methods] of one model and target, with every source that has a score, sorted by name."""
    model, target = scores.iloc[0][["model", "target"]]
    table = scores[scores["source"] != target].pivot(index="source", columns="method", values="score").sort_index()
    for method in methods:
        if method not in table.columns:
            raise IntertaskError(
                f"There are no scores of the method {method!r}; {did_you_mean(method, table.columns)}",
                f"model {model}, target {target}",
                "add it to 'methods' in the configuration and run again",
            )
    return table[list(methods)].astype(np.float64)
