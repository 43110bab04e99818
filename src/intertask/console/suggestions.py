"""Suggest corrections for misspelt files and rules on the command line, before Snakemake reports them."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from ..errors import IntertaskError

#: Options without a value. The name of a rule may follow them.
FLAGS = ("-n", "--dry-run", "-k", "--keep-going", "-p", "--printshellcmds", "-q", "-F", "--forceall")
#: Share of equal letters from which on a known name is suggested.
MIN_SIMILARITY = 0.6


def check_requests(
    words: Sequence[str], makes: Callable[[str], bool], rules: Iterable[str], files: Iterable[str]
) -> None:
    """Check the files and rules that the command line asks for.

    Only words that begin with ``results/`` are taken for files. Only words before the first option with a value are
    taken for rules, because a later word may be that value.

    Args:
        words: The command line without the program.
        makes: Returns whether a rule makes a file.
        rules: Names of the rules.
        files: Files that users often ask for; suggestions are taken from them.

    Raises:
        IntertaskError: No rule makes a file, or a word is nearly the name of a rule.
    """
    rules, files = list(rules), list(files)
    for position, word in enumerate(words):
        before_options = not any(other.startswith("-") and other not in FLAGS for other in words[: position + 1])
        if word.startswith("results/") and not makes(word) and not Path(word).exists():
            raise IntertaskError(
                f"No rule makes {word}{_did_you_mean(word, files)}", "the command line", _examples(word, files)
            )
        unknown = before_options and "/" not in word and "." not in word and word not in rules
        if unknown and (suggestion := _did_you_mean(word, rules)):
            raise IntertaskError(f"There is no rule {word}{suggestion}", "the command line", "correct the name")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question with the nearest known name; empty if none is near."""
    nearest = get_close_matches(word, list(known), n=1, cutoff=MIN_SIMILARITY)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def _examples(word: str, files: Iterable[str]) -> str:
    nearest = get_close_matches(word, list(files), n=4, cutoff=0.0)
    return f"ask for another file, such as {', '.join(nearest)}"
