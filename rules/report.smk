# HTML pages: the ranking of each target, and the report of the run with its figures (docs/report.md).
# in:  results/rankings/{target}.tsv, results/data/{task}/info.json; tables, mean embeddings and transfers of the run
# out: results/rankings/{target}.html, and .observed.html with the scores of the transfers; results/report.html,
#      results/figures/

from intertask.reporting.figure_names import figure_names


report: "../workflow/report/workflow.rst"


# The map of the tasks is drawn only if some method reads embeddings; no embeddings are made for the map alone.
MAP_ENCODER = SENTENCE_ENCODER if "sentence" in READS else CONFIG.base_models[0] if "base" in READS else None
FIGURES = figure_names(SETTINGS, trained=not CONFIG.observed, embedded=MAP_ENCODER is not None)


include: "helpers/report.smk"


rule make_ranking_page:
    input:
        lambda wildcards: expand(
            "results/data/{task}/info.json", task=[wildcards.target, *CONFIG.pool(wildcards.target)]
        ),
        ranking="results/rankings/{target}.tsv",
        script=script_file("make_ranking_page.py"),
    output:
        report(
            "results/rankings/{target}.html",
            caption="../workflow/report/ranking.rst",
            category="Rankings",
            labels={"target": "{target}", "with": "predictions"},
        ),
    log:
        "results/logs/rankings/{target}.html.log",
    benchmark:
        "results/benchmarks/rankings/{target}.html.tsv"
    priority: 20
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.ranking_page_recipe(CONFIG, TASKS, wildcards.target, SETTINGS),
    message:
        "{wildcards.target}: writing the page of its ranking"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)


# A separate page, because the page of a ranking must neither wait for transfers nor change when they exist.
rule make_observed_page:
    input:
        lambda wildcards: expand(
            "results/data/{task}/info.json", task=[wildcards.target, *CONFIG.pool(wildcards.target)]
        ),
        lambda wildcards: ("results/transfer.tsv" if CONFIG.observed else get_target_tables([wildcards.target])),
        ranking="results/rankings/{target}.tsv",
        script=script_file("make_ranking_page.py"),
    output:
        report(
            "results/rankings/{target}.observed.html",
            caption="../workflow/report/ranking.rst",
            category="Rankings",
            labels={"target": "{target}", "with": "predictions and observed gains"},
        ),
    log:
        "results/logs/rankings/{target}.observed.html.log",
    benchmark:
        "results/benchmarks/rankings/{target}.observed.html.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.ranking_page_recipe(CONFIG, TASKS, wildcards.target, SETTINGS, gains=True),
    message:
        "{wildcards.target}: writing the page of its ranking with the observed gains"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)


rule make_report:
    input:
        expand("results/{table}.tsv", table=["transfer", "costs", "regret", "targets"]),
        expand("results/rankings/{target}.tsv", target=TARGETS),
        # the report links to these pages
        expand("results/rankings/{target}.observed.html", target=TARGETS),
        expand("results/data/{task}/info.json", task=TASKS),
        expand("results/embeddings/{encoder}/{task}.npz", encoder=MAP_ENCODER, task=TASKS) if MAP_ENCODER else [],
        script=script_file("make_report.py"),
    output:
        [report(f"results/figures/{name}.svg", **figure_flags(name)) for name in FIGURES],
        expand("results/figures/{name}.pdf", name=FIGURES),
        page=report(
            "results/report.html",
            caption="../workflow/report/report.rst",
            category="Report",
            labels={"page": "all of it in one page"},
        ),
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.report_recipe(CONFIG, SETTINGS, MAP_ENCODER),
    message:
        "drawing the report"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --figures results/figures --out {output.page:q} \
                >{log:q} 2>&1
            """)
