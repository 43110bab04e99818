"""Check the configuration files of the command line, before Snakemake reads them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from ..errors import IntertaskError
from ..yaml_files import read_yaml

#: What the names of configuration files end with.
SUFFIXES = (".yaml", ".yml", ".json")


def check_configuration_files(files: Sequence[Path]) -> None:
    """Check that each word after ``--configfile`` is a configuration file that exists and can be read.

    Args:
        files: Words that Snakemake takes for configuration files: all words that follow ``--configfile``, so also a
            target.

    Raises:
        IntertaskError: A word is a target rather than a configuration file, or a file does not exist or cannot be
            read.
    """
    others = [str(file) for file in files if file.suffix not in SUFFIXES]
    configurations = [str(file) for file in files if file.suffix in SUFFIXES]
    if others:
        targets = " ".join(others)
        raise IntertaskError(
            f"Snakemake takes every word after --configfile for a configuration file, also {targets}.",
            "the command line",
            f"put the target first: snakemake {targets} --configfile {' '.join(configurations) or 'FILE'}",
        )
    for file in files:
        if not file.is_file():
            nearest = get_close_matches(str(file), _configurations_near(file), n=1, cutoff=0.5)
            suggestion = f" Did you mean {nearest[0]}?" if nearest else ""
            raise IntertaskError(
                f"There is no configuration file {file}.{suggestion}",
                "the command line: --configfile",
                "correct the path",
            )
        read_yaml(file)


def _configurations_near(file: Path) -> list[str]:
    """Configuration files in the same folder, in this folder and in ``configs/``."""
    folders = dict.fromkeys([file.parent, Path(), Path("configs")])
    return [str(path) for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix in SUFFIXES]
