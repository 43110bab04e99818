"""Suggest corrections for misspelt files and rules on the command line."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from ..errors import IntertaskError


def check_targets(
    targets: Sequence[str], makes: Callable[[str], bool], rules: Iterable[str], files: Iterable[str]
) -> None:
    """Check that the workflow can make what the user asked for.

    Args:
        targets: Files and rules that the user named on the command line.
        makes: Whether some rule makes a file.
        rules: Names of the rules.
        files: Files that users commonly ask for; suggestions are taken from them.

    Raises:
        IntertaskError: A target is neither a rule, nor a file that a rule makes or that exists.
    """
    rules, files = list(rules), list(files)
    for target in targets:
        if target in rules or makes(target) or Path(target).exists():
            continue
        if "/" in target or "." in target:
            examples = ", ".join(get_close_matches(target, files, n=4, cutoff=0.0))
            raise IntertaskError(
                f"No rule makes the file {target}{_suggestion(target, files)}",
                "the command line",
                f"ask for another file, such as {examples}",
            )
        raise IntertaskError(
            f"There is no rule {target}{_suggestion(target, rules)}", "the command line", "correct the name"
        )


def _suggestion(name: str, known: Iterable[str]) -> str:
    """``; did you mean ...?`` with the most similar name, or a full stop."""
    similar = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {similar[0]}?" if similar else "."
