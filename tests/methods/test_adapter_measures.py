from dataclasses import replace

import numpy as np

from intertask.methods.adapter_measures import MEASURES, measure_adapters
from intertask.methods.facts import Facts, Rows, View


def test_scores_of_adapters_and_of_the_base_model():
    random = np.random.default_rng(0)
    labels = np.arange(40) % 2
    noise = random.normal(size=(40, 5))
    telling = noise + 3 * labels[:, None]
    rows = Rows(np.arange(40), (View(np.arange(40), labels),))
    target = Facts("t", "classification", 40, classes=2, target_rows=rows, features=noise)
    good, equal = Facts("good", "classification", 9, features=telling), Facts("equal", "classification", 9)
    scores = measure_adapters(target, [good, replace(equal, features=noise)])
    assert list(scores) == list(MEASURES)
    for of_method in scores.values():
        assert of_method["good"] > of_method["none"] == of_method["equal"]


def test_undefined_scores_are_left_out():
    rows = Rows(np.arange(9), (View(np.arange(9), np.zeros(9, int)),))
    target = Facts("t", "classification", 9, target_rows=rows, features=np.ones((9, 2)))
    assert measure_adapters(target, []) == {name: {} for name in MEASURES}
