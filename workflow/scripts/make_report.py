"""Draw the figures of a run, and write them with tables and text into one offline page."""

from pathlib import Path

from intertask.execution.script import arguments, run
from intertask.reporting.report import write_report
from intertask.reporting.results import Results


def main() -> None:
    options = arguments(__doc__, "results", "figures", "out")
    figures = write_report(Results(Path(options.results), options.recipe), Path(options.out), Path(options.figures))
    print(f"{options.out}, {len(figures)} figures in {options.figures}")


run(main)
