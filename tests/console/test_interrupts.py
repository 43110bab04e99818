"""Ctrl-C is noticed, handed on once, and not again for some seconds."""

import os
import signal

import pytest

from intertask.console import interrupts as module
from intertask.console.interrupts import Interrupts


@pytest.fixture(autouse=True)
def python_handler():
    """The tests may run in the background, where SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_interrupt_is_handed_on_and_the_next_ones_only_later(monkeypatch):
    interrupts = Interrupts()
    interrupts.install()
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert interrupts.happened
    interrupt()
    interrupts.remove()
    interrupt()  # Snakemake may still be waiting for its jobs
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_without_an_interrupt_the_handler_is_put_back():
    interrupts = Interrupts()
    interrupts.install()
    interrupts.remove()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler and not interrupts.happened


def test_an_ignored_interrupt_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Interrupts().install()
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
