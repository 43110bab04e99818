# How good are the ranking methods, and what does each job cost?
# in:  results/transfer.tsv, results/scores/{model}/{target}.tsv, results/benchmarks/
# out: results/costs.tsv, results/evaluation.tsv, results/regret.tsv


rule collect_costs:
    input:
        # Benchmarks are not inputs: losing one must not train anything again.
        get_scores,
        transfer="results/transfer.tsv",
        script=ancient("workflow/scripts/collect_costs.py"),
    output:
        "results/costs.tsv",
    log:
        "results/logs/costs.log",
    benchmark:
        "results/benchmarks/costs.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.costs_recipe(CONFIG),
    message:
        "collecting what each job took"
    shell:
        """
        python {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
        """


rule evaluate_methods:
    input:
        get_scores,
        transfer="results/transfer.tsv",
        costs="results/costs.tsv",
        script=ancient("workflow/scripts/evaluate_methods.py"),
    output:
        evaluation="results/evaluation.tsv",
        regret="results/regret.tsv",
    log:
        "results/logs/evaluation.log",
    benchmark:
        "results/benchmarks/evaluation.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.evaluation_recipe(CONFIG),
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "comparing the methods with the transfers"
    shell:
        """
        python {input.script} --recipe {params.recipe:q} --results results --sentence-encoder {params.sentence_encoder:q} \
            --evaluation {output.evaluation:q} --regret {output.regret:q} >{log:q} 2>&1
        """
