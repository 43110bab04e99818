"""The exception that users see: what went wrong, where, and how to fix it."""

import contextlib
import io
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches


class IntertaskError(Exception):
    """A mistake of the user, or a problem outside the program that the user can fix.

    Args:
        what: What is wrong, in one sentence.
        where: The file, line, row or configuration key.
        fix: What the user can do about it.
    """

    def __init__(self, what: str, where: str = "", fix: str = ""):
        self.what, self.where, self.fix = what, str(where), fix
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.fix:
            lines.append(f"  to do: {self.fix}")
        return "\n".join(lines)

    def __reduce__(self):
        return type(self), (self.what, self.where, self.fix)


class UnavailableError(IntertaskError):
    """A resource is temporarily or locally unavailable; another location, or a later attempt, may succeed."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest a known name for an unknown one.

    Args:
        name: The unknown name.
        known: The names that would have been valid.

    Returns:
        For example ``did you mean 'rte'?``; without a similar name, the first 20 known names.
    """
    known = sorted(map(str, known))
    close = get_close_matches(str(name), known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    return f"known: {shown or 'none'}"


def replace_unprintable() -> None:
    """Let the standard streams write '?' for each character that their encoding lacks, instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError):  # a stream of the warm worker that is a pipe only now
                stream.reconfigure(errors="replace")


def exit_on_user_error(main: Callable[[], None]) -> None:
    """Run the ``main`` of a script, and turn an :class:`IntertaskError` into one message on stderr and exit code 1.

    Characters that the terminal cannot show are replaced (:func:`replace_unprintable`).

    Args:
        main: The function to run, without arguments.
    """
    replace_unprintable()
    try:
        main()
    except IntertaskError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
