"""The study says what its tables say."""

import pandas as pd

from intertask.reporting.study import WIDTH, study

TYPES = {"a": "classification", "b": "classification", "c": "tagging", "t": "classification", "u": "tagging"}
STAGE = {"epochs": 3, "learning_rate": 0.003, "batch_size": 16, "max_train_examples": 300}
SETTINGS = {
    "model": "bundled",
    "adapter": "seq_bn",
    "seeds": [1, 2],
    "training": {"source": STAGE, "transfer": STAGE},
    "max_train_examples": 2000,
    "max_validation_examples": 500,
}


def page(scores, regret, evaluation):
    """The page of transfers with two seeds, whose means are the scores."""
    rows = [(t, s, seed, value + (1 if seed == 1 else -1)) for (t, s), value in scores.items() for seed in (1, 2)]
    transfer = pd.DataFrame(rows, columns=["target", "source", "seed", "value"])
    sources = {name: {"value": 80.0, "metric": "accuracy", "device": "cpu", "precision": "float32"} for name in "abc"}
    return study(transfer, regret, evaluation, sources, TYPES, SETTINGS, "images/gains.svg")


def test_numbers_and_names_are_those_of_the_tables():
    scores = {("t", "none"): 70, ("t", "a"): 75, ("t", "b"): 69, ("t", "c"): 60}
    scores |= {("u", "none"): 50, ("u", "a"): 48, ("u", "b"): 50, ("u", "c"): 49}
    metrics = {"regret@1": 4.0, "regret@3": 0.5, "regret@5": 0.1, "ndcg": 0.8, "beats_none": 0.5}
    intervals = {f"{name}_{end}": value for name, value in metrics.items() for end in ("low", "high")}
    lines = [
        {"method": "semb", **metrics, **intervals, "needs": "data", "targets": 2, "coverage": 0.94},
        {"method": "random", **metrics, "regret@3": 9.0, **intervals, "needs": "nothing", "targets": 2, "coverage": 1},
        {"method": "ceiling", "needs": "", "targets": 0},
    ]
    cells = [("semb", "regret", k, target, value) for k in (1, 3) for target, value in (("t", 0.0), ("u", 1.0))]
    evaluation = pd.DataFrame(cells, columns=["method", "metric", "k", "target", "value"])
    text = page(scores, pd.DataFrame(lines), evaluation)
    plain = " ".join(text.split())
    assert "17 % of the 6 pairs gain" in plain and "median gain is -1.0" in plain
    assert "| t | classification | 70.0 | a | 75.0 | +5.0 | 33 % | -1.0 | -10.0 |" in text
    assert "| tagging | -10.0 (0 %) | -1.0 (0 %) |" in text
    assert "On 1 of 2 targets (u), no source scores higher" in plain
    assert "It is so here, too." in plain and "It loses nothing on 1 of 2 targets" in plain
    assert "| `semb` | 4.0 [4.0, 4.0] | 0.5 [0.5, 0.5] | 0.1 [0.1, 0.1] | 0.80 [0.80, 0.80] | 94 % | data |" in text
    assert "ceiling" not in text and "More than 2 seeds" in text
    prose = [line for line in text.splitlines() if not line.startswith(("|", "!"))]
    assert all(len(line) <= WIDTH for line in prose)
    assert all(line.count("`") % 2 == 0 for line in prose)
