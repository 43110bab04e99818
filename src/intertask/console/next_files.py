"""Which files to open when a run has succeeded."""

from collections.abc import Sequence
from pathlib import Path

#: Number of targets that are listed.
MAX_TARGETS = 3


def next_files(requested: Sequence[str], targets: Sequence[str], results: Path = Path("results")) -> list[str]:
    """Return lines that name the existing files to open next: first those that the command line asked for.

    Args:
        requested: Files and rules that the command line asks for.
        targets: Targets of the configuration.
        results: Folder of the results.

    Returns:
        The lines; none if no such file exists.
    """
    asked = [Path(word) for word in requested if word.startswith("results/") and Path(word).is_file()]
    candidates = [(path, "the file you asked for") for path in asked]
    candidates += [
        (results / "recommend" / target / "README.md", f"the adapter for {target}, and how to use it")
        for target in targets[:MAX_TARGETS]
    ]
    candidates += [(results / "report.html", "the whole run in one page")]
    for target in targets[:MAX_TARGETS]:
        observed = results / "rankings" / f"{target}.observed.html"
        path = observed if observed.is_file() else results / "rankings" / f"{target}.html"
        candidates.append((path, f"the ranking of the sources for {target}"))
    candidates += [(results / "regret.tsv", "how good each ranking method is")]
    existing: dict[Path, str] = {}
    for path, content in candidates:
        if path.is_file():
            existing.setdefault(path, content)
    if not existing:
        return []
    width = max(len(str(path)) for path in existing)
    return ["", "Files to open next", *(f"  {path!s:<{width}}  {content}" for path, content in existing.items()), ""]
