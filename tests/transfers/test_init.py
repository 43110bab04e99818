"""What the package offers to the rest of the library."""

from intertask import transfers


def test_the_package_offers_the_import_of_transfers():
    assert transfers.__all__ == sorted(transfers.__all__)
    assert all(hasattr(transfers, name) for name in transfers.__all__)
