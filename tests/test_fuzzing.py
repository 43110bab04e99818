"""A few inputs that are mutated at random; ``benchmarks/fuzz.py`` tries as many as there is time for."""

import pytest
from fuzzing import TARGETS, run_one

#: Number of inputs of each kind.
INPUTS = 25


@pytest.mark.parametrize("target", TARGETS)
def test_every_input_ends_with_success_or_one_message(target):
    found = {seed: what for seed in range(INPUTS) if (what := run_one(target, seed))}
    assert found == {}


def test_a_fault_would_be_found(monkeypatch):
    def broken(folder, random):
        raise KeyError("x")

    monkeypatch.setitem(TARGETS, "config", broken)
    assert "KeyError: 'x'" in run_one("config", 1)
