"""Disk space of a run, against arithmetic by hand."""

import pytest

from intertask.check.disk import disk_space, parameters
from intertask.config import load_config
from intertask.methods.registry import all_methods

SHAPE = {"hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 100}
READERS = sorted(name for name, method in all_methods().items() if "features" in method.reads)


def config(*methods: str, **changes):
    return load_config(
        {
            "sources": ["a", "b", "c"], "targets": ["t"], "seeds": [1], "models": {"m": "bundled"},
            "methods": list(methods), "rank_fusion": [methods[-1]], "embeddings": {"max_examples": 10},
            "features": {"max_examples": 20}, **changes,
        }
    )  # fmt: skip


def test_parameters():
    assert parameters(SHAPE) == 12 * 2 * 64 + 800
    assert parameters({}) == 0


def test_adapters_embeddings_and_whole_models():
    adapter, embeddings = 2 * 64 / 4 + 64, 8 * 4 * 10
    assert disk_space(config("random", "size"), {"m": SHAPE}) == 4 * (3 * adapter + embeddings)
    assert disk_space(config("random", "size", adapter="full"), {"m": SHAPE}) == 4 * (3 * 2336 + embeddings)
    assert disk_space(config("random", "size"), {"m": {}}) == 0


@pytest.mark.parametrize("method", READERS)
def test_every_method_that_reads_features_counts(method):
    more = disk_space(config("random", method), {"m": SHAPE}) - disk_space(config("random", "size"), {"m": SHAPE})
    assert more == 4 * 8 * 3 * 20


def test_methods_that_a_list_once_forgot():
    assert set(READERS) >= {"n-leep", "parc", "gbc", "transrate", "logistic", "nce"}
