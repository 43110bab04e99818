"""What the figures compute: gains, fronts, orders, maps, curves, places of names; and the largest run."""

import itertools

import numpy as np
import pandas as pd
import pytest
from synthetic_run import write_run

from intertask.reporting import results
from intertask.reporting.figures import curves, gains, methods, predicted, task_map, tradeoff, work
from intertask.reporting.figures.style import new_figure, place_names


def transfers(rows):
    columns = ["model", "target", "source", "seed", "metric", "value"]
    return pd.DataFrame([("m", *row, "accuracy", value) for *row, value in rows], columns=columns)


def test_gains_are_over_none_or_over_the_mean():
    table = transfers(
        [
            ("t", "none", 1, 50.0),
            ("t", "none", 2, 60.0),
            ("t", "a", 1, 70.0),
            ("t", "a", 2, np.nan),
            ("u", "a", 1, 10.0),
            ("u", "b", 1, 30.0),
        ]
    )
    found = results.gains(table).set_index(["target", "source"])
    assert found.loc[("t", "a"), ["value", "gain", "runs"]].tolist() == [35.0, -20.0, 1]  # a failed run counts as 0
    assert found.loc[("u", "a"), ["gain", "baseline"]].tolist() == [-10.0, "mean"]
    assert found.loc[("t", "none"), "gain"] == 0


def test_gains_of_a_target_that_was_never_reached():
    found = results.gains(transfers([("t", "none", 1, 50.0), ("t", "a", 1, np.nan)])).set_index("source")
    assert np.isnan(found.loc["a", "gain"]) and found.loc["a", "runs"] == 0


def test_similar_rows_are_neighbours():
    values = np.array([[9.0, 0], [-9, 0], [9.1, 0], [-9.1, np.nan]])
    order = gains.order(values).tolist()
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(3)) == 1
    assert gains.order(values[:2]).tolist() == [0, 1]
    assert sorted(gains.order(np.full((3, 2), np.nan)).tolist()) == [0, 1, 2]


def test_pareto_front():
    cost = pd.Series({"cheap": 0.0, "same": 0.0, "dear": 100.0, "wasted": 100.0, "mid": 10.0, "worse": 11.0})
    loss = pd.Series({"cheap": 5.0, "same": 5.0, "dear": 0.0, "wasted": 1.0, "mid": 2.0, "worse": 3.0})
    assert tradeoff.pareto(cost, loss) == ["cheap", "mid", "dear"]


def test_map_keeps_distances_of_a_plane():
    draw = np.random.default_rng(0)
    at = draw.normal(size=(6, 2))
    distances = np.linalg.norm(at[:, None] - at[None], axis=-1)
    found, share = task_map.classical_mds(distances)
    assert np.allclose(np.linalg.norm(found[:, None] - found[None], axis=-1), distances)
    assert share.sum() == pytest.approx(1)
    again, _ = task_map.classical_mds(distances.copy())
    assert np.array_equal(found, again)


def test_distances_without_what_is_common():
    rows = np.array([[100.0, 1.0], [100.0, -1.0], [100.0, 0.5]])
    distances = task_map.cosine_distances(rows)
    assert distances[0, 1] == pytest.approx(2) and distances[0, 2] == pytest.approx(0)
    assert task_map.cosine_distances(np.ones((3, 2))).shape == (3, 3)  # all the same: no direction, no warning


def test_mean_curve():
    runs = [{"training": {"history": [{"step": 4, "loss": 2.0}, {"step": 8, "loss": 1.0, "dev": 50.0}]}}]
    runs += [{"training": {"history": [{"step": 4, "loss": 4.0}]}}, {"training": {}}]
    steps, values = curves.mean_curve(runs, "loss")
    assert (steps.tolist(), values.tolist()) == ([4, 8], [3.0, 1.0])
    assert curves.mean_curve(runs, "dev")[1].tolist() == [50.0]
    assert curves.mean_curve(runs[2:], "loss") is None


def test_jobs_of_a_step():
    costs = pd.DataFrame({"step": ["transfer", "data", "data", "method"], "seconds": [5.0, 1, 3, 9], "max_rss_mb": 1.0})
    table = work.by_step(costs).set_index("step")
    assert table.index.tolist() == ["data", "transfer"]
    assert table.loc["data", ["jobs", "total", "median", "longest"]].tolist() == [2, 4, 2, 3]


def test_names_do_not_hide_each_other():
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
    # the letters alone: an annotation's extent has its line in it
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


def test_captions_say_what_the_run_shows(holes):
    run = holes.results
    setting, block = run.settings[0], run.blocks[0]
    gain = run.gains[(run.gains["model"] == setting) & (run.gains["source"] != "none")]
    best = gain.loc[gain["gain"].idxmax()]
    assert f"{best['source']} for {best['target']}" in gains.draw(run, setting).caption
    table = run.regret[run.regret["model"] == block].set_index("method")
    assert f"Choosing at random would lose {table.loc['random', run.main]:.1f} %" in methods.draw(run, block).caption
    assert f"of {len(run.targets)} targets" in predicted.draw(run, setting).caption
    assert "for want of a cost" in tradeoff.draw(run, block).caption


def test_nothing_to_show_is_said(holes, tmp_path):
    run = holes.results
    run.trained["transfer"] = []
    drawing = curves.draw(run, run.settings[0])
    assert drawing.figure is None and "No transfer recorded" in drawing.caption
    drawing.save(tmp_path)
    assert "No transfer recorded" in (tmp_path / f"{drawing.name}.svg").read_text(encoding="utf-8")


def test_the_largest_run(tmp_path):
    """42 sources, 11 targets, 30 methods: every name of the heat map is there, letters in no figure are too small."""
    recipe = write_run(tmp_path, seeds=2)
    run = results.Results(tmp_path, recipe)
    setting = recipe["settings"][0]
    for drawing in (
        gains.draw(run, setting),
        methods.draw(run, setting),
        predicted.draw(run, setting),
        task_map.draw(run),
    ):
        svg = drawing.svg()
        drawing.figure.draw_without_rendering()
        texts = [text for axis in drawing.figure.axes for text in [*axis.texts, *axis.get_xticklabels()]]
        assert min(text.get_fontsize() for text in texts if text.get_text()) >= 7
        width, height = drawing.figure.get_size_inches()
        assert width <= 9 and height <= 11.5
        if drawing.name.endswith("gains"):
            assert all(f">{name}<" in svg for name in [*recipe["sources"], *recipe["targets"]])
