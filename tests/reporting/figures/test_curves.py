"""Learning curves: means over runs, and a sentence if no run recorded one."""

import numpy as np

from intertask.reporting.figures import curves


def test_mean_curve():
    runs = [{"training": {"history": [{"step": 4, "loss": 2.0}, {"step": 8, "loss": 1.0, "dev": 50.0}]}}]
    runs += [{"training": {"history": [{"step": 4, "loss": 4.0}]}}, {"training": {}}]
    steps, values = curves.mean_curve(runs, "loss")
    assert (steps.tolist(), values.tolist()) == ([4, 8], [3.0, 1.0])
    assert curves.mean_curve(runs, "dev")[1].tolist() == [50.0]
    assert curves.mean_curve(runs[2:], "loss") is None


def test_without_curves_the_figure_is_a_sentence(holes, tmp_path):
    run = holes.results
    run.trained["transfer"] = []
    drawing = curves.draw(run, run.settings[0])
    assert drawing.figure is None and "No transfer recorded" in drawing.caption
    drawing.save(tmp_path)
    assert "No transfer recorded" in (tmp_path / f"{drawing.name}.svg").read_text(encoding="utf-8")


def test_curves_that_still_move():
    steps = np.arange(4)
    assert curves._still_moving({"a": (steps, np.array([4.0, 3, 2, 1]))})
    assert not curves._still_moving({"a": (steps, np.array([4.0, 2, 1.05, 1]))})
