"""Explanations of methods: from the docstrings, for all methods, and readable."""

import re

from intertask.methods.registry import all_methods
from intertask.reporting.method_names import explanations


def test_every_method_is_explained_in_one_readable_sentence():
    methods = all_methods()
    explained = explanations([*methods, "ceiling", "fused", "no-such-method"], ["size", "semb"])
    assert list(explained) == [*methods, "ceiling", "fused"]
    assert explained["fused"] == "Combine the rankings by size and semb, by reciprocal rank."
    for name, method in methods.items():
        assert method.score.__doc__.startswith(explained[name])
        # a sentence, without formulas and markup
        assert re.fullmatch(r"[A-Z][a-z]+ [^Σ=|`:₀-₉_]{10,120}\.", explained[name]), explained[name]
    assert len(set(explained.values())) == len(explained)
