"""Calls over the network: tried again where the failure may pass."""

import os
import time
import urllib.error
from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")

#: Seconds before the second try, times :data:`GROWTH` before each further one.
FIRST_WAIT = float(os.environ.get("INTERTASK_RETRY_SECONDS", "2"))
GROWTH = 4
TRIES = 4


def with_retries(call: Callable[[], Result], what: str) -> Result:
    """``call()``; a transient failure (:func:`is_transient`) is retried with increasing waits.

    Args:
        call: Without arguments, safe to repeat.
        what: For the line that says why it takes so long, e.g. ``dataset nyu-mll/glue``.

    Raises:
        Exception: The last try's, as it came.
    """
    for attempt in range(TRIES):
        try:
            return call()
        except Exception as error:
            if attempt == TRIES - 1 or not is_transient(error):
                raise
            wait = FIRST_WAIT * GROWTH**attempt
            reason = (" ".join(str(error).split()) or type(error).__name__)[:200]
            print(f"{what}: {reason}; trying again in {wait:.0f} s ({attempt + 1} of {TRIES - 1})", flush=True)
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def is_transient(error: BaseException) -> bool:
    """Whether a failure is the network's or the server's, and not what was asked for.

    Connections that broke or timed out, too many requests (408, 429), server errors (5xx). Never offline mode.
    """
    chain = list(_causes(error))
    if any(type(link).__name__ == "OfflineModeIsEnabled" for link in chain):
        return False
    if hub_is_offline() and not any(isinstance(link, urllib.error.URLError) for link in chain):
        return False  # datasets calls it a connection that failed; published addresses are no part of the hub
    codes = [code for link in chain if (code := _status(link)) is not None]
    if codes:
        return any(code in (408, 429) or code >= 500 for code in codes)
    return any(_is_connection(link) for link in chain)


def hub_is_offline() -> bool:
    """Tell whether the user forbids requests to the Hugging Face hub (``HF_HUB_OFFLINE``, ``TRANSFORMERS_OFFLINE``).

    Returns:
        What ``huggingface_hub`` itself concluded from the environment when it was first imported.
    """
    from huggingface_hub import constants  # here, so that the rule files can import this module without it

    return bool(constants.HF_HUB_OFFLINE)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """Status code of an HTTP answer, of whichever library."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code
    return getattr(getattr(error, "response", None), "status_code", None)


def _is_connection(error: BaseException) -> bool:
    # By name: requests, httpx and urllib3 have classes of their own, and none is imported here.
    names = {cls.__name__ for cls in type(error).__mro__}
    return isinstance(error, (ConnectionError, TimeoutError)) or bool(
        names & {"ConnectionError", "Timeout", "ChunkedEncodingError", "TransportError", "URLError", "IncompleteRead"}
    )
