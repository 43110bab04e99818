"""What a run shows: few lines in a file, a block on a terminal, one line for each failure, and the last lines."""

import os
import pty
import re
import signal
import time

import pytest
import yaml
from small_project import Project, small_config
from waiting import DEADLINE_SECONDS


@pytest.fixture
def project(tmp_path, suite) -> Project:
    config = small_config(suite["sources"][:2], suite["targets"][:1]) | {"methods": ["size"], "rank_fusion": ["size"]}
    return Project(tmp_path / "p", config)


def test_a_file_gets_few_lines_and_the_end(project):
    done = project.run("results/rankings/hotel_reviews.html", "--cores", "2")
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) < 12, done.stderr
    assert any(re.fullmatch(r"\[\d\d:\d\d:\d\d\] \d+/\d+ jobs.*", line) for line in lines)
    assert lines[-1].startswith("Done: ") and "\x1b" not in done.stderr
    assert done.stdout.splitlines()[1] == "Result"
    assert "hotel_reviews: the ranking puts" in done.stdout
    assert "results/rankings/hotel_reviews.html" in done.stdout.partition("Files to open next")[2]
    log = max((project.folder / ".snakemake" / "log").iterdir())
    assert "rule prepare_data" in log.read_text(encoding="utf-8") or "preparing data" in log.read_text(encoding="utf-8")
    assert "Nothing to be done" in project.run("results/rankings/hotel_reviews.html").stderr


def test_a_failure_is_one_line_with_its_log_and_its_message_in_the_end(project):
    source = project.config["sources"][0]
    path = project.folder / "tasks/bundled" / f"{source}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))["data"]["files"]["train"]
    broken = project.folder / "tasks/bundled" / data
    text = broken.read_text(encoding="utf-8").split("\n")
    broken.write_text("\n".join([*text[:5], "one cell", *text[5:]]), encoding="utf-8")
    done = project.run("--cores", "2", check=False)
    assert done.returncode != 0
    failed = [line for line in done.stderr.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 1 and f"results/logs/data/{source}.log" in failed[0]
    assert "line 6" in done.stderr and "run the same command again to resume" in done.stderr
    assert "Traceback" not in done.stderr and "RuleException" not in done.stderr


def on_a_terminal(
    project: Project, *arguments: str, interrupt_after: str | None = None, interrupts: int = 1
) -> tuple[int, str]:
    """Exit code of Snakemake on a pseudo-terminal, and what it wrote; Ctrl-C reaches its whole process group."""
    leader, follower = pty.openpty()
    project.variables |= {"TERM": "xterm", "COLUMNS": "90"}
    running = project.start(*arguments, stdout=follower, stderr=follower, stdin=follower)
    os.close(follower)
    written = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
        if interrupt_after and interrupt_after.encode() in written:
            interrupt_after = None
            for _ in range(interrupts):
                time.sleep(0.5)
                os.killpg(running.pid, signal.SIGINT)
    os.close(leader)
    return running.wait(timeout=DEADLINE_SECONDS), written.decode(errors="replace").replace("\r\n", "\n")


def picture(text: str) -> list[str]:
    """Return the lines that the terminal shows at the end. Only cursor-up and clear sequences are interpreted."""
    lines: list[str] = []
    for part in re.split(r"(\x1b\[\d+A\x1b\[J|\n)", text):
        if part == "\n":
            lines.append("")
        elif part.startswith("\x1b["):
            up = int(re.search(r"\d+", part)[0])
            lines = [*lines[: len(lines) - 1 - up], ""]
        elif lines:
            lines[-1] += part
        else:
            lines = [part]
    return lines


def test_a_terminal_shows_one_picture_in_place(project):
    code, text = on_a_terminal(project, "results/rankings/hotel_reviews.html", "--cores", "2")
    assert code == 0, text
    assert re.search(r"\x1b\[\d+A\x1b\[J", text)
    lines = picture(text)
    stages = [line for line in lines if line.startswith("  data and models")]
    assert len(stages) == 1 and stages[0].endswith("done")
    assert sum(line.startswith("  all ") for line in lines) == 1
    assert any(line.startswith("Done: ") for line in lines)
    assert all("\x1b" not in line for line in lines)


@pytest.mark.parametrize("interrupts", [1, 2])
def test_an_interrupted_run_ends_with_one_line(project, interrupts):
    # A larger model, whose training is still running when the signal comes
    project.config |= {"methods": ["semb"], "rank_fusion": ["semb"], "models": {"minilm": "bundled"}}
    project.write_config()
    code, text = on_a_terminal(project, "--cores", "2", interrupt_after="training the source", interrupts=interrupts)
    assert code != 0
    lines = [line.removeprefix("\r\x1b[K") for line in picture(text) if line.strip()]
    assert lines[-1] == "Stopped. Run the same command to continue."
    assert lines[-2].startswith("  all ")
    assert not [word for word in ("FAILED", "Traceback", "KeyboardInterrupt", "Terminating") if word in text], text
