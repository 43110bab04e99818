"""Which datasets' adapters may be passed on."""

import pytest
from paths import ROOT

from intertask.atlas.folder import Atlas
from intertask.config.licenses import NON_COMMERCIAL, PERMISSIVE, allows_adaptations


@pytest.mark.parametrize("license_name", sorted(PERMISSIVE | NON_COMMERCIAL))
def test_licenses_that_allow_adaptations(license_name):
    assert allows_adaptations(license_name)


@pytest.mark.parametrize(
    "license_name",
    [None, "", "custom", "not stated", "other", "mit", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "LDC User Agreement"],
)
def test_anything_else_allows_nothing(license_name):
    assert not allows_adaptations(license_name)


def test_the_atlas_ships_the_adapters_whose_license_allows_it_and_no_others():
    atlas = Atlas(ROOT / "atlas", "minilm")
    allowed = {task for task, facts in atlas.tasks.items() if allows_adaptations(facts["license"])}
    assert len(allowed) == 26
    assert set(atlas.with_adapter()) == allowed
    assert {path.stem for path in (atlas.path / "adapters").iterdir()} == allowed
    assert all(atlas.tasks[task]["license_page"].startswith("http") for task in allowed)
