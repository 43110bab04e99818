"""Names next to points do not overlap, and none that must be shown is missing."""

import itertools

import numpy as np

from intertask.reporting.figures.labels import place_names
from intertask.reporting.figures.style import new_figure


def test_names_do_not_overlap():
    draw = np.random.default_rng(1)
    points = draw.normal(size=(40, 2)).tolist()
    figure, axes = new_figure(height=6)
    axis = axes[0, 0]
    axis.scatter(*np.transpose(points))
    axis.set_xlim(-4, 4)
    axis.set_ylim(-4, 4)
    shown = place_names(axis, points, [f"name_{i:02d}" for i in range(40)], fontsize=8)
    assert len(shown) > 30
    figure.draw_without_rendering()
    # the letters only: the extent of an annotation includes its line
    boxes = [type(text).__mro__[1].get_window_extent(text) for text in axis.texts]
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_names_that_must_be_there_are():
    _, axes = new_figure()
    axes[0, 0].set_xlim(0, 1)
    axes[0, 0].set_ylim(0, 1)
    points = [(0.5, 0.5)] * 60
    names = ["quite a long name"] * 60
    shown = place_names(axes[0, 0], points, names, must=[59])
    assert 59 in shown and len(shown) < 60
