# The quality of the ranking methods, and the cost of each job.
# in:  results/transfer.tsv, results/scores/{setting}/{target}.tsv, results/benchmarks/
# out: results/costs.tsv, and EVALUATION: each method on each target, means and intervals, paired differences, and the
#      seed noise of each target; means with training without a source as a candidate; if a source is in its target's
#      family, also evaluation and means without such sources

RELATIVES = {
    target: [s for s in CONFIG.pool(target) if TASKS[target].family and TASKS[s].family == TASKS[target].family]
    for target in TARGETS
}
EVALUATION = ["evaluation", "regret", "regret_with_none", "comparison", "targets"]
if any(RELATIVES.values()):
    EVALUATION += ["evaluation_without_family", "regret_without_family"]


rule collect_costs:
    input:
        # Benchmarks are not inputs, because a lost one must not cause a new training.
        get_scores,
        transfer="results/transfer.tsv",
        script=script_file("collect_costs.py"),
    output:
        report(
            "results/costs.tsv",
            caption="../workflow/report/costs.rst",
            category="Tables",
            labels={"table": "costs"},
        ),
    log:
        "results/logs/costs.log",
    benchmark:
        "results/benchmarks/costs.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.costs_recipe(CONFIG, SETTINGS),
    message:
        "collecting the time and memory of each job"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)


rule evaluate_methods:
    input:
        get_scores,
        transfer="results/transfer.tsv",
        costs="results/costs.tsv",
        script=script_file("evaluate_methods.py"),
    output:
        **{
            table: report(
                f"results/{table}.tsv",
                caption=f"../workflow/report/{table.removesuffix('_without_family').removesuffix('_with_none')}.rst",
                category="Tables",
                labels={"table": table.replace("_", " ")},
            )
            for table in EVALUATION
        },
    log:
        "results/logs/evaluation.log",
    benchmark:
        "results/benchmarks/evaluation.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.evaluation_recipe(CONFIG, SETTINGS, {t: near for t, near in RELATIVES.items() if near}),
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "comparing the methods with the transfers"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --sentence-encoder {params.sentence_encoder:q} \
                --out $(dirname {output.evaluation:q}) >{log:q} 2>&1
            """)
