"""What to look at first, when a run has ended well."""

from collections.abc import Sequence
from pathlib import Path

#: Commands that have said all there is to say.
SPOKEN = ("check", "plan")
#: Of more targets the others are not listed.
MOST = 3


def first_look(words: Sequence[str], targets: Sequence[str], results: Path = Path("results")) -> list[str]:
    """Lines that name the files that are there, what was asked for first; none for commands that only print.

    Args:
        words: The command line, without the program.
        targets: Of the configuration.
        results: Their folder.
    """
    if set(words) & set(SPOKEN):
        return []
    asked = [Path(word) for word in words if word.startswith("results/") and Path(word).is_file()]
    found = [(path, "what you asked for") for path in asked]
    found += [
        (results / "recommend" / t / "README.md", f"the adapter for {t}, and how to use it") for t in targets[:MOST]
    ]
    found += [(results / "report.html", "all of the run in one page")]
    observed = [results / "rankings" / f"{target}.observed.html" for target in targets[:MOST]]
    for target, path in zip(targets, observed, strict=False):
        plain = path.with_name(f"{target}.html")
        found.append((path if path.is_file() else plain, f"which sources first for {target}"))
    found += [(results / "regret.tsv", "how good each ranking method is")]
    there = {path: why for path, why in reversed(found) if path.is_file()}
    if not there:
        return []
    width = max(len(str(path)) for path in there)
    return ["", "Look first at", *(f"  {path!s:<{width}}  {why}" for path, why in reversed(there.items())), ""]
