"""Misspelt files and rules on the command line get a suggestion."""

import pytest

from intertask.console.suggestions import check_targets
from intertask.errors import IntertaskError

FILES = ["results/rankings/rte.tsv", "results/regret.tsv"]
RULES = ["all", "check", "plan", "recommend"]


def ask(*targets: str) -> None:
    check_targets(targets, FILES.__contains__, RULES, FILES)


def test_files_and_rules_that_exist_are_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/mine.txt").touch()
    ask()
    ask("results/regret.tsv", "check", "results/mine.txt")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("results/rankings/rtee.tsv", "did you mean results/rankings/rte.tsv"),
        ("results/zzz.txt", "No rule makes the file results/zzz.txt.*such as results/re"),
        ("recomend", "did you mean recommend"),
        ("quite-another-thing", "There is no rule quite-another-thing"),
    ],
)
def test_others_are_refused(target, message):
    with pytest.raises(IntertaskError, match=f"(?s){message}"):
        ask("check", target)
