import numpy as np

from intertask.methods.cosine import centered_cosines, cosines
from intertask.methods.facts import Facts
from intertask.methods.textemb import textemb, textemb_centered

RANDOM = np.random.default_rng(9)
TARGET, *SOURCES = [
    Facts("x", "tagging", 1, text_mean=RANDOM.normal(size=5), sentence_mean=RANDOM.normal(size=5)) for _ in range(4)
]


def test_plain_and_centered_cosines_of_the_vector_that_it_reads():
    target, sources = TARGET.text_mean, [source.text_mean for source in SOURCES]
    np.testing.assert_array_equal(textemb(TARGET, SOURCES), cosines(target, sources))
    np.testing.assert_array_equal(textemb_centered(TARGET, SOURCES), centered_cosines(target, sources))
    assert not np.array_equal(cosines(target, sources), centered_cosines(target, sources))
