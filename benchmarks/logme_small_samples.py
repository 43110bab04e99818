"""LogME with fewer rows than features: the published fixed-point iteration beside the maximum itself.

    OMP_NUM_THREADS=1 python benchmarks/logme_small_samples.py

Prints two tables (docs/logme.md shows them) and writes nothing.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from intertask.methods.esm_logme import mapped
from intertask.methods.logme import label_columns, log_evidence, log_evidence_from_moments, moments

D, CLASSES, SEEDS = 768, 3, 5
SIZES = (50, 100, 300, 500, 1000, 2000)
#: What the features hold: noise of variance 1 and, for each class, a shift of all features (by so many standard
#: deviations on average) or of one feature of its own.
FEATURES = ("noise", "noise x 2", "1.0 in one feature per class", "0.1 in all features")


def fixed_point(F: np.ndarray, Y: np.ndarray) -> float:
    """LogME in the form of widespread public code, written from its formulas. Not what this project computes.

    Its last line takes D/2 log α, although the sum beside it has k = min(N, D) terms: right only where k = D.
    """
    N, dimensions = F.shape
    U, s, _ = np.linalg.svd(F, full_matrices=False)
    sigma = s**2
    values = []
    for t in Y.T:
        x2 = (U.T @ t) ** 2
        outside = t @ t - x2.sum()
        alpha = beta = 1.0
        for _ in range(11):
            ratio = alpha / beta
            gamma = (sigma / (sigma + ratio)).sum()
            m2 = (sigma * x2 / (ratio + sigma) ** 2).sum()
            residual = (x2 / (1 + sigma / ratio) ** 2).sum() + outside
            alpha, beta = gamma / (m2 + 1e-5), (N - gamma) / (residual + 1e-5)
            if abs(alpha / beta - ratio) / ratio <= 1e-3:
                break
        evidence = dimensions / 2 * np.log(alpha) + N / 2 * np.log(beta) - np.log(alpha + beta * sigma).sum() / 2
        values.append((evidence - beta / 2 * residual - alpha / 2 * m2 - N / 2 * np.log(2 * np.pi)) / N)
    return float(np.mean(values))


def with_intercept(F: np.ndarray, Y: np.ndarray) -> float:
    """As the method ``logme`` computes it for classification."""
    return log_evidence(F - F.mean(0), Y - Y.mean(0), len(F) - 1)


def example(n: int, features: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features [n, D], label columns [n, CLASSES]; of one seed, the same labels and noise whatever the signal."""
    random = np.random.default_rng([seed, n])
    Y = label_columns(random.integers(CLASSES, size=n))
    F = random.normal(size=(n, D))
    if features == "noise x 2":
        F *= 2
    elif features == "1.0 in one feature per class":
        F[:, :CLASSES] += Y
    elif features == "0.1 in all features":
        F += 0.1 * Y @ random.normal(size=(CLASSES, D))
    return F, Y


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The fastest of some runs."""
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


def print_values() -> None:
    forms = {"fixed point": fixed_point, "log_evidence": log_evidence, "logme": with_intercept}
    print(
        f"Mean of {SEEDS} seeds; D = {D}, {CLASSES} classes. In brackets: seeds in which it scores above the noise.\n"
    )
    print("| N | features | " + " | ".join(forms) + " |")
    print("|---|---|" + "---|" * len(forms))
    for n in SIZES:
        noise = {name: np.array([form(*example(n, "noise", s)) for s in range(SEEDS)]) for name, form in forms.items()}
        print(f"| {n} | noise | " + " | ".join(f"{values.mean():.3f}" for values in noise.values()) + " |", flush=True)
        for features in FEATURES[1:]:
            cells = []
            for name, form in forms.items():
                values = np.array([form(*example(n, features, seed)) for seed in range(SEEDS)])
                above = (values > noise[name] + 1e-9).sum()
                cells.append(f"{values.mean():.3f} ({above}/{SEEDS})")
            print(f"| {n} | {features} | " + " | ".join(cells) + " |", flush=True)


def print_times() -> None:
    print(f"\nSeconds for one source; D = {D}, {CLASSES} classes.\n")
    print("| N | fixed point (SVD) | log_evidence | Gram matrix, once per target | from it, per mapped source |")
    print("|---|---|---|---|---|")
    W = np.random.default_rng(0).normal(size=(D, D))
    for n in (300, 1000, 2000, 10_000):
        F, Y = example(n, FEATURES[-1], 0)
        base = moments(F, Y, n)
        times = [
            seconds(lambda F=F, Y=Y: fixed_point(F, Y)),
            seconds(lambda F=F, Y=Y: log_evidence(F, Y)),
            seconds(lambda F=F, Y=Y, n=n: moments(F, Y, n)),
            seconds(lambda base=base: log_evidence_from_moments(mapped(base, W))),
        ]
        print(f"| {n} | " + " | ".join(f"{time:.3f}" for time in times) + " |", flush=True)


if __name__ == "__main__":
    print_values()
    print_times()
