"""The one exception that users see: what went wrong, where, and what to do."""

import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches


class IntertaskError(Exception):
    """A user's mistake, or something outside the program that a user can mend.

    Args:
        what: What is wrong, one sentence.
        where: The file, line, row or configuration key.
        fix: What to do about it.
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
    """Something that cannot be had here and now: another place may have it, or another day."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``did you mean 'rte'?`` for a near miss, else the known names."""
    known = sorted(map(str, known))
    close = get_close_matches(str(name), known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    return f"known: {shown or 'none'}"


def exit_on_user_error(main: Callable[[], None]) -> None:
    """Run a script's ``main``; an :class:`IntertaskError` becomes one message on stderr and exit code 1."""
    try:
        main()
    except IntertaskError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
