"""Published heads: their classes get the order of the task's labels, and other heads are reported."""

import numpy as np
import pytest
import torch
from five_types import small_task
from published_adapters import HEADS, HOULSBY, fetched, outputs, publish, same

from intertask.models.base import load_model
from intertask.models.evidence.fisher import trained_fisher
from intertask.models.evidence.source_features import load_sources, source_features
from intertask.models.evidence.target_features import target_units


def test_classes_get_the_tasks_order(roberta, tmp_path):
    head = {"num_labels": 3, "layers": 2, "label2id": {"Neutral": 2, "yes": 0, "no": 1}}
    theirs = publish(tmp_path / "pub", roberta, "classification", head=head)
    info = small_task("classification").info | {"labels": ["no", "neutral", "yes"]}
    metrics = fetched(tmp_path / "pub", roberta, info, tmp_path / "out")
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert torch.equal(outputs(ours)[0], outputs(theirs)[0][:, [1, 2, 0]])
    assert ours.heads["s"].config["label2id"] == {"no": 0, "neutral": 1, "yes": 2}
    assert not any("order" in note for note in metrics["notes"])


@pytest.mark.parametrize(
    ("label2id", "said"),
    [(None, "no names"), ({"LABEL_0": 0, "LABEL_1": 1}, "no names"), ({"hot": 0, "cold": 1}, "other names")],
)
def test_classes_without_the_tasks_names_keep_their_order(roberta, tmp_path, label2id, said):
    head = {"num_labels": 2, "layers": 2, "label2id": label2id}
    theirs = publish(tmp_path / "pub", roberta, "classification", head=head)
    metrics = fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert any(said in note for note in metrics["notes"])
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert same(outputs(ours), outputs(theirs))


def test_head_of_another_task_gives_probabilities_but_no_gradients(tiny_model, tmp_path):
    """Few-shot training and LEEP go on; TaskEmb, which needs the loss on the task's own labels, has no score."""
    head = {"num_labels": 5, "layers": 2, "label2id": None}
    publish(tmp_path / "pub", tiny_model, "classification", head=head)
    publish(tmp_path / "wide", tiny_model, "classification", HOULSBY)  # of another configuration
    prepared = small_task("classification")
    metrics = fetched(tmp_path / "pub", tiny_model, prepared.info, tmp_path / "out")
    fetched(tmp_path / "wide", tiny_model, prepared.info | {"task": "wide"}, tmp_path / "wide-out")
    assert not metrics["published"]["head"]["fits"] and "5 outputs" in metrics["notes"][0]
    recipe = {"max_examples": 6, "max_rows": 40, "negatives": 2, "max_length": 32, "stride": 8, "seed": 1}
    recipe |= {"batch_size": 3, "parallel": 8, "adapter": "seq_bn"}
    assert trained_fisher(tmp_path / "out", tiny_model, prepared, recipe, metrics) == {}
    units, tokenizer = target_units(prepared, tiny_model, load_model(tiny_model).config, recipe)
    folders = {"five": tmp_path / "out", "wide": tmp_path / "wide-out", "five-too": tmp_path / "out"}
    together = list(source_features(folders, tiny_model, "seq_bn", "classification", units, tokenizer, recipe))
    for name, features, probabilities in together:
        alone = source_features({name: folders[name]}, tiny_model, "seq_bn", "classification", units, tokenizer, recipe)
        ((_, expected, expected_probabilities),) = alone
        assert np.allclose(features, expected, atol=1e-5), name
        assert np.allclose(probabilities, expected_probabilities, atol=1e-5)
        assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert together[0][2].shape[1] == 5


@pytest.mark.parametrize("kind", list(HEADS))
def test_fisher_embedding_with_the_published_head(tiny_model, tmp_path, kind):
    head = HEADS[kind] | ({"num_choices": 5} if kind == "multiple_choice" else {})  # the task has three
    publish(tmp_path / "pub", tiny_model, kind, head=head)
    prepared = small_task(kind)
    metrics = fetched(tmp_path / "pub", tiny_model, prepared.info, tmp_path / "out")
    recipe = {"adapter": "seq_bn", "max_length": 40, "stride": 8, "seed": 3, "max_examples": 4}
    found = trained_fisher(tmp_path / "out", tiny_model, prepared, recipe, metrics)
    assert any(vector.any() for name, vector in found.items() if "adapter_up" in name)
