"""Compare the published fixed-point iteration of LogME with the true maximum, for fewer rows than features.

    python benchmarks/logme_small_samples.py

The program prints two tables (shown in docs/logme.md) and writes no files.
"""

import os
from collections.abc import Callable
from time import process_time

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before numpy

import numpy as np
import public_estimators as public

from intertask.methods.logme import label_columns, log_evidence
from intertask.methods.spectrum import moments, reduced, times

D, CLASSES, SEEDS = 768, 3, 5
SIZES = (50, 100, 300, 500, 1000, 2000)
#: Kinds of features: noise of variance 1, and noise in which each class shifts one feature, or shifts all features by
#: the given number of standard deviations on average.
FEATURES = ("noise", "noise x 2", "1.0 in one feature per class", "0.1 in all features")


def fixed_point(F: np.ndarray, Y: np.ndarray) -> float:
    """Compute LogME in the form of widely used public code. This project does not use it."""
    U, s, _ = np.linalg.svd(F, full_matrices=False)
    return public.fixed_point(U, s, Y, F.shape[1])


def with_intercept(F: np.ndarray, Y: np.ndarray) -> float:
    """Compute LogME as the method ``logme`` does for classification."""
    return log_evidence(F - F.mean(0), Y - Y.mean(0), len(F) - 1)


def example(n: int, features: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features [n, D] and label columns [n, CLASSES]. Labels and noise depend on the seed, not on the signal."""
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
    """Return the CPU seconds of the fastest of several runs."""
    spent = []
    for _ in range(repeats):
        begin = process_time()
        work()
        spent.append(process_time() - begin)
    return min(spent)


def print_values() -> None:
    forms = {"fixed point": fixed_point, "log_evidence": log_evidence, "logme": with_intercept}
    print(
        f"Mean of {SEEDS} seeds; D = {D}, {CLASSES} classes. "
        "The brackets give the number of seeds that score above the noise.\n"
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
    print(f"\nCPU seconds for one source, one thread; D = {D}, {CLASSES} classes.\n")
    print("| N | fixed point (SVD) | log_evidence | reduced rows, once per target | from them, per mapped source |")
    print("|---|---|---|---|---|")
    W = np.random.default_rng(0).normal(size=(D, D))
    for n in (300, 1000, 2000, 10_000):
        F, Y = example(n, FEATURES[-1], 0)
        base = reduced(moments(F, Y, n))
        spent = [
            seconds(lambda F=F, Y=Y: fixed_point(F, Y)),
            seconds(lambda F=F, Y=Y: log_evidence(F, Y)),
            seconds(lambda F=F, Y=Y, n=n: reduced(moments(F, Y, n))),
            seconds(lambda base=base: log_evidence(times(base.root, W), base.labels, base.freedom, base.squares)),
        ]
        print(f"| {n} | " + " | ".join(f"{time:.3f}" for time in spent) + " |", flush=True)


if __name__ == "__main__":
    print_values()
    print_times()
