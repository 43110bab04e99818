"""The order of training batches: rows of similar length together, batches in a random order that the seed decides."""

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler


def epoch_order(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[int]:
    """Sort rows by length, with equal lengths in random order, and shuffle the batches.

    A batch is padded to its longest row, so rows of equal length waste no computation. The order depends on the
    arguments alone: a training that is resumed after an epoch goes on with the same batches.

    Args:
        lengths: Tokens of each of the N rows.
        batch_size: Rows per batch.
        seed: Seed of the training.
        epoch: Number of the epoch, from 0.

    Returns:
        A permutation of ``range(N)``, whose consecutive parts of ``batch_size`` rows are the batches. If the last
        batch is smaller, its rows are a random run of the sorted rows, so that no length is trained on less.
    """
    generator = torch.Generator().manual_seed(seed)
    generator.manual_seed(int(torch.randint(2**62, (epoch + 1,), generator=generator)[-1]))
    ordered = torch.randperm(len(lengths), generator=generator).tolist()
    ordered.sort(key=lengths.__getitem__)
    batches, rest = divmod(len(ordered), batch_size)
    last: list[int] = []
    if rest:
        cut = batch_size * int(torch.randint(batches + 1, (), generator=generator))
        last, ordered = ordered[cut : cut + rest], ordered[:cut] + ordered[cut + rest :]
    shuffled = torch.randperm(batches, generator=generator).tolist()
    return [row for batch in shuffled for row in ordered[batch * batch_size : (batch + 1) * batch_size]] + last


class BatchesByLength(Sampler[int]):
    """Gives the Trainer's data loader the rows in :func:`epoch_order`."""

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        """Start before the first epoch.

        Args:
            lengths: Tokens of each row.
            batch_size: Rows per batch.
            seed: Seed of the training.
        """
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, from 0; the Trainer calls this before each."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """Return the rows of the epoch."""
        return iter(epoch_order(self.lengths, self.batch_size, self.seed, self.epoch))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lengths)
