# Checks the requested targets and, at the end, names files to look at; not if this workflow is used as a module.
import sys

from snakemake.cli import get_argument_parser

from intertask.console.result import closing_lines, wait_for_events
from intertask.console.suggestions import check_targets
from intertask.execution.job_limit import lift_default_limit

if workflow.is_main_process and workflow.modifier.is_main_snakefile():
    # Snakemake passes on the requested targets only after it has read the rules, so parse the command line here.
    REQUESTED = get_argument_parser().parse_known_args(sys.argv[1:])[0].targets
    PRODUCTS = [output for rule in workflow.rules for output in rule.output]
    COMMON = [
        *expand("results/{table}.tsv", table=["transfer", "costs", *EVALUATION]),
        *expand("results/rankings/{target}.{kind}", target=TARGETS, kind=["tsv", "html", "observed.html"]),
        *([] if CONFIG.observed else expand("results/recommend/{target}.json", target=TARGETS)),
        *([] if CONFIG.observed else ["results/fusion.tsv"]),
        "results/report.html",
    ]
    try:
        check_targets(
            REQUESTED,
            makes=lambda path: any(output.match(path) for output in PRODUCTS),
            rules=[rule.name for rule in workflow.rules],
            files=COMMON,
        )
    except IntertaskError as error:
        stop(error)

    onstart:
        if workflow.local_exec:
            lift_default_limit(workflow.scheduler)

    onsuccess:
        wait_for_events(workflow.logger_manager)
        for line in closing_lines(REQUESTED, TARGETS):
            print(line, flush=True)
