"""A source adapter, trained for a step, as the tests of loading need it."""

import torch

from intertask.models import adapters
from intertask.models.base import load_model
from intertask.models.training.seeds import set_seed


def trained_source(tiny_model, adapter: str, folder):
    """A source whose weights differ from any initialization; returns its tensors and their SHA-256."""
    set_seed(5)
    model = load_model(tiny_model)
    adapters.add_fresh_adapter(model, "src", adapter)
    model.add_classification_head("src", num_labels=3)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    state = {k: v.clone() for k, v in adapters.transferred_weights(model, "src", adapter).items()}
    sha256 = adapters.weights_sha256(model, "src", adapter)
    adapters.save_source(model, "src", adapter, folder)
    return state, sha256
