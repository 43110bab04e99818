# Rankings for people: which source to train on first, for one target.
# in:  results/scores/{model}/{target}.tsv
# out: results/rankings/{target}.tsv


rule make_ranking:
    message:
        "{wildcards.target}: ranking its sources"
    input:
        scores=lambda wildcards: expand("results/scores/{model}/{target}.tsv", model=MODELS, target=wildcards.target),
        script=ancient("workflow/scripts/make_ranking.py"),
    output:
        "results/rankings/{target}.tsv",
    log:
        "results/logs/rankings/{target}.log",
    benchmark:
        "results/benchmarks/rankings/{target}.tsv"
    conda:
        "../envs/tables.yaml"
    priority: 20
    params:
        recipe=lambda wildcards: recipes.ranking_recipe(CONFIG, wildcards.target),
    shell:
        """
        python {input.script} --recipe {params.recipe:q} --results results --out {output:q} > {log:q} 2>&1
        """
