"""Files at addresses on this machine, and a task whose rows they hold."""

from collections import Counter

from intertask.config import Task
from intertask.data import load_prepared, prepare


class Site:
    """Files by path; what was asked for, with which authorization; where paths moved; how often a path still fails."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.authorized: list[str | None] = []
        self.moved: dict[str, str] = {}
        self.failures: Counter = Counter()
        self.cut: set[str] = set()


def rows(start: int, count: int = 10) -> bytes:
    return ("text,label\n" + "".join(f"row {n},{'ab'[n % 2]}\n" for n in range(start, start + count))).encode()


def prepared(tmp_path, **data):
    task = Task(name="mine", type="classification", data=data, columns={"text_a": "text"})
    prepare(task, 1, tmp_path / "out", {})
    return load_prepared(tmp_path / "out")
