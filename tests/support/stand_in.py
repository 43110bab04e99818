"""What the stand-ins of the paper's datasets are made of: files of hub repositories, of our own invention."""

import csv
import io
import random

import datasets

#: Rows of each stand-in split: enough for every step of a small run.
TRAIN, OTHER = 40, 16

_NAMES = "Ada Boris Carla Dmitri Elena Farid Greta Hugo Ines Jonas Keiko Lena Marco Nora Omar Petra"
_THINGS = "lantern bicycle teapot violin ladder umbrella basket anchor kite mirror carpet barrel"
_PLACES = "harbour market library station orchard museum bridge valley kitchen workshop"
_VERBS = "carried repaired painted found sold borrowed dropped measured hid cleaned"
_ADJECTIVES = "old bright broken tiny heavy quiet golden wooden cheap strange"
_WORDS = {
    kind: text.split()
    for kind, text in {
        "names": _NAMES,
        "things": _THINGS,
        "places": _PLACES,
        "verbs": _VERBS,
        "adjectives": _ADJECTIVES,
    }.items()
}


def words(kind: str, seed: int, count: int = 1) -> list[str]:
    """``count`` different words of a kind, the same for the same seed."""
    return random.Random(f"{kind}{seed}").sample(_WORDS[kind], count)


def sentence(seed: int) -> str:
    """Return a made-up sentence, the same for the same seed; neighboring seeds give different sentences."""
    (name,), (verb,), (adjective,) = (words(kind, seed) for kind in ("names", "verbs", "adjectives"))
    (thing,), (place,) = words("things", seed), words("places", seed)
    return f"{name} {verb} the {adjective} {thing} near the {place} on day {seed}."


def parquet(rows: list[dict], features: datasets.Features) -> bytes:
    """Rows as a parquet file with the metadata that the hub's files have."""
    buffer = io.BytesIO()
    datasets.Dataset.from_list(rows, features=features).to_parquet(buffer)
    return buffer.getvalue()


def csv_file(rows: list[dict]) -> bytes:
    """A csv file with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def readme(configs: dict[str, dict[str, str]], default: str | None = None) -> bytes:
    """A dataset card: for each configuration, the files of each split."""
    lines = ["---", "configs:"]
    for name, splits in configs.items():
        lines += [f"- config_name: {name}", *(["  default: true"] if name == default else []), "  data_files:"]
        lines += [f'  - {{split: {split}, path: "{path}"}}' for split, path in splits.items()]
    return "\n".join([*lines, "---", ""]).encode()
