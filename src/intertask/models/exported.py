"""Load a recommended adapter from its folder and predict, in the labels and units of the task.

>>> adapter = load("results/recommend/hotel_reviews")
>>> adapter.predict([{"text_a": "The room smelt of smoke."}])
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..config import COLUMNS, Model
from ..data import load_prepared
from ..data.held_out import training_rows
from ..errors import IntertaskError
from ..files import check_made_from, file_sha256, read_json
from ..types import Tokenization, get_type
from .adapters import FULL
from .base import first_line, load_encoder, load_model, load_tokenizer, quiet_libraries, recipe_model
from .precision import device, for_training
from .prediction import predict_logits
from .remote_code import check_model_files

#: File next to the weights that describes the adapter.
ABOUT = "intertask.json"


class Exported:
    """A model with a recommended adapter and its head.

    Attributes:
        about: Content of ``intertask.json``.
        info: Description of the task: its type, labels and metric.
        type: The type of the task.
        model: The ``adapters`` model, in evaluation mode.
        tokenizer: The base model's tokenizer.
    """

    def __init__(self, folder: str | Path, base: str | None = None) -> None:
        """Load the adapter.

        Args:
            folder: The folder of the recommendation.
            base: Folder of the base model if it was moved; None for where the adapter was trained.

        Raises:
            IntertaskError: ``intertask.json`` is missing, a file of the adapter is missing or damaged, or the base
                model could not be loaded or is not of the adapter's kind.
        """
        check_model_files(str(folder))
        self.about: dict[str, Any] = read_about(folder)
        recipe, self.info = self.about["recipe"], self.about["info"]
        self.type = get_type(self.info["type"])
        base = recipe_model(recipe) if base is None else Model(path=base)
        self.tokenizer = load_tokenizer(base, pre_split=self.type.PRE_SPLIT)
        try:
            self._load(recipe, base, str(folder))
        except (MemoryError, IntertaskError):
            raise
        except Exception as error:  # the libraries raise a dozen types of error for files that do not fit
            raise IntertaskError(
                f"The adapter cannot be loaded: {first_line(error)}.", folder, "export or copy it again"
            ) from None
        self.model.eval().to(device())

    def _load(self, recipe: dict[str, Any], base: Model, folder: str) -> None:
        """Load the model and the adapter."""
        if recipe["adapter"] == FULL:
            self.model = load_encoder(folder)
            self.model.load_head(folder, use_safetensors=True)
        else:
            self.model = load_model(base)
            _check_base(self.model.config, folder, base)
            self.model.load_adapter(folder, set_active=True, use_safetensors=True)

    def predict(self, rows: Sequence[dict[str, Any]], batch_size: int = 32) -> list[Any]:
        """Predict for each row.

        Args:
            rows: Rows with the columns of the type, without labels: ``text_a`` (and ``text_b``) for classification
                and regression; ``context``, ``question`` and ``choices`` for multiple choice; ``context`` and
                ``question`` for extractive QA; ``tokens`` for tagging. Optional columns may be missing.
            batch_size: Number of rows, or of windows, per batch.

        Returns:
            One prediction per row: the name of a label (classification), a number in the unit of the labels
            (regression), the index of a choice (multiple choice), an answer, '' for none (extractive QA), or a list of
            tags (tagging).

        Raises:
            IntertaskError: A row lacks a column, or has more choices than any row of the task's data.
        """
        return [prediction for prediction, _ in self.predict_details(rows, lambda *_: [{}] * len(rows), batch_size)]

    def predict_details(
        self, rows: Sequence[dict[str, Any]], details: Callable[..., list[dict[str, Any]]], batch_size: int = 32
    ) -> list[tuple[Any, dict[str, Any]]]:
        """Predict for each row, with further values such as probabilities.

        Args:
            rows: Rows as for :meth:`predict`.
            details: Function that gives the further values of each row. Its arguments are those of the type's
                ``predict``.
            batch_size: Number of rows, or of windows, per batch.

        Returns:
            For each row its prediction, as from :meth:`predict`, and its further values.

        Raises:
            IntertaskError: As for :meth:`predict`.
        """
        if not rows:
            return []
        rows, labels, scale = self._completed(rows), self.info["labels"], self.about.get("label_scale")
        arguments = self._logits(rows, batch_size)
        predictions = [self.type.for_user(prediction, labels, scale) for prediction in self.type.predict(*arguments)]
        return list(zip(predictions, details(*arguments), strict=True))

    def score(self, rows: Sequence[dict[str, Any]], batch_size: int = 32) -> dict[str, float]:
        """Score predictions as the workflow does.

        Args:
            rows: Canonical rows with labels, for example those of :func:`dev_rows`.
            batch_size: Number of rows, or of windows, per batch.

        Returns:
            Every metric of the type -> its value in percentage points.
        """
        rows = list(rows)
        return self.type.score(self.type.predict(*self._logits(rows, batch_size)), rows, self.info)

    def _logits(self, rows: list[dict], batch_size: int) -> tuple[Any, ...]:
        """The arguments of the type's ``predict``."""
        length = self.about["max_length"]
        stride = min(self.about["recipe"]["stride"], length // 2)
        encodings = self.type.encode(rows, Tokenization(self.tokenizer, length, stride), self.info, False)
        collate = self.type.collator(self.tokenizer)
        precision = for_training(self.about["recipe"])
        logits = predict_logits(self.model, self.type, encodings, collate, batch_size, precision)
        return logits, encodings, rows, self.info

    def _completed(self, rows: Sequence[dict]) -> list[dict]:
        """Rows with empty values in the optional columns that they lack."""
        needed = [name for name in COLUMNS[self.info["type"]][0] if name not in ("label", "answers", "tags")]
        for i, row in enumerate(rows):
            missing = [name for name in needed if row.get(name) is None]
            if missing:
                raise IntertaskError(
                    f"Row {i} has no {missing[0]!r}.", f"row {i}", f"give {', '.join(needed)} in every row"
                )
            if len(row.get("choices", ())) > (self.info["max_choices"] or 0):
                limit = self.info["max_choices"]
                raise IntertaskError(f"Row {i} has more than {limit} choices.", f"row {i}", f"give at most {limit}")
        return [dict(self.type.OPTIONAL_INPUTS) | dict(row) for row in rows]


def read_about(folder: str | Path) -> dict[str, Any]:
    """Read the description of an exported adapter, and check that its files are those that were exported.

    Args:
        folder: The folder of the recommendation.

    Returns:
        Content of ``intertask.json``.

    Raises:
        IntertaskError: The folder holds no exported adapter, or a file of it is missing or damaged.
    """
    folder = Path(folder)
    fix = "name the folder that a recommendation exported, results/recommend/<target>"
    if not folder.is_dir():
        raise IntertaskError(f"There is no folder {folder}.", folder, fix)
    if not (folder / ABOUT).is_file():
        raise IntertaskError(f"The folder holds no exported adapter: {ABOUT} is missing.", folder, fix)
    about = read_json(folder / ABOUT)
    if not isinstance(about, dict) or not {"recipe", "info", "max_length"} <= set(about):
        raise IntertaskError(f"{ABOUT} does not describe an exported adapter.", folder / ABOUT, fix)
    for name, sha256 in about.get("files", {}).items():
        file = folder / Path(name).name
        if not file.is_file() or file_sha256(file) != sha256:
            problem = "damaged or was changed" if file.is_file() else "missing"
            raise IntertaskError(f"A file of the exported adapter is {problem}.", file, "export or copy it again")
    return about


def _check_base(config: Any, folder: str | Path, base: Model) -> None:
    """Check that a base model has the type and the size of the model that the adapter was trained in."""
    trained = read_json(Path(folder) / "adapter_config.json")
    for key in ("model_type", "hidden_size"):
        if key in trained and trained[key] != getattr(config, key, None):
            raise IntertaskError(
                f"The adapter was trained in another model: its {key} is {trained[key]!r}, and that of the model "
                f"{base.path!r} is {getattr(config, key, None)!r}.",
                folder,
                "name the folder of the model that the adapter was trained in (--model)",
            )


def load(folder: str | Path, base: str | None = None) -> Exported:
    """Load a recommended adapter, onto the GPU if there is one.

    Args:
        folder: The folder of the recommendation, ``results/recommend/<target>``.
        base: Folder of the base model if it was moved; by default, where the adapter was trained.

    Returns:
        The adapter, ready to predict.

    Raises:
        IntertaskError: ``intertask.json`` is missing, the base model could not be loaded, or a file names code that
            loading would run.
    """
    quiet_libraries()
    return Exported(folder, base)


def dev_rows(folder: str | Path, data: str | Path) -> list[dict[str, Any]]:
    """Select the rows that were held out of the training split to choose the source.

    Args:
        folder: The folder of the recommendation.
        data: The target's folder of prepared data, ``results/data/<target>``.

    Returns:
        Canonical rows with labels.

    Raises:
        IntertaskError: The data differs from that which the adapter was trained on.
    """
    about, prepared = read_json(Path(folder) / ABOUT), load_prepared(data)
    recipe = about["recipe"]
    check_made_from(f"The adapter in {folder}", folder, about["made_from"], {"data": prepared.info["fingerprint"]})
    seeds = recipe["split_seed"], recipe["dev_seed"]
    return training_rows(prepared, recipe["training"], seeds[0], hold_out=True, dev_seed=seeds[1])[1]
