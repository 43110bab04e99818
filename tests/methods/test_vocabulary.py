import numpy as np
import pytest

from intertask.methods.facts import Facts
from intertask.methods.vocabulary import MAX_TOKENS, vocabulary


def task(ids) -> Facts:
    return Facts("x", "classification", 10, token_ids=None if ids is None else np.array(ids, np.int32))


def test_by_hand():
    # m = 4: {1,2,3} against {1,2,9,8} -> 2/5, {1,2,3} -> 1, {7} -> 0
    scores = vocabulary(task([1, 2, 3, 1]), [task([1, 2, 9, 8]), task([3, 2, 1, 1]), task([7, 7, 7, 7])])
    np.testing.assert_allclose(scores, [2 / 5, 1, 0])


def test_only_the_first_m_tokens_count():
    # the shortest sample of the pool has 2
    scores = vocabulary(task([1, 2, 5, 6]), [task([1, 2, 7, 8, 9]), task([1, 5])])
    np.testing.assert_allclose(scores, [1, 1 / 3])


def test_a_larger_source_of_the_same_text_does_not_lose():
    random = np.random.default_rng(0)
    same_text = random.zipf(1.3, size=60_000) % 5000
    target, small, large = same_text[:2000], same_text[2000:4000], same_text[4000:]
    on_small, on_large = vocabulary(task(target), [task(small), task(large)])
    assert on_large == pytest.approx(on_small, abs=0.05)
    # as whole sets, the large source would have half of it
    a, b = set(target.tolist()), set(large.tolist())
    assert len(a & b) / len(a | b) < 0.6 * on_small


def test_no_more_than_the_cap():
    shared, own = np.zeros(MAX_TOKENS, int), np.arange(1, 500)
    a = task(np.concatenate([shared, own]))
    b = task(np.concatenate([shared, own + 1000]))
    assert vocabulary(a, [b])[0] == 1


@pytest.mark.parametrize("empty", [None, []])
def test_a_task_without_text_is_undefined_and_does_not_shorten_the_others(empty):
    scores = vocabulary(task([1, 2, 3]), [task(empty), task([1, 2, 4])])
    np.testing.assert_array_equal(scores, [np.nan, 0.5])
    assert np.isnan(vocabulary(task(empty), [task([1, 2])])).all()
