"""Units in batches of texts: each unit once, with the value at its position or the mean of its text."""

from types import SimpleNamespace

import numpy as np
import torch

from intertask.models.evidence.target_features import UnitBatch, batches, without_prompt
from intertask.types.units import MEAN, Units

TOKENIZER = SimpleNamespace(pad_token_id=0, pad_token_type_id=0)


def units() -> Units:
    inputs = [{"input_ids": [1] * n, "attention_mask": [1] * n} for n in (2, 4, 3)]
    text, position = np.array([0, 1, 1, 2]), np.array([MEAN, 0, 3, 1])
    return Units(inputs, text, position, np.arange(4), ((np.arange(4), np.zeros(4)),))


def test_every_unit_is_in_one_batch():
    made = list(batches(units(), TOKENIZER, 2, torch.device("cpu"), "test"))
    assert [batch.units.tolist() for batch in made] == [[1, 2, 3], [0]]  # the longest texts first
    assert [batch.text.tolist() for batch in made] == [[0, 0, 1], [0]]
    assert made[0].inputs["input_ids"].shape == (2, 4)


def test_values_at_units():
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    batch = UnitBatch({"attention_mask": mask}, np.arange(3), torch.tensor([0, 1, 1]), torch.tensor([-1, 2, -1]))
    tokens = torch.tensor([[[1.0], [3.0], [50.0]], [[4.0], [5.0], [9.0]]])
    assert batch.at_units(tokens).flatten().tolist() == [2, 9, 6]  # padding does not count


def test_positions_of_a_prompt_are_removed():
    batch = UnitBatch({"input_ids": torch.zeros(1, 2)}, np.arange(1), torch.tensor([0]), torch.tensor([0]))
    assert without_prompt(batch, torch.arange(5.0).reshape(1, 5, 1)).flatten().tolist() == [3, 4]
