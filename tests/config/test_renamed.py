"""Keys that have a new name: the old one works, with one line on stderr in each run."""

import pytest
import yaml

from intertask.config import load_config, load_task
from intertask.config.renamed import REPORTED
from intertask.errors import IntertaskError

GOOD = {"sources": ["a", "b"], "targets": ["t"], "methods": ["size", "semb"], "rank_fusion": ["size"]}
TASK = {"type": "classification", "data": {"files": {"train": "t.csv"}}}


@pytest.fixture(autouse=True)
def new_run(monkeypatch):
    monkeypatch.setenv(REPORTED, "")


@pytest.mark.parametrize(
    ("old", "new", "value"), [("fused", "rank_fusion", ["semb"]), ("fusion", "adapter_fusion", {"k": 2})]
)
def test_an_old_key_of_the_configuration_is_the_new_one(old, new, value, capsys):
    without = {key: other for key, other in GOOD.items() if key != new}
    assert load_config(without | {old: value}) == load_config(without | {new: value})
    load_config(without | {old: value})
    line = f"The key '{old}' is now called '{new}'; the old name will be removed in version 0.3.\n"
    assert capsys.readouterr().err == line  # once, whatever the number of times that it is read


def test_an_old_key_of_tasks_is_reported_once_for_all_of_them(tmp_path, capsys):
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(TASK | {"licence": "CC0"}), encoding="utf-8")
        assert load_task(tmp_path / f"{name}.yaml").license == "CC0"
    assert capsys.readouterr().err.count("\n") == 1


def test_both_names_are_an_error():
    with pytest.raises(IntertaskError, match="'fused' is the old name of 'rank_fusion'; keep only 'rank_fusion'"):
        load_config(GOOD | {"fused": ["semb"]})


def test_an_old_name_counts_only_where_the_key_was():
    with pytest.raises(IntertaskError, match="licence: unknown key"):
        load_config(GOOD | {"licence": "CC0"})
