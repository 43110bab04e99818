# Embedding space maps: from a source's texts under the base model to the same texts under its adapter.
# in:  results/data/{source}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/maps/{model}/{source}.npz


rule fit_map:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        adapter=lambda wildcards: get_weights(wildcards.model, wildcards.source),
        script=ancient("workflow/scripts/fit_map.py"),
    output:
        "results/maps/{model}/{source}.npz",
    log:
        "results/logs/maps/{model}/{source}.log",
    benchmark:
        "results/benchmarks/maps/{model}/{source}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(30),
    params:
        recipe=lambda wildcards: recipes.map_recipe(CONFIG, wildcards.model, TASKS[wildcards.source]),
    message:
        "{wildcards.source}: fitting its embedding space map on {wildcards.model}"
    shell:
        """
        python -m intertask.execution.launch --gpus {resources.gpu} --usage results/benchmarks/maps/{wildcards.model}/{wildcards.source}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
            --adapter $(dirname {input.adapter[0]:q}) --out {output:q} >{log:q} 2>&1
        """
