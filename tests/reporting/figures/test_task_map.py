"""The map of the tasks: it keeps the distances of points in a plane, and the same distances give the same map."""

import numpy as np
import pytest

from intertask.reporting.figures import task_map


def test_map_keeps_distances_of_a_plane():
    draw = np.random.default_rng(0)
    at = draw.normal(size=(6, 2))
    distances = np.linalg.norm(at[:, None] - at[None], axis=-1)
    placed, share = task_map.scaled(distances)
    assert np.allclose(np.linalg.norm(placed[:, None] - placed[None], axis=-1), distances)
    assert share.sum() == pytest.approx(1)
    again, _ = task_map.scaled(distances.copy())
    assert np.array_equal(placed, again)
    assert (placed[np.abs(placed).argmax(0), [0, 1]] > 0).all()


def test_map_of_impossible_distances_is_finite():
    """Cosine distances need not be distances of any space; equal tasks have no spread at all."""
    distances = np.array([[0.0, 1, 1], [1, 0, 9], [1, 9, 0]])
    placed, share = task_map.scaled(distances)
    assert np.isfinite(placed).all() and share.sum() <= 1 + 1e-12
    placed, share = task_map.scaled(np.zeros((3, 3)))
    assert (placed == 0).all() and (share == 0).all()


def test_common_part_of_embeddings_is_subtracted():
    rows = np.array([[100.0, 1.0], [100.0, -1.0], [100.0, 0.5]])
    distances = task_map.cosine_distances(rows)
    assert distances[0, 1] == pytest.approx(2) and distances[0, 2] == pytest.approx(0)
    assert task_map.cosine_distances(np.ones((3, 2))).shape == (
        3,
        3,
    )  # equal rows have no direction, and cause no warning
