"""What the package offers to the rest of the library."""

from intertask.models import published


def test_the_package_offers_what_source_training_needs():
    assert sorted(published.__all__) == ["NotPublishedError", "fetch_source"]
    assert all(hasattr(published, name) for name in published.__all__)
