"""What was asked for on the command line: a misspelt file or rule gets a suggestion instead of Snakemake's words."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from ..errors import IntertaskError

#: Options without a value, after which a rule's name may stand.
FLAGS = ("-n", "--dry-run", "-k", "--keep-going", "-p", "--printshellcmds", "-q", "-F", "--forceall")


def check_requests(
    words: Sequence[str], makes: Callable[[str], bool], rules: Iterable[str], files: Iterable[str]
) -> None:
    """Raise :class:`IntertaskError` for a file that no rule makes, and for a near miss of a rule's name.

    Args:
        words: The command line, without the program. Only what begins with ``results/`` is taken for a file, and only
            what stands before the first option with a value for a rule: what follows may be that value.
        makes: Whether a rule makes such a file.
        rules: Names of the rules.
        files: What people ask for.
    """
    rules = list(rules)
    for number, word in enumerate(words):
        positional = not any(before.startswith("-") and before not in FLAGS for before in words[: number + 1])
        if word.startswith("results/") and not makes(word) and not Path(word).exists():
            raise IntertaskError(
                f"Nothing makes {word}{_near(word, files)}", "the command line", _examples(word, files)
            )
        if positional and "/" not in word and "." not in word and word not in rules and _near(word, rules):
            raise IntertaskError(f"There is no rule {word}{_near(word, rules)}", "the command line", "correct the name")


def _near(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def _examples(word: str, files: Iterable[str]) -> str:
    return f"ask for another file, such as {', '.join(get_close_matches(word, list(files), n=4, cutoff=0.0))}"
