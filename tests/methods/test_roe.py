import numpy as np
import pytest

from intertask.methods.facts import Facts
from intertask.methods.roe import OF_SOURCE, OF_TARGET, roe


def task(embeddings) -> Facts:
    return Facts("x", "tagging", 9, sentence_embeddings=embeddings)


@pytest.fixture
def random():
    return np.random.default_rng(8)


def test_all_examples_of_small_tasks_equal_loops(random):
    a, b = random.normal(size=(20, 6)), random.normal(size=(30, 6))
    best = [max(x @ z / np.sqrt(x @ x * (z @ z)) for z in b) for x in a]
    assert roe(task(a), [task(b)])[0] == pytest.approx(np.mean(best), rel=1e-12)


def test_as_many_examples_as_published(random):
    # of 500 orthogonal examples each, those that count are the ones found again in the other task
    unit = np.eye(500)
    found = [roe(task(unit[[i] * 40]), [task(unit)])[0] for i in range(500)]
    assert sum(found) == OF_SOURCE
    found = [roe(task(unit), [task(unit[[i] * 200])])[0] for i in range(500)]
    assert sum(found) == pytest.approx(1)
    assert np.count_nonzero(found) == OF_TARGET


def test_a_task_is_its_own_best_source_and_length_does_not_matter(random):
    a = random.normal(size=(25, 6)).astype(np.float32)
    scores = roe(task(a), [task(a * 1e6), task(random.normal(size=(100, 6)))])
    assert scores[0] == pytest.approx(1)
    assert scores[1] < 1


def test_other_sources_do_not_alter_the_choice(random):
    target, *sources = [task(random.normal(size=(n, 6))) for n in (300, 250, 400, 120)]
    together = roe(target, sources)
    assert [roe(target, [source])[0] for source in sources] == together.tolist()


@pytest.mark.parametrize("bad", [None, np.zeros((0, 6)), np.full((9, 6), np.nan)])
def test_missing_empty_or_not_finite_is_nan(bad, random):
    good = task(random.normal(size=(40, 6)))
    np.testing.assert_array_equal(np.isnan(roe(good, [task(bad), good])), [True, False])
    assert np.isnan(roe(task(bad), [good])).all()


def test_an_embedding_of_zeros_is_near_to_none(random):
    assert roe(task(np.zeros((5, 6))), [task(random.normal(size=(40, 6)))])[0] == 0
