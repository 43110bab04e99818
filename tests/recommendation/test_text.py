"""A recommendation in words: what was chosen is what the numbers say."""

import copy

import pytest

from intertask.recommendation.text import sentences


def line(source, dev, validation, dropped=None):
    return {
        "source": source,
        "dropped_after": dropped,
        "dev": {"1": dev - 1, "2": dev + 1},
        "dev_mean": dev,
        "validation_mean": validation,
    }


FOUND = {
    "target": "t",
    "model": "m",
    "metric": "f1",
    "chosen": "a",
    "helps": "yes",
    "compared": "a",
    "gain": {
        "dev": {"mean": 10.0, "low": 4.0, "high": 16.0, "seeds": 2},
        "validation": {"mean": 8.0, "low": 2.0, "high": 14.0, "seeds": 2},
    },
    "confidence": 0.95,
    "seeds": [1, 2],
    "adapter": "results/recommend/t",
    "seed": 2,
    "full": False,
    "rows": {"train": 80, "dev": 20, "validation": 1},
    "pool": 9,
    "candidates": [line("none", 50.0, 51.0), line("b", 40.0, 40.0, 1), line("a", 60.0, 59.0)],
    "cost": {
        "ranking": 10.0,
        "source_training": 20.0,
        "transfers": 300.0,
        "total": 330.0,
        "runs": 5,
        "not_counted": 0,
        "everything": {"source_training": 90, "transfers": 1200, "total": 1290, "runs": 20, "estimated": 900},
    },
}


@pytest.fixture
def found():
    return copy.deepcopy(FOUND)


def test_whole(found):
    assert sentences(found) == [
        "t: train on a first.",
        "Tried: b, a (of 9 sources the first of the ranking) and none, on m, with 2 seeds; dropped on the way: b.",
        "Chosen by f1 on 20 rows held out of train, others with each seed: a has 60.0, none 50.0, +10.0 points (95% "
        "interval over seeds: +4.0 to +16.0).",
        "On the 1 validation row, which had no part in the choice: a has 59.0, none 51.0, +8.0 points (95% interval "
        "over seeds: +2.0 to +14.0).",
        "It took 5.5 min: 10 s ranking, 20 s training sources, 5 min trying them (5 runs).",
        "Trying every source would have taken about 22 min (20 runs; 15 min of it estimated).",
        "The trained adapter: results/recommend/t (seed 2, 61.00 on the held-out rows); its README.md has the lines "
        "that use it.",
    ]


def test_no_source_helps(found):
    found |= {"chosen": "none", "helps": "no"}
    said = sentences(found)
    assert said[0] == "t: none of the sources that were tried helps; the best of them is a."
    assert "51.00 on the held-out rows" in said[-1]


def test_one_seed_is_said(found):
    found |= {"helps": "unclear", "seeds": [1]}
    for gain in found["gain"].values():
        gain |= {"low": None, "high": None}
    said = sentences(found)
    assert "may be noise" in said[0]
    assert said[2].endswith("none 50.0, +10.0 points.")
    assert any("nobody can tell a gain from noise" in sentence for sentence in said)


def test_what_is_not_known_is_said(found):
    found["cost"] |= {"not_counted": 2}
    found["cost"]["everything"] |= {"total": None, "estimated": None}
    said = " ".join(sentences(found))
    assert "2 jobs without a benchmark not counted." in said
    assert "Trying every source: 20 runs; nobody knows how long." in said
