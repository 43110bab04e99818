"""Collect the run time and the memory of every job in one table."""

from pathlib import Path

from intertask.costs.measured import job_costs
from intertask.execution.script import arguments, run
from intertask.tables import write_table
from intertask.words import count, duration


def main() -> None:
    options = arguments(__doc__, "results", "out")
    table = job_costs(Path(options.results), options.recipe)
    write_table(options.out, table)
    jobs = table[table["step"] != "method"]
    print(f"{count(len(jobs), 'job')}, {duration(jobs['seconds'].sum())} of job time")


run(main)
