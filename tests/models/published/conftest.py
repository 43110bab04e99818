"""A tiny RoBERTa with random weights."""

import pytest
import torch
from transformers import RobertaConfig, RobertaModel

from intertask.config import Model


@pytest.fixture(scope="module")
def roberta(tmp_path_factory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "tiny-roberta"
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    RobertaModel(RobertaConfig(vocab_size=60, initializer_range=0.1, **size)).save_pretrained(folder)
    return Model(path=str(folder))
