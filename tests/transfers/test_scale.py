"""Scales of imported values: fractions and percentage points, for each target within a setting."""

import pytest
from transfer_tables import ROWS, fails, scales, target


def test_scale_is_found_for_each_setting(imported):
    result = imported([*target("s", "t", 80, 70), *target("r", "t", 0.8, 0.705)])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "detected")}
    assert [run.value for run in result.runs] == pytest.approx([80, 70, 80, 70.5])


def test_scale_of_a_target_that_differs_from_the_others_of_its_setting(imported):
    """As in published tables: accuracies in percent, correlations as fractions, some of them negative."""
    rows = [*target("s", "t", 80, 70), *target("s", "u", -0.1, 0.85, metric="spearman")]
    result = imported(rows, targets=["t", "u"])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("s", "u"): ("fraction", "detected")}
    assert [run.value for run in result.runs if run.target == "u"] == pytest.approx([-10, 85])


@pytest.mark.parametrize("values", [(-0.3, 0.9), (1, 0.99), (0, 0.2), (-0.9, -0.2)])
def test_fractions(imported, values):
    result = imported(target("s", "t", *values))
    assert scales(result)["s", "t"] == ("fraction", "detected")
    assert [run.value for run in result.runs] == pytest.approx([100 * v for v in values])


@pytest.mark.parametrize("values", [(-30, 90), (0, 2.5), (-99, 0), (100, 0.01)])
def test_percentage_points(imported, values):
    result = imported(target("s", "t", *values))
    assert scales(result)["s", "t"] == ("percent", "detected")
    assert [run.value for run in result.runs] == list(values)


@pytest.mark.parametrize("values", [(0.9, 1.3), (1.01, 1.7), (0.05, 0.1), (-0.01, 0.0)])
def test_a_scale_that_is_ambiguous_is_an_error_and_can_be_configured(imported, values):
    rows = target("s", "t", *values)
    fails(lambda: imported(rows), "setting s, target t .* could be percentage points or fractions", "from line 2")
    result = imported(rows, scale="percent")
    assert scales(result)["s", "t"] == ("percent", "config")
    assert [run.value for run in result.runs] == list(values)


def test_the_setting_decides_where_one_target_could_be_either(imported):
    near_1, small = target("s", "t", 0.5, 1.4), target("r", "t", 0.01, 0.1)
    result = imported([*near_1, *target("s", "u", 80, 70), *small, *target("r", "u", 0.8, 0.7)])
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "detected")}
    # A fraction is not above 1; and a correlation of 0.1 could be a failed one in percent.
    fails(lambda: imported([*near_1, *target("s", "u", 0.8, 0.7)]), "could be percentage points")
    fails(lambda: imported([*small, *target("r", "u", 80, 70)]), "could be percentage points")


def test_zeros_alone_have_no_scale(imported):
    assert scales(imported(target("s", "t", 0, 0)))["s", "t"] == ("percent", "detected")


def test_scale_is_configured_for_all_or_each(imported):
    rows = [*target("s", "t", 80, 70), *target("r", "t", 0.8, 0.7)]
    fails(lambda: imported(rows, scale="percent"), "setting r, target t are up to 0.8", "config: observed.scale")
    fails(lambda: imported(rows, scale="fraction"), "setting s, target t are up to 80")
    result = imported(rows, scale={"r": "fraction"})
    assert scales(result) == {("s", "t"): ("percent", "detected"), ("r", "t"): ("fraction", "config")}
    result = imported(rows, scale={"r/t": "percent"})
    assert [run.value for run in result.runs] == [
        80,
        70,
        0.8,
        0.7,
    ]  # as configured for this target
    fails(
        lambda: imported(rows, scale={"q": "percent"}), "no setting, or setting/target, 'q'", "config: observed.scale"
    )
    fails(lambda: imported(rows, scale={"s/t": "fraction"}), "80 does not fit the scale 'fraction'", "line 2")


def test_one_target_in_two_scales_is_an_error(imported):
    rows = [*target("s", "t", 80, 70, 0.75)]
    fails(lambda: imported(rows, "abc"), "source c look like fractions", "from line 4")
    assert [run.value for run in imported(rows, "abc", scale={"s/t": "percent"}).runs] == [80, 70, 0.75]
    # A source with percentage points on another target has a low score here.
    low = [*rows, *target("s", "u", 60, 50, 40)]
    assert [run.value for run in imported(low, "abc").runs] == [80, 70, 0.75]
    # A failed run beside good ones of the same source is no other scale.
    assert len(imported([*ROWS, "s t a 3 accuracy 0.5"]).runs) == 7


def test_values_beyond_percent(imported):
    fails(lambda: imported([*ROWS, "s t a 3 accuracy 875"]), "875 does not fit the scale 'percent'", "line 8")
