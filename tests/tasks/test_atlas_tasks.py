"""The tasks of the atlas: the datasets of tests/tasks/real from the places where they are published, with licenses."""

import re
from pathlib import Path

import pytest
from paths import ROOT

from intertask.config.task_registry import Registry
from intertask.data import DATA_KEYS

REAL = Registry([Path(__file__).parent / "real"])
ATLAS = Registry([ROOT / "tasks" / "atlas"])
#: Identifiers of the SPDX list (https://spdx.org/licenses/).
SPDX = {
    *("AFL-3.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "NCBI-PD", "ODC-By-1.0"),
    *("CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
}
#: What is said where the publisher states no license, and where it is not on the list.
WITHOUT_IDENTIFIER = {"not stated", "custom"}


def test_every_real_dataset_is_there():
    assert sorted(ATLAS) == sorted(REAL)


@pytest.mark.parametrize("name", sorted(ATLAS))
def test_it_is_the_same_task_as_from_local_files(name):
    task, real = ATLAS[name], REAL[name]
    for key in ("type", "metric", "max_length", "stride", "batch_size"):
        assert getattr(task, key) == getattr(real, key), key
    # Whole datasets share texts that the local parts of them do not share, so they have more families.
    assert real.family in (task.family, None)


@pytest.mark.parametrize("name", sorted(ATLAS))
def test_it_says_what_pages_and_cards_need(name):
    task = ATLAS[name]
    assert task.language == "en"
    assert re.fullmatch(r"https?://\S+", task.homepage)
    assert task.description and not task.description.endswith(".")
    assert task.license in SPDX | WITHOUT_IDENTIFIER
    if task.license in SPDX:
        assert re.fullmatch(r"https?://\S+", task.license_page)


@pytest.mark.parametrize("name", sorted(ATLAS))
def test_anybody_can_download_it(name):
    data = ATLAS[name].data
    for place in [data, *data.alternatives]:
        assert place.hub or place.download
        assert place.files is None


def test_families_of_whole_datasets():
    for group in (["squad", "squad_v2", "qnli", "xquad_en"], ["swag", "hellaswag"]):
        assert len({ATLAS[name].family for name in group} | {None}) == 2


def test_a_page_of_the_license_does_not_change_the_data():
    assert "license_page" not in DATA_KEYS
