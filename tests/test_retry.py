import urllib.error

import httpx
import pytest
import requests
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from intertask import retry
from intertask.retry import is_transient, with_retries


class Flaky:
    """Fails as often as told, then gives what it was called for."""

    def __init__(self, failures, error):
        self.failures, self.error, self.calls = failures, error, 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "result"


@pytest.fixture
def waits(monkeypatch):
    found = []
    monkeypatch.setattr(retry.time, "sleep", found.append)
    return found


def answer(status):
    response = requests.Response()
    response.status_code = status
    return response


def test_waits_grow_and_the_result_comes(waits, capsys):
    flaky = Flaky(2, ConnectionError("reset by peer"))
    assert with_retries(flaky, "dataset a/b") == "result"
    assert flaky.calls == 3 and waits == [2, 8]
    assert "dataset a/b: reset by peer; trying again in 2 s (1 of 3)" in capsys.readouterr().out


def test_the_last_failure_comes_through(waits):
    flaky = Flaky(9, TimeoutError("slow"))
    with pytest.raises(TimeoutError, match="slow"):
        with_retries(flaky, "it")
    assert flaky.calls == 4 and len(waits) == 3


def test_what_was_asked_for_wrongly_is_not_asked_again(waits):
    flaky = Flaky(9, HfHubHTTPError("404", response=answer(404)))
    with pytest.raises(HfHubHTTPError):
        with_retries(flaky, "it")
    assert flaky.calls == 1 and waits == []


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (requests.exceptions.ConnectTimeout(), True),
        (httpx.ConnectError("no route"), True),
        (urllib.error.URLError("no name"), True),
        (urllib.error.HTTPError("x", 503, "busy", None, None), True),
        (urllib.error.HTTPError("x", 410, "gone", None, None), False),
        (HfHubHTTPError("429", response=answer(429)), True),
        (HfHubHTTPError("401", response=answer(401)), False),
        (caused(LocalEntryNotFoundError("x"), requests.exceptions.ConnectionError("down")), True),
        (LocalEntryNotFoundError("x"), False),
        (caused(ConnectionError("x"), OfflineModeIsEnabled("offline")), False),
        (OfflineModeIsEnabled("offline"), False),
        (ValueError("no such split"), False),
        (FileNotFoundError("x"), False),
        (PermissionError("x"), False),
    ],
)
def test_what_is_transient(error, expected):
    assert is_transient(error) is expected


def test_an_offline_hub_is_not_asked_again_but_published_addresses_are(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert retry.hub_is_offline()
    assert not is_transient(requests.exceptions.ConnectionError("offline"))
    assert is_transient(urllib.error.URLError("no name"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    assert not retry.hub_is_offline()
    assert is_transient(requests.exceptions.ConnectionError("down"))
