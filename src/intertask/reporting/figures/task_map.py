"""A map of the tasks, in which tasks with similar texts are close to each other."""

import numpy as np
from sklearn.manifold import ClassicalMDS

from ...words import count, in_words
from ..results import Results
from .labels import place_names
from .style import INK, MARKERS, Drawing, new_figure

NAME = "task_map"


def draw(results: Results) -> Drawing:
    """Draw the classical multidimensional scaling of the cosine distances between mean embeddings.

    Args:
        results: Results of the run.
    """
    means = results.embeddings()
    if len(means) < 3:
        return Drawing(
            NAME, None, "The map needs at least three embedded tasks, and the methods of this run embed fewer."
        )
    tasks = list(means)
    distances = cosine_distances(np.stack([means[task] for task in tasks]))
    at, share = scaled(distances)
    targets = [task for task in tasks if task in results.targets]
    types = {task: results.type_label_of(task) for task in tasks}
    markers = {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(dict.fromkeys(sorted(types.values())))}
    figure, axes = new_figure(height=4.6 if len(tasks) < 20 else 6.4)
    axes = axes[0, 0]
    for type_label, (color, marker) in markers.items():
        part = [i for i, task in enumerate(tasks) if types[task] == type_label]
        edges = [INK if tasks[i] in targets else "white" for i in part]
        sizes = [90 if tasks[i] in targets else 38 for i in part]
        label = type_label or "unknown type"
        axes.scatter(*at[part].T, c=color, marker=marker, s=sizes, edgecolors=edges, linewidths=1.4, label=label)
    # Both axes have the same scale, so that a distance means the same in every direction.
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.12, 0.12)
    axes.set_xlabel(f"first coordinate (cosine distance, {share[0]:.0%} of the spread)")
    axes.set_ylabel(f"second coordinate ({share[1]:.0%})")
    legend = figure.legend(
        loc="outside upper center", ncols=5, title="type of task (targets are large, with a dark edge)"
    )
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
    """Compute the distances 1 - cosine of rows, after the mean row is subtracted from all of them.

    Mean embeddings of different texts have a large common part, which does not distinguish tasks.

    Args:
        rows: [N, D] mean embeddings.

    Returns:
        [N, N] distances between 0 and 2.
    """
    rows = rows - rows.mean(0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norms > 0, norms, 1)
    distances = np.clip(1 - unit @ unit.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return distances


def scaled(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place tasks in a plane by classical multidimensional scaling (Torgerson 1952).

    Args:
        distances: [N, N] distances between tasks.

    Returns:
        [N, 2] coordinates, signed so that the largest absolute coordinate of each axis is positive; and [2] shares of
        the spread that the two axes hold.
    """
    scaling = ClassicalMDS(n_components=len(distances), metric="precomputed")
    with np.errstate(invalid="ignore"):  # distances that no space can hold have negative eigenvalues
        at = np.nan_to_num(scaling.fit_transform(distances)[:, :2])
    spread = np.maximum(scaling.eigenvalues_, 0)
    return at, spread[:2] / (spread.sum() or 1.0)


def _caption(
    tasks: list[str], targets: list[str], results: Results, distances: np.ndarray, share: np.ndarray, shown: int
) -> str:
    """Describe the map in words."""
    words = [
        f"Tasks whose texts have similar mean embeddings ({results.recipe['encoder']}) are close to each other. The "
        f"two dimensions hold {share.sum():.0%} of the spread, so tasks may look closer than they are."
    ]
    nearest = []
    for target in targets:
        i = tasks.index(target)
        pool = [j for j, task in enumerate(tasks) if task in results.recipe["sources"] and task != target]
        if pool:
            nearest.append(f"{tasks[min(pool, key=lambda j: distances[i, j])]} for {target}")
    if nearest:
        words.append(f"In all dimensions, the nearest source is {in_words(nearest, 12)}.")
    if shown < len(tasks):
        words.append(f"{count(len(tasks) - shown, 'name')} would overlap others and are left out.")
    return " ".join(words)
