# The files that `rule all` requests.


def get_final_output():
    """Return the tables and all expensive results: Snakemake makes a deleted file again only if it is requested."""
    tables = expand("results/{table}.tsv", table=["transfer", "costs", *EVALUATION])
    rankings = expand("results/rankings/{target}.{kind}", target=TARGETS, kind=["tsv", "html"])
    data = [path for task in TASKS for path in get_data(task)]
    evidence = [path for setting in SETTINGS for target in TARGETS for path in get_evidence(setting, target)]
    adapters = [path for model in CONFIG.base_models for source in SOURCES for path in get_weights(model, source)]
    transfers = [] if CONFIG.observed else adapters + get_transfers_to(TARGETS)
    return ["results/report.html", *tables, *rankings, *get_scores(None), *dict.fromkeys(data + evidence + transfers)]
