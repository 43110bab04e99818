"""Measure the ranking methods that read features: against public estimators, and against an earlier checkout.

    python benchmarks/scores.py [--only logme,esm,all] [--before ../earlier-checkout] [--maps 1000] [--rounds 5]

All variants run alternated in one process and one thread, and the medians of their CPU seconds are compared. The
program prints tables of ratios (shown in docs/performance.md) and writes no files. ``--before`` measures the methods of
another checkout of the project on the same 42 sources, and says how much their scores differ.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before numpy

import numpy as np
import public_estimators as public
from scipy.linalg import blas, lapack

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.registry import get_method

#: Methods that have a public estimator of the same name, of features or of class probabilities.
OF_FEATURES = ("logistic", "n-leep", "parc", "ridge", "knn", "h-score", "gbc", "transrate")
OF_PROBABILITIES = ("leep", "nce")
METHODS = ("linear", *OF_FEATURES, *OF_PROBABILITIES, "logme", "esm-logme")


def medians(variants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each variant; they take turns, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(rounds + 1):
        for name, work in variants.items():
            begun = time.process_time()
            work()
            if turn:
                times[name].append(time.process_time() - begun)
    return {name: float(np.median(values)) for name, values in times.items()}


def example(n: int, d: int, classes: int, seed: int = 0, signal: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Return features [n, d] whose singular values fall as those of a language model do, and labels [n]."""
    y = np.random.default_rng([n, classes]).permutation(np.arange(n) % classes)  # the same for every seed
    random = np.random.default_rng([seed, n, d])
    F = random.normal(size=(n, d)) + signal * random.normal(size=(classes, d))[y]
    return ((F * np.logspace(0, -1.5, d)) @ random.normal(size=(d, d)) / np.sqrt(d) + 0.2).astype(np.float32), y


def facts(F: np.ndarray, y: np.ndarray) -> Facts:
    rows = Rows(np.arange(len(y)), (View(np.arange(len(y)), y),))
    return Facts("t", "classification", len(y), target_rows=rows, features=F)


def algebra(F: np.ndarray) -> None:
    """Do only what LogME cannot avoid: the smaller Gram matrix, its tridiagonal form, and the eigenvectors of that."""
    upper = blas.dsyrk(1.0, F.T if len(F) > F.shape[1] else F)
    size, _ = lapack.dsytrd_lwork(len(upper))
    _, diagonal, beside, *_ = lapack.dsytrd(upper, lwork=int(size))
    lapack.dstevd(diagonal, beside)


def print_logme(rounds: int) -> None:
    print("\nLogME of one source, float32 features: CPU time of public code as a multiple of the project's.\n")
    print("| N | D | classes | thuml, hfselect | transformer-ranker | limit |\n|---|---|---|---|---|---|")
    for n, d, classes in [(n, d, c) for n in (1000, 10_000) for d in (384, 768) for c in (2, 20)] + [(600, 768, 5)]:
        F, y = example(n, d, classes)
        target, sources, wide = facts(F, y), [Facts("s", "tagging", 1, features=F)], F.astype(np.float64)
        spent = medians(
            {
                "own": lambda target=target, sources=sources: get_method("logme").score(target, sources),
                "thuml": lambda F=F, y=y: public.logme_thuml(F, y),
                "ranker": lambda F=F, y=y: public.logme_ranker(F, y),
                "limit": lambda wide=wide: algebra(wide),
            },
            rounds,
        )
        ratios = [f"{spent[name] / spent['own']:.1f}x" for name in ("thuml", "ranker")]
        ratios.append(f"{spent['limit'] / spent['own']:.0%}")
        print(f"| {n} | {d} | {classes} | " + " | ".join(ratios) + " |", flush=True)


def random_maps(count: int, d: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield maps near the identity, as those of adapters are, one after the other."""
    random = np.random.default_rng(0)
    for _ in range(count):
        yield (np.eye(d) + random.normal(size=(d, d)) / np.sqrt(d)).astype(np.float32), np.zeros(d, np.float32)


def print_esm(maps: int, rounds: int) -> None:
    part = min(10, maps)
    print(f"\nESM-LogME: CPU time of hfselect's way per map, as a multiple of the project's in a run of {maps} maps.")
    print("The project's time once per target is included; times of both are from maps that are in memory already.\n")
    print("| N | D | classes | once per target, in maps | hfselect |\n|---|---|---|---|---|")
    for n, d, classes in [(1000, 384, 2), (1000, 768, 2), (1000, 768, 20), (10_000, 384, 2), (10_000, 768, 5)]:
        F, y = example(n, d, classes)
        target, given = facts(F, y), list(random_maps(part, d))
        sources = [Facts("s", "tagging", 1, map=each) for each in given]
        spent = medians(
            {
                "one": lambda s=sources[:1], t=target: get_method("esm-logme").score(t, s),
                "own": lambda s=sources, t=target: get_method("esm-logme").score(t, s),
                "hfselect": lambda F=F, y=y, given=given[:2]: public.esm_logme_hfselect(F, y, given),
            },
            rounds,
        )
        each = (spent["own"] - spent["one"]) / (part - 1)
        once = spent["one"] - each
        ratio = spent["hfselect"] / 2 / (each + once / maps)
        print(f"| {n} | {d} | {classes} | {once / each:.1f} | {ratio:.1f}x |", flush=True)


def methods_of(checkout: Path) -> dict[str, Callable]:
    """Import the methods of another checkout beside this one's."""
    own = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "intertask"}
    for name in own:
        del sys.modules[name]
    sys.path.insert(0, str(checkout / "src"))
    from intertask.methods.registry import get_method as earlier

    found = {name: earlier(name).score for name in METHODS}
    sys.path.pop(0)
    for name in [name for name in sys.modules if name.partition(".")[0] == "intertask"]:
        del sys.modules[name]
    sys.modules |= own
    return found


