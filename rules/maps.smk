# Embedding space maps: from a source's texts under the base model to the same texts under its adapter.
# in:  results/data/{source}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/maps/{model}/{source}.npz


rule fit_map:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        adapter=lambda wildcards: get_weights(wildcards.model, wildcards.source),
        script=script_file("fit_map.py"),
    output:
        "results/maps/{model}/{source}.npz",
    log:
        "results/logs/maps/{model}/{source}.log",
    benchmark:
        "results/benchmarks/maps/{model}/{source}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=8000, minutes=30),
    params:
        recipe=lambda wildcards: recipes.map_recipe(CONFIG, wildcards.model, TASKS[wildcards.source]),
    message:
        "{wildcards.source}: fitting its embedding space map on {wildcards.model}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --adapter $(dirname {input.adapter[0]:q}) --out {output:q} >{log:q} 2>&1
            """)
