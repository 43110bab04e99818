"""Training without a source as one more candidate of every ranking."""

from collections.abc import Collection

import pandas as pd

from ..artifacts import NO_SOURCE

#: Name of the candidate among the sources. No task can have it, because it has a blank.
CANDIDATE = "no source"
#: Methods that place it: the ranking that expects gains, and the one that always puts it first.
PREDICTS, ALWAYS = "recommended", "none"


def with_none(
    transfer: pd.DataFrame, scores: pd.DataFrame, predicted: Collection[tuple[str, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add training without a source to the candidates of every target.

    Other methods than :data:`PREDICTS` cannot tell whether any source helps, so they rank the candidate last.

    Args:
        transfer: :data:`~intertask.tables.TRANSFER_COLUMNS`.
        scores: model, target, method, source, score.
        predicted: (model, target) for which the scores of ``recommended`` are expected gains, so that no source has the
            score 0.

    Returns:
        Transfers and scores of the targets that were also trained without a source, with the additional candidate
        and the additional method ``none``, which ranks it first.
    """
    none = transfer[transfer["source"] == NO_SOURCE]
    known = set(zip(none["model"], none["target"], strict=True))

    def of_known(table: pd.DataFrame) -> pd.DataFrame:
        return table[[pair in known for pair in zip(table["model"], table["target"], strict=True)]]

    transfer, scores = of_known(transfer), of_known(scores)
    rows = []
    for model, target in sorted(known):
        rows.append((model, target, ALWAYS, CANDIDATE, 1.0))
        if (model, target) in predicted:
            rows.append((model, target, PREDICTS, CANDIDATE, 0.0))
    added = pd.DataFrame(rows, columns=["model", "target", "method", "source", "score"])
    return (
        pd.concat([transfer, none.assign(source=CANDIDATE)], ignore_index=True),
        pd.concat([scores, added], ignore_index=True),
    )
