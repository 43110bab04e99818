"""The names of a report's figures are those that are drawn."""

from intertask.reporting.figure_names import figure_names


def test_names_are_those_of_the_drawings(report):
    observed = report.recipe["observed"]
    names = figure_names(report.recipe["settings"], trained=not observed, embedded=True)
    assert report.figures == names
    assert len(set(names)) == len(names)


def test_figures_depend_on_the_run():
    assert figure_names(["m"], trained=False, embedded=False) == [
        "m/gains",
        "m/methods",
        "m/tradeoff",
        "m/predicted",
        "m/calibration",
        "work",
    ]
    assert {"m/curves", "methods", "tradeoff", "task_map"} <= set(figure_names(["m", "n"], trained=True, embedded=True))
