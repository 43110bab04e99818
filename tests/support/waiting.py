"""Wait until something is so, with a deadline that a busy machine does not miss."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
#: Minutes enough for any machine. A test that is right never waits so long.
DEADLINE_SECONDS = 1200.0


def wait_for(condition: Callable[[], Value], seconds: float = DEADLINE_SECONDS) -> Value:
    """Return the first value of ``condition()`` that is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {getattr(condition, '__name__', condition)}"
        time.sleep(0.05)
    return value
