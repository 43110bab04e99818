"""A recommendation in words: the sentences report what the numbers say."""

import copy

import pytest

from intertask.recommendation.text import headline, sentences


def line(source, dev, validation, dropped=None):
    return {
        "source": source,
        "dropped_after": dropped,
        "dev": {"1": dev - 1, "2": dev + 1},
        "dev_mean": dev,
        "validation_mean": validation,
    }


SUMMARY = {
    "target": "t",
    "model": "m",
    "metric": "span_f1",
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
def summary():
    return copy.deepcopy(SUMMARY)


def test_what_past_transfers_suggested_stands_beside_what_was_measured(summary):
    summary["candidates"][1]["expected"] = {"gain": 9.0, "low": 1.0, "high": 12.0, "helps": 0.99}  # was not the best
    without = sentences(summary)
    summary["candidates"][2]["expected"] = {"gain": -0.52, "low": -8.0, "high": 6.04, "helps": 0.436}
    (added,) = set(sentences(summary)) - set(without)
    assert added == (
        "Before these runs, past transfers suggested a gain of -0.5 percentage points for a (90% interval: -8.0 to "
        "+6.0), and a probability of 44% that it helps."
    )


def test_every_sentence(summary):
    assert sentences(summary) == [
        "t: train on a first.",
        "Tried on m with 2 seeds: b and a (the first 2 of 9 ranked sources), and training without a source. Dropped "
        "before the last seed: b.",
        "The sources were compared by span f1 on 20 rows held out of the training split (other rows for each seed): a "
        "60.0, no source 50.0, gain +10.0 percentage points (95% interval over seeds: +4.0 to +16.0).",
        "On the 1 validation row, which played no part in the comparison: a 59.0, no source 51.0, gain +8.0 percentage "
        "points (95% interval over seeds: +2.0 to +14.0).",
        "Job time: 5.5 min, of which 10 s for ranking, 20 s for training sources and 5 min for trying them (5 runs).",
        "Trying every source would have taken about 22 min of job time (20 runs, 15 min of it estimated).",
        "The trained adapter is in results/recommend/t (seed 2, 61.0 on the held-out rows). Its README.md shows the "
        "code that loads and uses it.",
    ]


@pytest.mark.parametrize(
    "changes, interval, said",
    [
        ({"chosen": "none", "helps": "no"}, (-9, -1), "none of the sources tried scores higher than training without"),
        ({"chosen": "none", "helps": "unclear"}, (-1, 3), "because the interval of the gain of a includes 0. The expo"),
        ({"chosen": "none", "helps": "unclear"}, (0, 0), "because the interval of the gain of a includes 0. The expo"),
        ({"chosen": "none", "helps": "unclear"}, (-9, -1), "because on the validation rows, a loses, although it is"),
        ({"chosen": "none", "helps": "unclear"}, (None, None), "because one seed cannot tell the gain of a from noise"),
        ({"chosen": "a", "helps": "unclear"}, (-1, 3), "was trained on a first, because 'when_unclear' is 'best'."),
    ],
)
def test_the_headline_follows_the_evidence(summary, changes, interval, said):
    summary |= changes
    summary["gain"]["validation"] |= dict(zip(("low", "high"), interval, strict=True))
    lines = sentences(summary)
    assert lines[0] == headline(summary)
    assert "no source is shown to help" in lines[0].lower() and "train on a first" not in lines[0]
    assert said in lines[0]
    if changes["chosen"] == "none":
        assert "51.0 on the held-out rows" in lines[-1]


def test_sources_that_tie_with_the_best_are_named(summary):
    summary["candidates"] += [line("c", 60.0, 70.0), line("d", 60.0, 1.0, dropped=1)]
    assert headline(summary) == "t: train on a first. On the held-out rows, c scores the same."


def test_one_seed_has_no_interval(summary):
    summary |= {"helps": "unclear", "seeds": [1]}
    for gain in summary["gain"].values():
        gain |= {"low": None, "high": None}
    lines = sentences(summary)
    assert "one seed" in lines[0]
    assert lines[2].endswith("no source 50.0, gain +10.0 percentage points.")
    assert "With one seed, a gain cannot be told from noise. List at least two under 'seeds'." in lines


def test_unknown_times(summary):
    summary["cost"] |= {"not_counted": 2}
    summary["cost"]["everything"] |= {"total": None, "estimated": None}
    text = " ".join(sentences(summary))
    assert "The time of 2 jobs is unknown and not included." in text
    assert "Trying every source would have needed 20 runs. Their job time cannot be estimated." in text


def test_all_sources_were_tried(summary):
    summary["pool"] = 2
    assert "b and a (all ranked sources), and training without a source" in sentences(summary)[1]


def test_sources_without_a_shipped_adapter_are_named(summary):
    summary["without_adapter"] = ["x", "y"]
    text = sentences(summary)[1]
    assert "the first 2 of the ranking whose adapters the atlas has; passed over: x and y" in text
