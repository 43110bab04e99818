"""The fast paths of logme and esm-logme against the plain formula: whole arrays in float64, and all eigenvectors."""

import numpy as np
import pytest

from intertask.methods import spectrum as module
from intertask.methods.esm_logme import esm_logme
from intertask.methods.facts import Facts, Rows, View
from intertask.methods.logme import label_columns, logme
from intertask.methods.spectrum import centered_moments, moments, reduced, spectrum, times

TOLERANCE = 1e-9
CASES = ["N > D", "N < D", "constant columns", "equal columns", "one class with one row", "values", "multiple choice"]


def example(case: str) -> tuple[Facts, Facts]:
    """A target and a source with features in float32 and a map, far from the origin."""
    random = np.random.default_rng(1)
    n, d = (30, 48) if case == "N < D" else (150, 20)
    labels, kind = random.integers(3, size=n), "classification"
    F = random.normal(size=(n, d)) * np.logspace(0, -2, d) + 0.5 * random.normal(size=(3, d))[labels] + 3
    if case == "constant columns":
        F[:, ::3] = 0.1
    elif case == "equal columns":
        F[:, 1] = F[:, 2]
    elif case == "one class with one row":
        labels[0] = 7
    elif case == "values":
        kind, labels = "regression", F[:, 0] + random.normal(size=n)
    elif case == "multiple choice":
        kind, labels = "multiple_choice", (np.arange(n) % 5 == 2) * 1
    F, W = F.astype(np.float32), random.normal(size=(d, d)).astype(np.float32)
    rows = Rows(np.arange(n) // 5, (View(np.arange(n), labels),))
    return Facts("t", kind, 1, target_rows=rows, features=F), Facts("s", kind, 1, features=F, map=(W, W[0]))


def plain(target: Facts, F: np.ndarray) -> float:
    """LogME from a singular value decomposition of the features, and a fine grid of λ instead of a search."""
    rows, (view,) = target.target_rows, target.target_rows.views
    groups = rows.groups if target.type == "multiple_choice" else np.zeros(len(F), int)
    Y = label_columns(view.labels)
    F, Y = (np.array([a - A[groups == g].mean(0) for a, g in zip(A, groups, strict=True)]) for A in (F, Y))
    n = len(F) - len(set(groups))
    U, s, _ = np.linalg.svd(F, full_matrices=False)
    U, sigma = U[:, s > s[0] * 1e-6], s[s > s[0] * 1e-6] ** 2
    total = []
    for t in Y.T:
        x2 = (U.T @ t) ** 2
        grid = np.linspace(np.log(sigma[-1]) - 28, np.log(sigma.sum()) + 28, 2000)
        for _ in range(5):
            ratio = sigma / np.exp(grid)[:, None]
            rest = max(t @ t - x2.sum(), 0) if len(sigma) < n else 0.0
            q = (x2 / (1 + ratio)).sum(1) + rest
            evidence = -(np.log(2 * np.pi) + 1 + np.log(q / n) + np.log1p(ratio).sum(1) / n) / 2
            best, step = grid[evidence.argmax()], grid[1] - grid[0]
            grid = np.linspace(best - step, best + step, 101)
        total.append(evidence.max())
    return float(np.mean(total))


@pytest.mark.parametrize("block", [7, 256])
@pytest.mark.parametrize("case", CASES)
def test_logme_and_esm_logme_equal_the_plain_formula(case, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    target, source = example(case)
    F = source.features.astype(np.float64)
    assert logme(target, [source])[0] == pytest.approx(plain(target, F), abs=TOLERANCE)
    expected = plain(target, F @ source.map[0].astype(np.float64) + source.map[1])
    assert esm_logme(target, [source])[0] == pytest.approx(expected, abs=TOLERANCE)


def test_spectrum_equals_all_eigenvectors():
    random = np.random.default_rng(0)
    for m in (1, 2, 3, 40):
        A, columns = random.normal(size=(m + 2, m)), random.normal(size=(m, 5))
        values, V = np.linalg.eigh(A.T @ A)
        found = spectrum(A.T @ A, columns)
        np.testing.assert_allclose(found[0], values, rtol=1e-10)
        np.testing.assert_allclose(found[1], (V.T @ columns) ** 2, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("n", [1, 7, 8, 40])
def test_moments_in_blocks(n, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 7)
    random = np.random.default_rng(n)
    F, Y = 1e4 + random.normal(size=(n, 6)), random.normal(size=(n, 2))
    F[:, 2] = 0.1
    found, expected = centered_moments(F, Y), moments(F - F.mean(0), Y - Y.mean(0), n - 1)
    for ours, plainly in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, plainly, rtol=1e-9, atol=1e-7)
    assert not found.gram[2].any()
    assert not found.cross[2].any()


@pytest.mark.parametrize("rank", [0, 4, 9])
def test_reduced_rows_have_the_moments_of_all_rows(rank):
    random = np.random.default_rng(rank)
    F, Y = random.normal(size=(30, rank)) @ random.normal(size=(rank, 9)), random.normal(size=(30, 2))
    W = random.normal(size=(9, 5))
    given = reduced(moments(F, Y, 30))
    assert given.root.shape == (rank, 9)
    product = times(given.root, W)
    np.testing.assert_allclose(product.T @ product, W.T @ F.T @ F @ W, atol=1e-9)
    np.testing.assert_allclose(product.T @ given.labels, W.T @ F.T @ Y, atol=1e-9)
