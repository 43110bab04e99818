"""One seed sets every random number generator."""

import random

import numpy as np
import torch

from intertask.models.training.seeds import set_seed


def drawn() -> tuple:
    return random.random(), np.random.rand(), float(torch.rand(1))


def test_every_generator_repeats_after_the_same_seed():
    set_seed(3)
    first = drawn()
    set_seed(3)
    assert drawn() == first
    set_seed(4)
    assert not set(drawn()) & set(first)
