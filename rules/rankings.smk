# The ranking of a target's sources, for users.
# in:  results/scores/{setting}/{target}.tsv
# out: results/rankings/{target}.tsv


rule make_ranking:
    input:
        scores=lambda wildcards: expand(
            "results/scores/{setting}/{target}.{kind}", setting=SETTINGS, target=wildcards.target, kind=["tsv", "json"]
        ),
        script=script_file("make_ranking.py"),
    output:
        "results/rankings/{target}.tsv",
    log:
        "results/logs/rankings/{target}.log",
    benchmark:
        "results/benchmarks/rankings/{target}.tsv"
    priority: 20
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.ranking_recipe(CONFIG, wildcards.target, SETTINGS),
    message:
        "{wildcards.target}: ranking its sources"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)
