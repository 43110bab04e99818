"""Facts with nothing missing, for the checks that every ranking method must pass (method_checks.py)."""

from dataclasses import replace

import numpy as np

from intertask.methods.facts import Facts, Past, Rows, View

TYPES = ("classification", "regression", "multiple_choice", "extractive_qa", "tagging")
#: Numbers of target rows, of features, and of past targets.
ROWS, FEATURES, PAST = 60, 12, 4


def target_rows(task_type: str) -> Rows:
    """Labels and groups of a target's rows, as each type has them."""
    random = np.random.default_rng(7)
    everything, groups = np.arange(ROWS), np.arange(ROWS)
    if task_type == "regression":
        return Rows(groups, (View(everything, random.normal(size=ROWS)),))
    if task_type == "multiple_choice":
        return Rows(groups // 3, (View(everything, (everything % 3 == groups // 3 % 3).astype(np.int64)),))
    if task_type == "extractive_qa":
        starts, ends = everything[everything % 6 != 1], everything[everything % 6 != 0]
        return Rows(groups // 6, (View(starts, (starts % 6 == 0) * 1), View(ends, (ends % 6 == 1) * 1)))
    groups = groups if task_type == "classification" else groups // 4
    return Rows(groups, (View(everything, random.integers(3, size=ROWS)),))


def signal(rows: Rows, width: int, seed: int) -> np.ndarray:
    """Features [ROWS, width] that depend on the labels alone: a direction for each class, or one times the value."""
    random = np.random.default_rng(seed)
    values = np.zeros((ROWS, width))
    for view in rows.views:
        if np.issubdtype(view.labels.dtype, np.floating):
            values[view.index] += view.labels[:, None] * random.normal(size=width)
        else:
            values[view.index] += random.normal(size=(view.labels.max() + 1, width))[view.labels]
    return values


def evidence_on_rows(rows: Rows, strength: float, seed: int, width: int = FEATURES) -> dict:
    """A source's features, class probabilities and map for the target's rows: noise plus ``strength`` times the labels.

    The map multiplies the first third of the target's own features, which hold its labels, by ``strength``.
    """
    random = np.random.default_rng(seed)
    features = random.normal(size=(ROWS, width)) + strength * signal(rows, width, seed)
    logits = random.normal(size=(ROWS, 4)) + strength * signal(rows, 4, seed + 1000)
    weight = 0.3 * random.normal(size=(width, width))
    weight[: width // 3] *= strength
    return {
        "features": features.astype(np.float32),
        "probabilities": (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32),
        "map": (weight, random.normal(size=width)),
    }


def own_features(rows: Rows, seed: int, width: int = FEATURES) -> np.ndarray:
    """The target's rows under the base model: labels in the first third of the columns, noise in the others."""
    values = np.random.default_rng(seed).normal(size=(ROWS, width))
    values[:, : width // 3] += 3 * signal(rows, width // 3, seed)
    return values.astype(np.float32)


def full_facts(task: str, task_type: str, seed: int, target_type: str | None = None) -> Facts:
    """Facts of a source for a target of ``target_type``, or of a target where that is None; nothing is missing."""
    random = np.random.default_rng(seed)
    embeddings = random.normal(loc=random.normal(size=12), size=(30, 12)).astype(np.float32)
    sentences = random.normal(size=(30, 8)).astype(np.float32)
    rows = target_rows(target_type or task_type)
    on_rows = evidence_on_rows(rows, 0.1 * seed, seed) if target_type else {"features": own_features(rows, seed)}
    return Facts(
        task=task,
        type=task_type,
        rows=int(random.integers(50, 100_000)),
        classes=int(random.integers(2, 7)),
        words=float(random.uniform(5, 200)),
        text_embeddings=embeddings,
        text_mean=embeddings.astype(np.float64).mean(0),
        sentence_embeddings=sentences,
        sentence_mean=sentences.astype(np.float64).mean(0),
        token_ids=random.integers(0, 400, size=int(random.integers(200, 900))),
        target_rows=None if target_type else rows,
        gradients={f"layer{i}": random.random(10) for i in range(3)},
        fewshot_gradients={f"layer{i}": random.random(10) for i in range(3)},
        weights={f"site{i}": (random.normal(size=(2, 6)), random.normal(size=(6, 2))) for i in range(2)},
        fewshot={step: float(random.uniform(20, 90)) for step in (5, 10, 25, 50)},
        history=random.uniform(40, 80, size=PAST),
        past=None if target_type else past_targets(),
        **on_rows,
    )


def past_targets() -> tuple[Past, ...]:
    """Past targets of the same setting, of several types."""
    facts = (full_facts(f"past{i}", TYPES[i], 50 + i, "classification") for i in range(PAST))
    return tuple(Past("minilm", True, replace(fact, history=None)) for fact in facts)


def make_target(task_type: str) -> Facts:
    """A target with nothing missing."""
    return full_facts("target", task_type, seed=99)


def make_sources(target_type: str) -> list[Facts]:
    """Seven sources of all types with nothing missing, for a target of one type."""
    return [full_facts(f"source{i}", TYPES[i % len(TYPES)], i, target_type) for i in range(7)]


def informed_sources(target: Facts) -> list[Facts]:
    """Three sources whose evidence holds the target's labels, then three whose evidence is noise."""
    return signal_sources(target, (3, 3, 3, 0, 0, 0), "classification")


def signal_sources(target: Facts, strengths: tuple[int, ...], task_type: str, width: int = FEATURES) -> list[Facts]:
    """Sources whose evidence on the target's rows holds the labels by these strengths."""
    rows = target.target_rows
    return [Facts(f"s{i}", task_type, 9, **evidence_on_rows(rows, x, i, width)) for i, x in enumerate(strengths)]
