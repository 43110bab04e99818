"""Progress in words: lines for a terminal and for a file, failures, and the end."""

import pytest

from intertask.console.progress import Progress
from intertask.console.screen import STOPPED, block, ending, failure, one_line


@pytest.fixture
def progress() -> Progress:
    progress = Progress()
    progress.plan({"prepare_data": 3})
    for number in range(3):
        progress.start(number, "prepare_data", f"task {number}: preparing data", "", 0.0)
    return progress


def test_lines_for_a_file_and_for_a_terminal():
    progress = Progress()
    progress.plan({"run_transfer": 4, "compute_embeddings": 1})
    progress.start(1, "compute_embeddings", "embedding", "", 0.0)
    progress.finish(1, 2.0)
    progress.start(2, "run_transfer", "sst2 -> rte: transfer on minilm, seed 1", "", 2.0)
    line = one_line(progress, "about 4 min left")
    assert line.split("] ")[1] == "1/5 jobs, about 4 min left; transfers 0/4"
    lines = block(progress, "about 4 min left", 60)
    assert lines[0].split() == ["embeddings", "1/1", "done"]
    assert "sst2 -> rte" in lines[1] and lines[2].split() == ["all", "1/5", "about", "4", "min", "left"]
    assert max(map(len, block(progress, "about 4 min left", 30))) <= 30


def test_failures_have_a_reason_at_once_and_their_log_at_the_end(tmp_path):
    ours, theirs = tmp_path / "ours.log", tmp_path / "theirs.log"
    ours.write_text(
        "reading\nError: The label is missing.\n  where: x.csv, line 3\n  to do: fill it\n", encoding="utf-8"
    )
    theirs.write_text("\n".join(f"line {n}" for n in range(40)) + "\nValueError: no\n", encoding="utf-8")
    progress = Progress()
    progress.plan({"prepare_data": 3})
    for number, log in enumerate((ours, theirs, tmp_path / "none.log")):
        progress.start(number, "prepare_data", f"task {number}: preparing data", str(log), 0.0)
    lines = [failure(progress.fail(number, 1.0)) for number in range(3)]
    assert lines[0] == f"FAILED task 0: preparing data: The label is missing. (log: {ours})"
    assert "ValueError: no" in lines[1] and "no message" in lines[2]
    end = "\n".join(ending(progress, 60.0))
    assert "where: x.csv, line 3" in end and "reading" not in end
    assert "line 39" in end and "line 20" not in end


@pytest.mark.parametrize(
    ("done", "kept"),
    [
        (0, "3 jobs failed; no job succeeded. "),
        (1, "2 jobs failed; the result of the one that succeeded is kept. "),
        (2, "1 job failed; the results of the 2 that succeeded are kept. "),
    ],
)
def test_the_last_line_of_a_failed_run_says_what_is_kept_and_how_to_resume(progress, done, kept):
    for number in range(3):
        (progress.finish if number < done else progress.fail)(number, 1.0)
    assert ending(progress, 60.0)[-1] == kept + "Fix the cause and run the same command again to resume."


def test_a_failed_check_shows_its_whole_log(tmp_path):
    log = tmp_path / "check.log"
    log.write_text("1. No label.\n  where: x.csv\n", encoding="utf-8")
    progress = Progress()
    progress.start(1, "check", "checking", str(log), 0.0)
    progress.fail(1, 1.0)
    *log_lines, _, last = ending(progress, 1.0)[2:]
    assert log_lines == ["  1. No label.", "    where: x.csv"]
    assert last == "Fix the problems above and run the check again."


def test_the_last_line_of_a_good_run_and_of_an_unfinished_one(progress):
    for number in (0, 1):
        progress.finish(number, 80.0)
    assert ending(progress, 100.0) == [STOPPED]
    progress.finish(2, 80.0)
    assert ending(progress, 100.0) == ["Done: 3 jobs; wall time 1.7 min, job time 4 min."]
