"""Words after --configfile that Snakemake would not survive."""

from pathlib import Path

import pytest

from intertask.console.configuration_files import check_configuration_files
from intertask.errors import IntertaskError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("configs").mkdir()
    for name in ("config.yaml", "configs/tickets.yaml", "configs/paper.yaml"):
        Path(name).write_text("sources: []\n")


def test_files_that_exist_pass():
    check_configuration_files([])
    check_configuration_files([Path("configs/tickets.yaml"), Path("config.yaml")])


def test_a_target_after_the_file_is_named_with_the_right_order():
    with pytest.raises(IntertaskError) as error:
        check_configuration_files([Path("configs/paper.yaml"), Path("results/regret.tsv")])
    assert "snakemake results/regret.tsv --configfile configs/paper.yaml" in str(error.value)


@pytest.mark.parametrize("name", ["configs/tickts.yaml", "tickets.yaml"])
def test_a_missing_file_gets_the_nearest_name(name):
    with pytest.raises(IntertaskError, match=r"Did you mean configs/tickets\.yaml\?"):
        check_configuration_files([Path(name)])


def test_a_file_that_cannot_be_read_is_named_with_its_line():
    Path("config.yaml").write_text("sources: [a]\nseed: 1\nseed: 2\n")
    with pytest.raises(IntertaskError, match="The key 'seed' is listed twice") as error:
        check_configuration_files([Path("config.yaml")])
    assert error.value.where == "config.yaml, line 3"
