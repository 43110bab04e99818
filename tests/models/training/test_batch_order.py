"""Batches of similar length, in an order that depends on the seed and the epoch alone."""

import pytest

from intertask.models.training.batch_order import BatchesByLength, epoch_order

LENGTHS = [5, 9, 5, 30, 7, 7, 12, 5, 9, 21, 5]


@pytest.mark.parametrize("size", [1, 3, 4, 11, 20])
def test_every_row_once(size):
    assert sorted(epoch_order(LENGTHS, size, seed=1, epoch=0)) == list(range(len(LENGTHS)))


def test_full_batches_hold_neighbors_of_the_sorted_lengths():
    """Whatever rows the smaller last batch takes, the others are consecutive runs of the sorted rows."""
    for epoch in range(20):
        order = [LENGTHS[row] for row in epoch_order(LENGTHS, 3, seed=1, epoch=epoch)]
        batches, last = [sorted(order[i : i + 3]) for i in range(0, 9, 3)], order[9:]
        remaining = sorted(LENGTHS)
        for length in last:
            remaining.remove(length)
        assert sorted(batches) == [remaining[i : i + 3] for i in range(0, 9, 3)]


def test_epochs_and_seeds_differ_and_repeat():
    orders = {(seed, epoch): tuple(epoch_order(LENGTHS, 2, seed, epoch)) for seed in (1, 2) for epoch in range(4)}
    assert len(set(orders.values())) == len(orders)
    assert tuple(epoch_order(LENGTHS, 2, 2, 3)) == orders[2, 3]


def test_the_last_batch_takes_rows_of_any_length():
    last = {min(LENGTHS[row] for row in epoch_order(LENGTHS, 5, 1, epoch)[10:]) for epoch in range(40)}
    assert len(last) >= 3


def test_the_sampler_follows_the_epoch():
    sampler = BatchesByLength(LENGTHS, 2, seed=4)
    first = list(sampler)
    sampler.set_epoch(1)
    assert (len(sampler), first, list(sampler)) == (
        len(LENGTHS),
        epoch_order(LENGTHS, 2, 4, 0),
        epoch_order(LENGTHS, 2, 4, 1),
    )
