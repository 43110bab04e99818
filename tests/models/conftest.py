"""A tiny randomly initialized BERT, saved as a user's folder would be, and rows to train it on."""

import pytest
import torch
from tiny_models import save_common_tokenizer
from transformers import BertConfig, BertModel

from intertask.config import Model
from intertask.data import Prepared
from intertask.models.base import quiet_libraries


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Model:
    quiet_libraries()
    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    tokenizer = save_common_tokenizer(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522,  # of BERT; the embeddings of its rarer tokens are cut off below
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.1,  # larger than usual: or the frozen attention would pass next to nothing on
    )
    model = BertModel(config)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(folder)
    return Model(path=str(folder))


@pytest.fixture(scope="session")
def colours() -> Prepared:
    """Classification that a tiny model learns: is the thing red or blue?"""
    things = ["house", "boat", "door", "flag", "coat", "lamp", "chair", "book"]

    def rows(adjective: str) -> list[dict]:
        return [
            {"text_a": f"the {adjective} {thing} was {colour}", "text_b": None, "label": label}
            for thing in things
            for label, colour in enumerate(["red", "blue"])
        ]

    info = {
        "task": "colours",
        "type": "classification",
        "labels": ["red", "blue"],
        "positive_label": None,
        "metric": "accuracy",
        "max_choices": None,
        "fingerprint": "0123",
    }
    return Prepared(info=info, train=rows("old") + rows("new"), validation=rows("small"))


@pytest.fixture
def recipe() -> dict:
    """Settings of one stage, with early stopping on a held-out part."""
    training = {
        "learning_rate": 0.01,
        "epochs": 4,
        "max_steps": None,
        "batch_size": 8,
        "weight_decay": 0.0,
        "warmup_ratio": 0.0,
        "max_grad_norm": 1.0,
        "patience": 4,
        "evaluate_every": 1,
        "dev": "held_out",
        "dev_fraction": 0.25,
        "max_dev_examples": None,
        "max_train_examples": None,
    }
    return {"adapter": "seq_bn", "training": training, "max_length": 32, "stride": 8, "seed": 3}