def make_sources(turn: int, count: int, n: int, d: int, classes: int) -> list[Facts]:
    """Return sources with features of falling noise, random class probabilities, and maps."""
    random, sources = np.random.default_rng(turn), []
    for i, given in enumerate(random_maps(count, d)):
        F, _ = example(n, d, classes, seed=1 + i + count * turn, signal=0.02 * i)
        P = random.dirichlet(np.ones(4), size=n)
        sources.append(Facts(f"s{i}", "classification", 1, features=F, probabilities=P, map=given))
    return sources


def print_all(before: Path | None, rounds: int, n: int = 1000, d: int = 384, classes: int = 3, count: int = 42) -> None:
    F, y = example(n, d, classes)
    estimators: dict[str, Callable[[Facts], object]] = {}
    for name in (*OF_FEATURES, *OF_PROBABILITIES):
        form, field = getattr(public, name.replace("-", "_")), "features" if name in OF_FEATURES else "probabilities"
        estimators[name] = lambda s, form=form, field=field: form(getattr(s, field), y)
    estimators["linear"] = estimators["logistic"]
    estimators["logme"] = lambda s: public.logme_thuml(s.features, y)
    estimators["esm-logme"] = lambda s: public.esm_logme_hfselect(F, y, [s.map])
    earlier = methods_of(before) if before else {}
    spent: dict[str, dict[str, list[float]]] = {name: {} for name in METHODS}
    scores: dict[str, dict[str, np.ndarray]] = {name: {} for name in METHODS}
    for turn in range(rounds):  # other sources in each round, because linear and logistic remember
        target, sources = facts(F, y), make_sources(turn, count, n, d, classes)
        for name in METHODS:
            variants = {"own": get_method(name).score} | ({"before": earlier[name]} if before else {})
            for who, score in variants.items():
                begun = time.process_time()
                scores[name][who] = score(target, sources)
                spent[name].setdefault(who, []).append(time.process_time() - begun)
            begun = time.process_time()
            for source in sources[:5]:
                estimators[name](source)
            spent[name].setdefault("public", []).append((time.process_time() - begun) / 5 * count)
    print(f"\nAll methods, {count} sources, N = {n}, D = {d}, {classes} classes, in the order of the table.\n")
    print("| method | share of the sum | public estimator | before | difference to before |\n|---|---|---|---|---|")
    middle = {name: {who: float(np.median(v)) for who, v in parts.items()} for name, parts in spent.items()}
    total = {who: sum(parts.get(who, 0.0) for parts in middle.values()) for who in ("own", "public", "before")}
    for name, parts in middle.items():
        cells = [f"{parts[who] / parts['own']:.1f}x" if who in parts else "" for who in ("public", "before")]
        differs = f"{np.abs(scores[name]['own'] - scores[name]['before']).max():.0e}" if before else ""
        print(f"| {name} | {parts['own'] / total['own']:.0%} | " + " | ".join(cells) + f" | {differs} |")
    cells = [f"{total[who] / total['own']:.2f}x" if total[who] else "" for who in ("public", "before")]
    print("| sum | 100% | " + " | ".join(cells) + " | |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="logme,esm,all", help="parts to run: logme, esm, all")
    parser.add_argument("--before", type=Path, help="an earlier checkout to compare with")
    parser.add_argument("--maps", type=int, default=1000, help="number of maps of an ESM-LogME run")
    parser.add_argument("--rounds", type=int, default=5, help="number of measurements of each variant")
    options = parser.parse_args()
    parts = options.only.split(",")
    if "logme" in parts:
        print_logme(options.rounds)
    if "esm" in parts:
        print_esm(options.maps, options.rounds)
    if "all" in parts:
        print_all(options.before, options.rounds)


if __name__ == "__main__":
    main()
