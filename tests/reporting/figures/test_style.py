"""The look of figures: reproducible files, readable sizes for the largest run, names of all rows and columns."""

import re

import pytest
from synthetic_run import write_run

from intertask.reporting import results
from intertask.reporting.figures import gains, methods, predicted, task_map
from intertask.reporting.figures.style import Drawing, duration_axis, grid_shape, new_figure


@pytest.mark.slow
def test_the_largest_run(tmp_path):
    """42 sources, 11 targets and 30 methods: the heat map has every name, and no figure has too small letters."""
    recipe = write_run(tmp_path, seeds=2)
    run = results.Results(tmp_path, recipe)
    setting = recipe["settings"][0]
    for drawing in (
        gains.draw(run, setting),
        methods.draw(run, setting),
        predicted.draw(run, setting),
        task_map.draw(run),
    ):
        drawing.figure.draw_without_rendering()
        texts = [text for axis in drawing.figure.axes for text in [*axis.texts, *axis.get_xticklabels()]]
        assert min(text.get_fontsize() for text in texts if text.get_text()) >= 7
        width, height = drawing.figure.get_size_inches()
        assert width <= 9 and height <= 11.5
        if drawing.name.endswith("gains"):
            svg = drawing.svg()
            assert all(f">{name}<" in svg for name in [*recipe["sources"], *recipe["targets"]])


def test_ids_of_two_figures_differ():
    drawings = [Drawing(name, new_figure()[0], "") for name in ("m/gains", "m/curves")]
    first, second = (set(re.findall(r'\bid="([^"]+)"', drawing.svg())) for drawing in drawings)
    assert first and second and not first & second


def test_axis_of_seconds():
    _, axes = new_figure()
    axis = axes[0, 0]
    axis.plot([0, 4000], [0, 1])
    duration_axis(axis.xaxis, 4000)
    assert [axis.xaxis.get_major_formatter()(mark) for mark in axis.get_xticks()] == [
        "0 s", "1 s", "10 s", "1 min", "10 min", "1 h"
    ]  # fmt: skip


def test_shape_of_small_multiples():
    assert [grid_shape(panels) for panels in (1, 4, 5)] == [(1, 1), (1, 4), (2, 4)]
