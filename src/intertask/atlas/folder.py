"""Read an atlas folder, and notice files that are missing or damaged.

Only the standard library is needed, because a dry run reads the atlas.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import IntertaskError, did_you_mean
from ..files import CHECKSUM, file_sha256, read_json

TASKS = "tasks.json"
ABOUT = "atlas.json"
EMBEDDINGS = "embeddings.safetensors"
TRANSFERS = "transfer.tsv"
SCORES = "scores.tsv"
_RESTORE = "restore the atlas folder as it was published, for example with git checkout, or build it again"


def adapter_file(task: str) -> str:
    """Return the path of a task's adapter inside a base model's folder of the atlas."""
    return f"adapters/{task}.safetensors"


def _read_about(path: Path) -> dict[str, Any]:
    """Read ``atlas.json``, which must have its checksum: it lists the checksums of all other files."""
    damaged = "A file of the atlas is damaged: its checksum differs or is missing."
    try:
        about = read_json(path)
    except IntertaskError:
        raise IntertaskError(damaged, path, _RESTORE) from None
    if f'"{CHECKSUM}":' not in path.read_text(encoding="utf-8"):
        raise IntertaskError(damaged, path, _RESTORE)
    return about


def models_of(folder: str | os.PathLike) -> list[str]:
    """List the base models of an atlas.

    Args:
        folder: The atlas folder.

    Returns:
        Names of their folders.
    """
    return sorted(path.parent.name for path in Path(folder).glob(f"*/{ABOUT}"))


class Atlas:
    """An atlas folder and the measurements on one base model in it.

    Args:
        folder: The atlas folder.
        model: Name of the base model's folder in it.

    Attributes:
        tasks: Task -> its facts: ``info`` (of its prepared data), ``license``, ``language``, ``family`` and more.
        about: The model's ``atlas.json``: its weights' SHA-256, the kind of adapter, settings, and the SHA-256 of each
            file.

    Raises:
        IntertaskError: The folder is no atlas, has no such model, is damaged, or was written by a newer version.
    """

    def __init__(self, folder: str | os.PathLike, model: str):
        self.folder, self.model = Path(folder), model
        self.path = self.folder / model
        self._checked: set[str] = set()
        if not (self.folder / TASKS).is_file():
            raise IntertaskError(f"There is no atlas in {self.folder}.", "config: atlas", "correct the path")
        if not (self.path / ABOUT).is_file():
            known = models_of(self.folder)
            raise IntertaskError(
                f"The atlas has no measurements on a base model {model!r}; {did_you_mean(model, known)}",
                self.folder,
                "choose one of its models",
            )
        self.about: dict[str, Any] = _read_about(self.path / ABOUT)
        if self.about["version"] != 1:
            raise IntertaskError(
                f"The atlas has version {self.about['version']}, but this program reads version 1.",
                self.path / ABOUT,
                "update intertask",
            )
        self.tasks: dict[str, dict[str, Any]] = read_json(self.file(f"../{TASKS}"))["tasks"]

    def file(self, name: str) -> Path:
        """Find a file of the atlas, after a check of its content.

        Args:
            name: Path relative to the model's folder, as in ``atlas.json``.

        Returns:
            The path.

        Raises:
            IntertaskError: The file is not listed in ``atlas.json``, is missing, or differs from what was published.
        """
        path = self.path / name
        if name in self._checked:
            return path
        expected = self.about["files"].get(name)
        if expected is None:
            raise IntertaskError(f"The atlas lists no file {name}.", self.path / ABOUT, _RESTORE)
        if not path.is_file():
            raise IntertaskError("A file of the atlas is missing.", path, _RESTORE)
        if file_sha256(path) != expected:
            raise IntertaskError("A file of the atlas is damaged: its SHA-256 is not the listed one.", path, _RESTORE)
        self._checked.add(name)
        return path

    def fits(self, model: Mapping[str, Any], adapter: str, sentence_encoder: Mapping[str, Any]) -> bool:
        """Check whether its measurements are those that a configuration would make.

        Args:
            model: ``path`` and ``revision`` of the base model.
            adapter: The adapters' configuration string.
            sentence_encoder: ``path`` and ``revision`` of the sentence encoder.

        Returns:
            Whether all three are the atlas's.
        """
        pairs = ((model, self.about["model"]), (sentence_encoder, self.about["sentence_encoder"]))
        same = all(a[key] == b[key] for a, b in pairs for key in ("path", "revision"))
        return same and adapter == self.about["settings"]["adapter"]

    def with_adapter(self) -> list[str]:
        """List the tasks whose adapters are shipped."""
        return list(self.about["adapters"])
