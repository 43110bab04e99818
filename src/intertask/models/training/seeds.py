"""One seed for every random number generator that a job uses."""

import random


def set_seed(seed: int) -> None:
    """Seed Python's, numpy's and torch's generators (all devices)."""
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)
