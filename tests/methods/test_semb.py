import numpy as np

from intertask.methods.cosine import centered_cosines, cosines
from intertask.methods.facts import Facts
from intertask.methods.semb import semb, semb_centered

RANDOM = np.random.default_rng(9)
TARGET, *SOURCES = [
    Facts("x", "tagging", 1, sentence_mean=RANDOM.normal(size=5), text_mean=RANDOM.normal(size=5)) for _ in range(4)
]


def test_plain_and_centered_cosines_of_the_vector_that_it_reads():
    target, sources = TARGET.sentence_mean, [source.sentence_mean for source in SOURCES]
    np.testing.assert_array_equal(semb(TARGET, SOURCES), cosines(target, sources))
    np.testing.assert_array_equal(semb_centered(TARGET, SOURCES), centered_cosines(target, sources))
    assert not np.array_equal(cosines(target, sources), centered_cosines(target, sources))
