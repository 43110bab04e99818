"""Calls over the network that are retried after transient failures."""

import os
import time
import urllib.error
from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")

#: Seconds before the second try. The wait grows by the factor :data:`GROWTH` before each further try.
FIRST_WAIT = float(os.environ.get("INTERTASK_RETRY_SECONDS", "2"))
GROWTH = 4
TRIES = 4


def with_retries(call: Callable[[], Result], what: str) -> Result:
    """Call a function, and retry transient failures (:func:`is_transient`) with increasing waits.

    Args:
        call: Function without arguments that is safe to repeat.
        what: Name of what is requested, for the printed line about each wait, for example ``dataset nyu-mll/glue``.

    Returns:
        What the function returns.

    Raises:
        Exception: The exception of the last try, or of the first one that is not transient.
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
    """Tell whether the same call may succeed later, because the network or the server failed.

    Transient failures are broken connections, timeouts, the HTTP status codes 408 and 429, and server errors (5xx).
    Failures while the hub is offline are not transient.

    Args:
        error: The failure. The exceptions that caused it count too.

    Returns:
        True if the failure is transient.
    """
    chain = list(_causes(error))
    if any(type(link).__name__ == "OfflineModeIsEnabled" for link in chain):
        return False
    if hub_is_offline() and not any(isinstance(link, urllib.error.URLError) for link in chain):
        return False  # `datasets` raises a ConnectionError then; downloads of published addresses are not affected
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
    """Yield an error and the errors that caused it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """Return the status code of an HTTP response, whichever library raised the error."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code
    return getattr(getattr(error, "response", None), "status_code", None)


def _is_connection(error: BaseException) -> bool:
    """Tell whether a connection failed. Classes of requests, httpx and urllib3 are compared by name, not imported."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return isinstance(error, (ConnectionError, TimeoutError)) or bool(
        names & {"ConnectionError", "Timeout", "ChunkedEncodingError", "TransportError", "URLError", "IncompleteRead"}
    )
