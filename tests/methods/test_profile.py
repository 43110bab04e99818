import numpy as np

from intertask.methods.facts import Facts
from intertask.methods.profile import profile, similarity
from intertask.methods.semb import semb
from intertask.methods.textemb import textemb_centered
from intertask.methods.vocabulary import vocabulary


def task(name: str, seed: int, words: float | None) -> Facts:
    random = np.random.default_rng(seed)
    return Facts(
        name,
        "classification",
        10,
        words=words,
        text_mean=random.normal(size=6),
        sentence_mean=random.normal(size=5),
        token_ids=random.integers(0, 50, size=80),
    )


TARGET = task("t", 0, 20.0)
SOURCES = [task(f"s{i}", i + 1, words) for i, words in enumerate([12.0, 90.0, 33.0, 33.0, 7.0])]


def places(scores) -> list[float]:
    """Rank of each score among all, counted one by one."""
    return [1 + sum(b > a for b in scores) + (sum(b == a for b in scores) - 1) / 2 for a in scores]


def test_against_a_second_implementation():
    measured = [places(f(TARGET, SOURCES)) for f in (semb, vocabulary, textemb_centered)]
    near = places([-sum(column) for column in zip(*measured, strict=True)])
    length = places([s.words for s in SOURCES])
    expected = [1 / (60 + a) + 1 / (60 + b) for a, b in zip(near, length, strict=True)]
    np.testing.assert_allclose(profile(TARGET, SOURCES), expected)


def test_undefined_without_texts_or_lengths_and_the_others_keep_theirs():
    bare = Facts("bare", "tagging", 5, words=50.0)
    scores = profile(TARGET, [*SOURCES, bare, task("unmeasured", 9, None)])
    np.testing.assert_array_equal(np.isnan(scores), [False] * 5 + [True, True])
    assert similarity(TARGET, []).shape == (0,)
