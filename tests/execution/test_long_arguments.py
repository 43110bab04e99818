"""Arguments beyond 128 KiB reach a script from a shell, through the launcher, warm and in place."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from intertask.execution.long_arguments import MAX_CHARACTERS, long_words_as_files, read_pipes

#: More than an argument may have, with characters that a shell or an encoding could change.
RECIPE = {"labels": [f"'ä {number} $(x) `y` \\n % 𝔐" for number in range(20_000)]}
JOB = """
from intertask.execution.script import arguments, run
def main():
    options = arguments("It prints.", "out")
    print(len(options.recipe["labels"]), options.recipe["labels"][-1], options.out)
run(main)
"""


@pytest.mark.parametrize(
    "program", [[], ["-m", "intertask.execution.launch"], ["-m", "intertask.execution.launch", "--cold"]]
)
def test_a_long_recipe_reaches_the_script(light, script, tmp_path, program):
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE, ensure_ascii=False), encoding="utf-8")
    assert (tmp_path / "recipe.json").stat().st_size > 2**19
    words = [sys.executable, *program, str(script(JOB)), "--recipe", '<(printf %s "$(cat recipe.json)")', "--out", "o"]
    done = subprocess.run(
        ["bash", "-c", " ".join(words)], cwd=tmp_path, env=os.environ | light, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"20000 {RECIPE['labels'][-1]} o\n"


def test_short_arguments_stay():
    with ExitStack() as files:
        words, descriptors = long_words_as_files(
            ["a", "x" * MAX_CHARACTERS, "/dev/fd", "y" * (MAX_CHARACTERS + 1)], files
        )
        assert words == ["a", "x" * MAX_CHARACTERS, "/dev/fd", f"/dev/fd/{descriptors[0]}"]
        assert read_pipes(words)[-1] == "y" * (MAX_CHARACTERS + 1)
