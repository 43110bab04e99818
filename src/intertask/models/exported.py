"""A recommended adapter, loaded from its folder and used: predictions in the task's own labels and units.

>>> adapter = load("results/recommend/hotel_reviews")
>>> adapter.predict([{"text_a": "The room smelt of smoke."}])
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..config import COLUMNS
from ..data import load_prepared
from ..errors import IntertaskError
from ..files import check_made_from, read_json
from ..types import Tokenization, get_type
from .adapters import FULL
from .base import load_encoder, load_model, load_tokenizer, quiet_libraries, recipe_model
from .precision import device, for_training
from .prediction import predict_logits
from .remote_code import check_model_files
from .training.fine_tuning import training_rows

#: What the folder says of itself, beside the weights.
ABOUT = "intertask.json"


class Exported:
    """A model with a recommended adapter and its head.

    Attributes:
        about: Content of ``intertask.json``.
        model: The ``adapters`` model, in evaluation mode.
        tokenizer: The base model's.
    """

    def __init__(self, folder: str | Path):
        self.about: dict[str, Any] = read_json(Path(folder) / ABOUT)
        recipe, self.info = self.about["recipe"], self.about["info"]
        self.type, base = get_type(self.info["type"]), recipe_model(recipe)
        self.tokenizer = load_tokenizer(base, pre_split=self.type.PRE_SPLIT)
        if recipe["adapter"] == FULL:
            self.model = load_encoder(folder)
            self.model.load_head(str(folder), use_safetensors=True)
        else:
            check_model_files(str(folder))
            self.model = load_model(base)
            self.model.load_adapter(str(folder), set_active=True, use_safetensors=True)
        self.model.eval().to(device())

    def predict(self, rows: Sequence[dict[str, Any]], batch_size: int = 32) -> list[Any]:
        """A prediction per row.

        Args:
            rows: Canonical columns of the type, without labels: ``text_a`` (and ``text_b``); ``context``,
                ``question``, ``choices``; ``context``, ``question``; ``tokens``. What is optional may be missing.
            batch_size: Rows, or windows, at a time.

        Returns:
            A label's name (classification), a number in the unit of the labels (regression), the index of the choice
            (multiple choice), the answer, '' for none (extractive QA), a list of tags (tagging).

        Raises:
            IntertaskError: A row lacks a column, or has more choices than any row of the task's data had.
        """
        predictions = self._predict(self._whole(rows), batch_size)
        labels, scale = self.info["labels"], self.about.get("label_scale")
        return [self.type.for_user(prediction, labels, scale) for prediction in predictions]

    def score(self, rows: Sequence[dict[str, Any]], batch_size: int = 32) -> dict[str, float]:
        """Every metric of the type, percent points, as the workflow scores.

        Args:
            rows: Canonical rows with labels, e.g. of :func:`dev_rows`.
            batch_size: Rows, or windows, at a time.
        """
        rows = list(rows)
        return self.type.score(self._predict(rows, batch_size), rows, self.info)

    def _predict(self, rows: list[dict], batch_size: int) -> list[Any]:
        if not rows:
            return []
        length = self.about["max_length"]
        stride = min(self.about["recipe"]["stride"], length // 2)
        encodings = self.type.encode(rows, Tokenization(self.tokenizer, length, stride), self.info, False)
        collate = self.type.collator(self.tokenizer)
        precision = for_training(self.about["recipe"])
        logits = predict_logits(self.model, self.type, encodings, collate, batch_size, precision)
        return self.type.predict(logits, encodings, rows, self.info)

    def _whole(self, rows: Sequence[dict]) -> list[dict]:
        """Rows with empty values for what is optional."""
        needed = [name for name in COLUMNS[self.info["type"]][0] if name not in ("label", "answers", "tags")]
        for i, row in enumerate(rows):
            missing = [name for name in needed if row.get(name) is None]
            if missing:
                raise IntertaskError(f"Row {i} has no {missing[0]!r}.", "", f"give {', '.join(needed)} in every row")
            if len(row.get("choices", ())) > (self.info["max_choices"] or 0):
                raise IntertaskError(f"Row {i} has more than {self.info['max_choices']} choices.", "", "give fewer")
        return [dict(self.type.OPTIONAL_INPUTS) | dict(row) for row in rows]


def load(folder: str | Path) -> Exported:
    """The adapter in ``folder`` (``results/recommend/<target>``), on a GPU where there is one.

    Raises:
        IntertaskError: ``intertask.json`` is missing, or the base model cannot be had.
    """
    quiet_libraries()
    return Exported(folder)


def dev_rows(folder: str | Path, data: str | Path) -> list[dict[str, Any]]:
    """The rows that were held out of train to choose by, from the prepared data ``results/data/<target>``.

    Raises:
        IntertaskError: The data is not what the adapter was trained on.
    """
    about, prepared = read_json(Path(folder) / ABOUT), load_prepared(data)
    recipe = about["recipe"]
    check_made_from(f"The adapter in {folder}", folder, about["made_from"], {"data": prepared.info["fingerprint"]})
    seeds = recipe["split_seed"], recipe["dev_seed"]
    return training_rows(prepared, recipe["training"], seeds[0], hold_out=True, dev_seed=seeds[1])[1]
