"""Arguments that are longer than the operating system allows: they are passed as files that are open already.

Linux allows 128 KiB for one argument. The recipe of a step with thousands of labels or sources is longer. The rules
pass it as ``--recipe <(printf %s RECIPE)``: a script gets ``/dev/fd/N``, and the shell writes the text into that pipe.
"""

import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

#: Longest argument, in characters of up to four bytes.
MAX_CHARACTERS = 30_000

_OPEN_FILE = re.compile(r"/(dev|proc/self)/fd/[0-9]+")


def read_pipes(words: Sequence[str]) -> list[str]:
    """Replace each ``/dev/fd/N`` among the arguments of this program by the text of the file.

    Args:
        words: The arguments.

    Returns:
        The arguments with these texts.
    """
    return [
        Path(word).read_bytes().decode("utf-8", "surrogateescape") if _OPEN_FILE.fullmatch(word) else word
        for word in words
    ]


def long_words_as_files(words: Sequence[str], files: ExitStack) -> tuple[list[str], list[int]]:
    """Replace long arguments of a program by open files, which :func:`read_pipes` of that program reads.

    Args:
        words: The arguments.
        files: Closes the files.

    Returns:
        The arguments with ``/dev/fd/N`` instead of long ones, and the descriptors that the program must inherit.
    """
    short, descriptors = [], []
    for word in words:
        if len(word) > MAX_CHARACTERS:
            file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
            file.write(word.encode("utf-8", "surrogateescape"))
            file.seek(0)
            descriptors.append(file.fileno())
            word = f"/dev/fd/{file.fileno()}"
        short.append(word)
    return short, descriptors
