"""Compare AdapterFusion with single transfers: which sources it combines, and its scores (docs/adapter-fusion.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from ..errors import IntertaskError
from ..tables import ADAPTER_FUSION_COLUMNS
from .evaluation import mean_of_runs, truth


def best_sources(ranking: pd.DataFrame, model: str, k: int) -> list[str]:
    """Select the first k sources of a model in a target's ranking.

    Args:
        ranking: As :func:`~intertask.rankings.ranking.ranking_table` returns it: rank, source, model, sorted by rank.
        model: Model or setting whose block of the table is used.
        k: Number of sources; fewer if the ranking has fewer.

    Returns:
        Names of the sources, best first.

    Raises:
        IntertaskError: The ranking has no row of the model.
    """
    sources = ranking.loc[ranking["model"] == model, "source"].tolist()
    if not sources:
        raise IntertaskError(f"The ranking has no row of the model {model!r}.", "", "delete the ranking and run again")
    return sources[:k]


def comparison(fusions: Iterable[Mapping[str, Any]], transfer: pd.DataFrame) -> pd.DataFrame:
    """Compare the AdapterFusion of each model and target with its single transfers.

    Args:
        fusions: Results: model, target, seed, metric, value (percentage points), sources (in rank order).
        transfer: :data:`~intertask.tables.TRANSFER_COLUMNS`, of every source of the pool and of ``none``.

    Returns:
        :data:`~intertask.tables.ADAPTER_FUSION_COLUMNS`, one line per model and target, in the order of ``fusions``.
        Means are over seeds, as in :func:`~intertask.rankings.evaluation.truth`. ``fusion_deviation`` is the sample
        standard deviation over seeds, empty for one seed. ``best_single`` is the source of the pool with the highest
        mean, ``best_of_sources`` the fused source with the highest mean.
    """
    observed = {
        name: frame.set_index("source")["value"] for name, frame in truth(transfer).groupby(["model", "target"])
    }
    rows = []
    for (model, target), runs in pd.DataFrame(fusions).groupby(["model", "target"], sort=False):
        sources, single = runs["sources"].iloc[0], observed[model, target].drop(target, errors="ignore")
        pool, values = single.drop(NO_SOURCE), np.nan_to_num(runs.sort_values("seed")["value"].astype(np.float64))
        rows.append(
            {
                "model": model,
                "target": target,
                "metric": runs["metric"].iloc[0],
                "sources": ",".join(sources),
                "seeds": len(runs),
                "fusion_mean": mean_of_runs(runs.sort_values("seed")["value"]),
                "fusion_deviation": float(np.std(values, ddof=1)) if len(runs) > 1 else np.nan,
                **_best("best_single", pool),
                **_best("best_of_sources", pool[sources]),
                "none_mean": single[NO_SOURCE],
            }
        )
    return pd.DataFrame(rows, columns=ADAPTER_FUSION_COLUMNS)


def _best(name: str, means: pd.Series) -> dict[str, Any]:
    """Source with the highest mean, and its mean; a source without a score is never the best."""
    best = means.fillna(-np.inf).idxmax()
    return {name: best, f"{name}_mean": means[best]}
