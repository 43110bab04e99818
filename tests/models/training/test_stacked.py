"""Adapters that are stacked give what each of them gives alone."""

import pytest
import torch

from intertask.models.base import load_model, load_tokenizer
from intertask.models.training.stacked import WithOutput, can_stack, encode_together, stacked
from intertask.types.batches import padding_values

TEXTS = [["one two three", "a much longer text than the others are"], ["x"], ["red boat", "blue", "a green lamp"]]


@pytest.fixture
def network(tiny_model):
    """A model with three adapters and heads, whose weights differ."""
    model = load_model(tiny_model)
    for name in "abc":
        model.add_adapter(name, config="seq_bn[reduction_factor=2]")
        model.add_classification_head(name, num_labels=3)
    torch.manual_seed(0)
    for name, parameter in model.named_parameters():
        if "adapters" in name or "heads" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


def test_each_part_goes_through_its_own_adapter(network, tiny_model):
    """Batches of different numbers of texts and lengths; afterwards the model is as before."""
    tokenizer = load_tokenizer(tiny_model)
    batches = [dict(tokenizer(texts, padding=True, return_tensors="pt")) for texts in TEXTS]

    def alone():
        found = []
        for name, batch in zip("abc", batches, strict=True):
            network.set_active_adapters(name)
            found.append(network(**batch, head=name).logits)
        return found

    expected = alone()
    with stacked(network, list("abc")):
        outputs = encode_together(network, batches, padding_values(tokenizer))
        parts = zip("abc", outputs, batches, strict=True)
        logits = [WithOutput(network, name, output)(**batch).logits for name, output, batch in parts]
    for found, again, want in zip(logits, alone(), expected, strict=True):
        torch.testing.assert_close(found, want, rtol=0, atol=1e-5)
        assert torch.equal(again, want)


def test_only_bottlenecks_of_one_configuration_are_stacked(tiny_model):
    model = load_model(tiny_model)
    for name, config in {"a": "seq_bn", "b": "seq_bn", "wide": "seq_bn[reduction_factor=2]", "lora": "lora"}.items():
        model.add_adapter(name, config=config)
    model.add_adapter("inverted", config="seq_bn_inv")
    model.add_adapter("shared", config="compacter[reduction_factor=4,phm_dim=2]")
    assert can_stack(model, ["a", "b"])
    others = (["a", "wide"], ["lora"], ["a", "lora"], ["inverted"], ["shared"])
    assert not any(can_stack(model, names) for names in others)
