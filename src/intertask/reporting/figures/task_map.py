"""A map of the tasks: near each other where their texts are alike."""

import numpy as np

from ...words import in_words
from ..results import Results
from .style import INK, KINDS, Drawing, new_figure, place_names

NAME = "task_map"


def draw(results: Results) -> Drawing:
    """Classical multidimensional scaling of the cosine distances between mean embeddings."""
    means = results.embeddings()
    if len(means) < 3:
        return Drawing(NAME, None, "A map takes three embedded tasks at least; no method of this run embeds so many.")
    tasks = list(means)
    distances = cosine_distances(np.stack([means[task] for task in tasks]))
    at, share = classical_mds(distances)
    targets = [task for task in tasks if task in results.targets]
    types = {task: results.type_of(task) for task in tasks}
    kinds = {kind: KINDS[i % len(KINDS)] for i, kind in enumerate(dict.fromkeys(sorted(types.values())))}
    figure, axes = new_figure(height=4.6 if len(tasks) < 20 else 6.4)
    axes = axes[0, 0]
    for kind, (colour, marker) in kinds.items():
        part = [i for i, task in enumerate(tasks) if types[task] == kind]
        edges = [INK if tasks[i] in targets else "white" for i in part]
        sizes = [90 if tasks[i] in targets else 38 for i in part]
        label = kind.replace("_", " ") or "unknown type"
        axes.scatter(*at[part].T, c=colour, marker=marker, s=sizes, edgecolors=edges, linewidths=1.4, label=label)
    # One scale for both: a distance means the same in every direction.
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.12, 0.12)
    axes.set_xlabel(f"first coordinate (cosine distance; {share[0]:.0%} of the spread)")
    axes.set_ylabel(f"second coordinate ({share[1]:.0%})")
    legend = figure.legend(loc="outside upper center", ncols=5, title="type of task; large with a dark edge: a target")
    for handle in legend.legend_handles:
        handle.set_sizes([45])
        handle.set_edgecolor("white")
    first = sorted(range(len(tasks)), key=lambda i: tasks[i] not in targets)
    shown = place_names(
        axes,
        [tuple(at[i]) for i in first],
        [tasks[i] for i in first],
        must=range(len(targets)),
        fontsize=8,
        radius=[5.5 if tasks[i] in targets else 3 for i in first],
    )
    return Drawing(NAME, figure, _caption(tasks, targets, results, distances, share, len(shown)))


def cosine_distances(rows: np.ndarray) -> np.ndarray:
    """[N, N] distances 1 - cosine of the rows [N, D], after the mean row is taken off all of them.

    Mean embeddings of any texts point the same way; what is common to all tells no task from another.
    """
    rows = rows - rows.mean(0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norms > 0, norms, 1)
    distances = np.clip(1 - unit @ unit.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return distances


def classical_mds(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates [N, 2] with distances near the given ones (Torgerson 1952), and their shares of the spread.

    Signs are fixed (the largest coordinate of an axis is positive): the same distances give the same map.
    """
    n = len(distances)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    at = vectors[:, :2] * np.sqrt(values[:2])
    at = at * np.sign(at[np.abs(at).argmax(0), [0, 1]] + 1e-300)
    return at, values[:2] / (values.sum() or 1.0)


def _caption(
    tasks: list[str], targets: list[str], results: Results, distances: np.ndarray, share: np.ndarray, shown: int
) -> str:
    words = [
        f"Tasks whose texts are alike, by the mean of their embeddings ({results.recipe['encoder']}), lie near each "
        f"other. Two dimensions hold {share.sum():.0%} of the spread, so two points may look nearer than they are."
    ]
    near = []
    for target in targets:
        i = tasks.index(target)
        pool = [j for j, task in enumerate(tasks) if task in results.recipe["sources"] and task != target]
        if pool:
            near.append(f"{tasks[min(pool, key=lambda j: distances[i, j])]} to {target}")
    if near:
        words.append(f"Nearest in all dimensions: {in_words(near, 12)}.")
    if shown < len(tasks):
        words.append(f"{len(tasks) - shown} names found no room.")
    return " ".join(words)
