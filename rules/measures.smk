# What feature methods say of the sources' adapters on a target's rows, as evidence for the method `recommended`.
# in:  results/rows/{model}/{target}.safetensors, results/features/{model}/{target}.safetensors
# out: results/measures/{model}/{target}.json


rule compute_measures:
    input:
        rows="results/rows/{model}/{target}.safetensors",
        features="results/features/{model}/{target}.safetensors",
        info=lambda wildcards: expand(
            "results/data/{task}/info.json", task=[wildcards.target, *get_measured(wildcards.target)]
        ),
        script=script_file("compute_measures.py"),
    output:
        "results/measures/{model}/{target}.json",
    log:
        "results/logs/measures/{model}/{target}.log",
    benchmark:
        "results/benchmarks/measures/{model}/{target}.tsv"
    priority: 18
    localrule: True
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        recipe=lambda wildcards: recipes.measures_recipe(
            wildcards.model, wildcards.target, get_measured(wildcards.target)
        ),
    message:
        "{wildcards.target}: measuring its sources' adapters on {wildcards.model}"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)
