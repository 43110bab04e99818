"""The text of the plan."""

from estimates import SPEEDS, config, sizes, task

from intertask.costs.estimate import cheap_plan, plan
from intertask.costs.estimate_text import describe, hours, total


def text(speeds=SPEEDS, failures=None, own=None, **changes):
    run, all_sizes = config(**changes), sizes(**(own or {}))
    full = plan(run, all_sizes, speeds)
    cheap = {k: cheap_plan(run, all_sizes, speeds, k) for k in (1, 3)}
    return describe(run, full, cheap, all_sizes, speeds, failures or {}), full, cheap


def test_hours_have_three_digits():
    shown = [hours(3600 * value) for value in (0.444, 12.34, 94913.22)]
    assert shown == ["0.44 hours", "12.3 hours", "94,913 hours"]


def test_totals_and_savings_are_those_of_the_lines():
    shown, full, cheap = text()
    assert shown.startswith("3 sources, 2 targets, 1 model, 2 seeds\n")
    lines = shown.splitlines()
    of_all = next(line.split() for line in lines if line.startswith("total"))
    assert of_all[1:4] == [f"{total(full, field)[0]:,.0f}" for field in ("jobs", "forward", "trained")]
    seconds = total(full, "seconds")[0]
    saved = 1 - total(cheap[1], "seconds")[0] / seconds
    assert next(line.split() for line in lines if line.startswith("k = 1 "))[-1] == f"{saved:.0%}"
    assert f"at most {hours(seconds)} of job time.\n" in shown and "measured on: gpu." in shown
    assert "The number of rows was stated by the publisher for 5 tasks." in shown


def test_columns_are_aligned():
    table = text()[0].split("\n\n")[1].splitlines()
    assert len({len(line) for line in table}) == 1


def test_what_is_not_known_is_marked_and_named():
    shown, full, _ = text(own={"a": task("a", rows=None)})
    assert not total(full, "trained")[1]
    assert "The number of rows of a is unknown ('?')" in shown
    assert any(line.startswith("total") and line.endswith("+ ?") for line in shown.splitlines())
    assert "hours of job time, plus what is marked '?'." in shown


def test_without_speeds_the_saving_is_of_examples():
    shown, full, cheap = text(speeds={}, failures={"minilm": "no network."})
    assert "The times of minilm are unknown: no network." in shown
    assert "of job time" not in shown
    saved = 1 - total(cheap[3], "trained")[0] / total(full, "trained")[0]
    assert f"It trains on {saved:.0%} fewer examples." in shown
