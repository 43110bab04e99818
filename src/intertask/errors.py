"""The exception that users see: what went wrong, where, and how to fix it."""

import contextlib
import errno
import io
import re
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any


class IntertaskError(Exception):
    """A mistake of the user, or a problem outside the program that the user can fix.

    Args:
        what: What is wrong, in one sentence.
        where: The file, line, row or configuration key.
        fix: What the user can do about it.
    """

    def __init__(self, what: str, where: str = "", fix: str = ""):
        self.what, self.where, self.fix = without_secrets(what), without_secrets(str(where)), without_secrets(fix)
        super().__init__(self.what)

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.fix:
            lines.append(f"  to do: {self.fix}")
        return "\n".join(lines)

    def __reduce__(self):
        return type(self), (self.what, self.where, self.fix)


_SECRET_KEYS = "token|key|password|passwd|pwd|pass|secret|signature|sig|auth|credential|credentials|jwt|session"
#: User names and passwords in addresses, values of keys that name a secret, and tokens of the Hub.
_SECRETS = (
    (re.compile(r"(?<=://)[^\s/'\"]+(?=@)"), "***"),
    (re.compile(rf"(?i)(?<=[?&;])([a-z0-9_.-]*(?:{_SECRET_KEYS}))=[^\s&;'\"!]+"), r"\1=***"),
    (re.compile(r"\bhf_[A-Za-z0-9]{8,}"), "hf_***"),
)


def without_secrets(text: str) -> str:
    """Replace passwords and tokens in a text by asterisks.

    Args:
        text: A text for the user, a log or a page, which may contain an address.
    """
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def without_secret_addresses(value: Any) -> Any:
    """Replace passwords and tokens in all texts with addresses, in lists and objects of any depth, by asterisks.

    Args:
        value: A value as in a JSON file.
    """
    if isinstance(value, dict):
        return {key: without_secret_addresses(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_secret_addresses(inner) for inner in value]
    return without_secrets(value) if isinstance(value, str) and "://" in value else value


#: Errors of the machine, and what the user can do about them.
_MACHINE = {
    errno.ENOSPC: ("There is no space left on the disk", "free some space"),
    errno.EDQUOT: ("The disk quota is used up", "free some space, or ask for a larger quota"),
    errno.EROFS: ("The file system is read-only", "write to another folder with --directory"),
    errno.EACCES: ("The permission is missing", "correct the permissions of the file or its folder"),
    errno.EPERM: ("The permission is missing", "correct the permissions of the file or its folder"),
    errno.ENAMETOOLONG: ("The name of a file is too long", "shorten the name, or move the project to a shorter path"),
    errno.EMFILE: ("Too many files are open", "raise the limit with 'ulimit -n'"),
    errno.EIO: ("The disk cannot be read or written", "check the disk or the network file system"),
    errno.ESTALE: ("A file of the network file system has changed", "try again"),
    errno.ENOMEM: ("There is not enough memory", "run fewer jobs at a time, with fewer --cores"),
}
#: The same errors in the messages of libraries that have no error number.
_MESSAGES = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT}


def machine_error(error: BaseException) -> IntertaskError | None:
    """Describe an error that the machine causes, such as a full disk.

    Args:
        error: Any error.

    Returns:
        The message for the user; None if the machine did not cause the error.
    """
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    if number not in _MACHINE or not isinstance(error, OSError | MemoryError):
        number = next((number for text, number in _MESSAGES.items() if text in str(error)), None)
    if number is None:
        return None
    what, fix = _MACHINE[number]
    name = getattr(error, "filename", None)
    where = getattr(error, "filename2", None) or name or "the folder of the results"
    return IntertaskError(f"{what}.", str(where)[:300], f"{fix}, and run the same command again to continue")


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
    """Run the ``main`` of a script; a user's mistake or an error of the machine is one message and exit code 1.

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
    except Exception as error:
        found = machine_error(error)
        if found is None:
            raise
        print(f"Error: {found}", file=sys.stderr)
        sys.exit(1)
