"""Misspelt files and rules of a command line; options and their values are left alone."""

import pytest

from intertask.console.suggestions import check_requests
from intertask.errors import IntertaskError

FILES = ["results/rankings/rte.tsv", "results/regret.tsv"]
RULES = ["all", "check", "plan", "recommend"]


def ask(*words: str) -> None:
    check_requests(words, FILES.__contains__, RULES, FILES)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["results/regret.tsv", "--cores", "2"],
        ["check"],
        ["-n", "plan", "--configfile", "my.yaml"],
        ["--until", "plann"],  # Snakemake's to judge
        ["--profile", "slurmm"],
        ["quite-another-thing"],
    ],
)
def test_what_is_right_or_not_ours_passes(words):
    ask(*words)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["results/rankings/rtee.tsv"], "did you mean results/rankings/rte.tsv"),
        (["--cores", "2", "results/regrets.tsv"], "did you mean results/regret.tsv"),
        (["chek"], "did you mean check"),
        (["-n", "recomend"], "did you mean recommend"),
    ],
)
def test_near_misses(words, hint):
    with pytest.raises(IntertaskError, match=hint):
        ask(*words)


def test_a_file_that_is_there_may_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/mine.txt").touch()
    ask("results/mine.txt")
    with pytest.raises(IntertaskError, match="such as results/re"):
        ask("results/zzz.txt")
