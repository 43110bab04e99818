"""Logits: one array per output of the head, in the order of the encodings, padded to the longest one."""

from types import SimpleNamespace

import numpy as np
import torch

from intertask.models.prediction import PADDING, encoding_length, predict_logits, strip


def test_length_of_an_encoding():
    assert encoding_length({"input_ids": [5, 6, 7]}) == 3
    assert encoding_length({"input_ids": [[5, 6], [7]]}) == 3  # the choices of multiple choice


def test_extra_keys_are_removed():
    assert strip([{"input_ids": [1], "row": 0}], ("row", "cls")) == [{"input_ids": [1]}]


def test_logits_are_in_the_order_of_the_encodings_and_padded():
    encodings = [{"input_ids": list(range(length)), "row": i} for i, length in enumerate([2, 5, 1, 3])]
    batches = []

    def collate(batch):
        batches.append([encoding_length(encoding) for encoding in batch])
        length = max(batches[-1])
        ids = [e["input_ids"] + [PADDING] * (length - len(e["input_ids"])) for e in batch]
        return {"input_ids": torch.tensor(ids, dtype=torch.float32)}

    def loss(model, batch):
        assert not model.training
        return None, (batch["input_ids"], batch["input_ids"].amax(1))

    model = torch.nn.Linear(1, 1).train()
    per_token, per_text = predict_logits(model, SimpleNamespace(EXTRA_KEYS=("row",), loss=loss), encodings, collate, 2)
    assert batches == [[5, 3], [2, 1]]  # the longest first
    assert per_text.tolist() == [1, 4, 0, 2]
    assert per_token.shape == (4, 5) and per_token.dtype == np.float32
    assert per_token[0].tolist() == [0, 1, PADDING, PADDING, PADDING]
    assert model.training
