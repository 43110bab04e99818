"""Select the rows of a task to train on, and the rows held out of them."""

from typing import Any

from .prepare import Prepared
from .subset import split, stratified_subset


def training_rows(
    prepared: Prepared, settings: dict[str, Any], seed: int, hold_out: bool = False, dev_seed: int | None = None
) -> tuple[list, list, str]:
    """Select the rows to train on and the rows held out for early stopping or for a choice.

    Args:
        prepared: Rows of the task.
        settings: Fields of :class:`intertask.config.Training`.
        seed: Seed of the training subset.
        hold_out: Whether to hold rows out even without early stopping.
        dev_seed: Seed of the held-out rows; None for the same as ``seed``.

    Returns:
        Training rows, held-out rows, and a sentence on the held-out rows.
    """
    dev_seed = seed if dev_seed is None else dev_seed
    rows, validation, type_name = list(prepared.train), prepared.validation, prepared.info["type"]
    if settings["max_train_examples"]:
        rows = stratified_subset(rows, settings["max_train_examples"], seed, type_name)
    if settings["patience"] == 0 and not hold_out:
        return rows, [], "none: trained to the end, the last weights are kept"
    limit = settings["max_dev_examples"]
    if settings["dev"] == "validation":
        dev = stratified_subset(validation, limit, seed, type_name) if limit and len(validation) > limit else validation
        sentence = "the validation split, from which the score is too: the score is optimistic"
    else:
        rows, dev = split(rows, settings["dev_fraction"], dev_seed, type_name)
        if limit and len(dev) > limit:
            dev = stratified_subset(dev, limit, dev_seed, type_name)
        sentence = f"held out from train ({settings['dev_fraction']:.0%}); the score's split was not looked at"
    return rows, dev, sentence
