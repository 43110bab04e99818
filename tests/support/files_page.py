"""What docs/files.md says of each file, to hold against real ones."""

import json
import re
from pathlib import Path

from paths import ROOT

from intertask.files import CHECKSUM

PAGE = ROOT / "docs" / "files.md"


def sections() -> dict[str, list[str]]:
    """Path pattern under ``results/`` -> names of its columns or keys, both as the page writes them."""
    found = {}
    for section in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        table = text.partition("\n## ")[0]
        cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        for pattern in re.findall(r"`([^`]+)`", title):
            found[pattern] = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    return found


def files() -> list[str]:
    """Every path pattern that the page names."""
    text = PAGE.read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    return [*sections(), *(name for name in named if "/" in name or "." in name)]


def matches(pattern: str, text: str, several: bool = False) -> bool:
    """Whether the page's ``{placeholders}`` can be filled so that ``text`` comes out; with ``several``, begins so."""
    parts = re.split(r"(\{\w+\})", pattern)
    filled = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
    return re.fullmatch(filled + (".*" if several else ""), text) is not None


def names_of(path: Path) -> list[str]:
    """Columns of a table, keys of a JSON file."""
    if path.suffix == ".tsv":
        return path.read_text(encoding="utf-8").partition("\n")[0].split("\t")
    names = json.loads(path.read_text(encoding="utf-8"))
    return [name for name in names if name != CHECKSUM]  # the page says that every file has it


def differences(path: Path, pattern: str) -> list[str]:
    """What the page has and the file has not, and the other way about."""
    real, said = names_of(path), sections()[pattern]
    unknown = [f"{path.name} has {name!r}, the page not" for name in real if not any(matches(p, name) for p in said)]
    missing = [f"the page has {p!r}, {path.name} not" for p in said if not any(matches(p, name) for name in real)]
    return unknown + missing
