"""The display on a stream: what stays, what is updated, and what the background thread adds."""

import io
import threading

import pytest

from intertask.console import display as module
from intertask.console.display import Display
from intertask.console.interrupts import Interrupts
from intertask.console.screen import STOPPED


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def begun(stream: io.StringIO, jobs: int = 3) -> Display:
    display = Display(stream, threading.RLock(), Interrupts())
    display.progress.plan({"run_transfer": jobs})
    display.progress.start(1, "run_transfer", "a transfer", "", display.now())
    return display


@pytest.fixture
def no_waits(monkeypatch):
    for name in ("LINE_SECONDS", "QUIET_SECONDS", "PICTURE_SECONDS", "SHORT_RUN_SECONDS"):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.01)


def test_a_block_is_replaced_and_a_line_stays(monkeypatch, no_waits):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    display = begun(stream)
    display.update()
    display.update()
    assert stream.getvalue().count("\x1b[2A\x1b[J") == 1
    display.write_line("FAILED something")
    display.update()
    assert "FAILED something\n  transfers" in stream.getvalue()


def test_a_file_gets_lines_while_no_job_ends(no_waits):
    stream = io.StringIO()
    display = begun(stream)
    display.start_refreshing()
    for _ in range(60_000):
        if stream.getvalue().count("0/3 jobs") >= 2:
            break
        threading.Event().wait(0.01)
    else:
        pytest.fail("no line came")
    display.close()
    after = stream.getvalue()
    threading.Event().wait(0.1)
    assert stream.getvalue() == after
    assert after.endswith(f"{STOPPED}\n")
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "intertask-display")


def test_a_finished_block_is_not_repeated_while_snakemake_ends(monkeypatch, no_waits):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    display = begun(stream, jobs=1)
    display.progress.finish(1, display.now())
    display.update()
    display.update(idle=True)
    assert stream.getvalue().count("1/1") == 2  # the stage and the whole run


def test_lines_come_at_least_every_30_seconds():
    assert module.QUIET_SECONDS + module.REFRESH_SECONDS <= 30


def test_no_progress_is_shown_while_a_job_prints_nor_of_a_single_short_job():
    stream = io.StringIO()
    display = begun(stream)
    display._last -= 100
    display.printing.add(1)
    display.update()
    assert stream.getvalue() == ""
    display.printing.clear()
    display.update()
    assert "0/3 jobs" in stream.getvalue()
    single = begun(single_stream := io.StringIO(), jobs=1)
    single._last -= 100
    single.update()
    single.progress.finish(1, single.now())
    single.close()
    assert single_stream.getvalue() == "Done: 1 job; wall time 1 s, job time 1 s.\n"


def test_an_interrupted_run_says_one_line_and_nothing_about_failures():
    stream = io.StringIO()
    display = begun(stream)
    display._interrupts.happened = True
    display.progress.fail(1, display.now())
    display.write_line("FAILED a transfer: KeyboardInterrupt")
    display.update()
    display.close()
    display.close()
    assert stream.getvalue() == f"{STOPPED}\n"
