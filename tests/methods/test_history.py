from dataclasses import replace

import numpy as np
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal

from intertask.methods import history
from intertask.methods.facts import Facts, Past
from intertask.methods.history import expected, regrets

FORMS = ["classification", "multiple_choice"]


def task(name: str, form: str, seed: int) -> Facts:
    random = np.random.default_rng(seed)
    return Facts(
        name,
        form,
        100,
        classes=2,
        words=float(random.uniform(10, 100)),
        text_mean=random.normal(size=6),
        sentence_mean=random.normal(size=5),
        token_ids=random.integers(0, 60, size=100),
    )


def world(observed, same_setting=None, forms=None):
    """A target of the second form and sources with ``observed`` [past, sources] as their history."""
    observed = np.asarray(observed, float)
    forms = forms or [FORMS[i % 2] for i in range(len(observed))]
    same = same_setting or [True] * len(observed)
    past = [
        Past("mine" if s else "other", s, task(f"p{i}", form, 50 + i))
        for i, (form, s) in enumerate(zip(forms, same, strict=True))
    ]
    sources = [replace(task(f"s{i}", FORMS[i % 2], i), history=observed[:, i].copy()) for i in range(observed.shape[1])]
    return replace(task("t", FORMS[1], 99), past=tuple(past)), sources


def test_regrets_by_hand():
    values = regrets(np.array([80.0, np.nan, 60.0, 80.0]))
    raw = -np.log1p([0, 25, 0])
    np.testing.assert_allclose(values[[0, 2, 3]], raw - raw.mean())
    assert np.isnan(values[1])
    assert np.isnan(regrets(np.array([-1.0, -2.0]))).all()
    assert np.isnan(regrets(np.array([np.nan, np.nan]))).all()


def test_a_source_that_was_best_everywhere_is_expected_to_be_best():
    random = np.random.default_rng(0)
    observed = 60 + 5 * random.random((8, 6))
    observed[:, 4] += 20
    assert np.argmax(expected(*world(observed))) == 4


def test_what_helped_targets_of_this_form_counts_more():
    random = np.random.default_rng(1)
    observed = 60 + random.random((12, 6))
    observed[0::2, 0] += 15  # best for classification
    observed[1::2, 3] += 15  # best for multiple choice, which the target is
    assert np.argmax(expected(*world(observed))) == 3


def test_the_own_setting_counts_more_than_others():
    random = np.random.default_rng(2)
    observed = 60 + random.random((12, 6))
    observed[:6, 1] += 15
    observed[6:, 2] += 15
    targets = [FORMS[i % 2] for i in range(6)] * 2
    assert np.argmax(expected(*world(observed, [True] * 6 + [False] * 6, targets))) == 1
    assert np.argmax(expected(*world(observed, [False] * 6 + [True] * 6, targets))) == 2


def test_a_source_without_a_past_is_between_good_and_bad_ones():
    random = np.random.default_rng(3)
    observed = 60 + random.random((10, 6))
    observed[:, 0] += 20
    observed[:, 1] -= 20
    observed[:, 5] = np.nan
    scores = expected(*world(observed))
    assert np.isfinite(scores).all()
    assert scores[1] < scores[5] < scores[0]


def test_history_without_differences_or_without_anything():
    assert not expected(*world(np.full((3, 4), 50.0))).any()
    target, sources = world(np.full((3, 4), np.nan))
    assert expected(target, sources) is None
    assert expected(replace(target, past=()), sources) is None


def test_variances_maximize_the_penalized_likelihood(monkeypatch):
    random = np.random.default_rng(4)
    n = 25
    half = random.normal(size=(n, 3))
    parts = [half @ half.T, np.ones((n, n)), np.eye(n)]
    y = half @ random.normal(size=3) + 0.3 * random.normal(size=n)
    monkeypatch.setattr(history, "ITERATIONS", 500)
    found = np.log(history._maximize(parts, y))
    center = np.log(history.SHARE * np.mean(y**2))

    def penalized(logs):
        covariance = sum(np.exp(v) * part for v, part in zip(logs, parts, strict=True)) + history.JITTER * np.eye(n)
        likelihood = multivariate_normal(np.zeros(n), covariance).logpdf(y)
        return likelihood - ((logs - center) ** 2).sum() / (2 * history.WIDTH**2)

    # of the unbounded ones: no slope left at the maximum
    np.testing.assert_allclose(approx_fprime(found, penalized, 1e-6), 0, atol=2e-2)
    assert penalized(found) > penalized(np.full(3, center)) + 1
