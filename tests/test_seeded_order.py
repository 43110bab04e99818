"""Seeded orders."""

from intertask.seeded_order import shuffled


def test_order_is_a_permutation_that_depends_on_the_seed_only():
    assert shuffled(7, 1) == [0, 3, 5, 4, 6, 2, 1] == shuffled(7, 1)
    assert sorted(shuffled(100, 2)) == list(range(100))
    assert shuffled(100, 2) != shuffled(100, 3)
    assert shuffled(0, 1) == []
