"""Full fine-tuning transfers start from the source's encoder; in the paper's published code, from random weights."""

import pytest
import torch
from paper_hub import MODELS

from intertask.config import Model
from intertask.models.adapters import load_source, save_source, weights_sha256
from intertask.models.base import load_model, load_tokenizer


@pytest.fixture(params=["FacebookAI/roberta-base", "google-bert/bert-base-uncased"])
def base(request, tmp_path):
    MODELS[request.param](tmp_path / "base")
    return Model(path=str(tmp_path / "base"))


def hidden(model, base) -> torch.Tensor:
    inputs = load_tokenizer(base)(["Ada found the old lantern near the bridge."], return_tensors="pt")
    model.eval()
    with torch.inference_mode():
        return model.base_model(**inputs).last_hidden_state


def test_encoder_equals_the_sources_and_not_the_base_models(base, tmp_path):
    source = load_model(base)
    source.add_classification_head("source", num_labels=2)
    torch.manual_seed(1)
    with torch.no_grad():  # what a source training does: every weight moves
        for parameter in source.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    expected = hidden(source, base)
    sha256 = weights_sha256(source, "source", "full")
    save_source(source, "source", "full", tmp_path / "adapters")
    torch.manual_seed(2)  # an encoder from random numbers would differ from run to run
    loaded = load_source(tmp_path / "adapters", lambda: load_model(base), "target", "full", sha256)
    assert torch.equal(hidden(loaded, base), expected)
    assert not torch.allclose(hidden(load_model(base), base), expected, atol=0.1)
    assert list(loaded.heads) == []  # the source's head stays behind
