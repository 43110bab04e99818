# A target's rows (docs/methods.md), under the base model and under the adapter of every source.
# in:  results/data/{target}/, results/models/{model}.json, results/adapters/{model}/*/
# out: results/rows/{model}/{target}.safetensors, results/features/{model}/{target}.safetensors


rule compute_rows:
    input:
        data=lambda wildcards: get_data(wildcards.target),
        model="results/models/{model}.json",
        script=ancient("workflow/scripts/compute_rows.py"),
    output:
        "results/rows/{model}/{target}.safetensors",
    log:
        "results/logs/rows/{model}/{target}.log",
    benchmark:
        "results/benchmarks/rows/{model}/{target}.tsv"
    priority: 50
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(30),
    params:
        recipe=lambda wildcards: recipes.rows_recipe(CONFIG, wildcards.model, TASKS[wildcards.target]),
    message:
        "{wildcards.target}: its rows under {wildcards.model}"
    shell:
        """
        python -m intertask.execution.launch --gpus {resources.gpu} --usage results/benchmarks/rows/{wildcards.model}/{wildcards.target}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
            --out {output:q} >{log:q} 2>&1
        """


rule compute_features:
    input:
        data=lambda wildcards: get_data(wildcards.target),
        model="results/models/{model}.json",
        rows="results/rows/{model}/{target}.safetensors",
        adapters=get_pool_adapters,
        script=ancient("workflow/scripts/compute_features.py"),
    output:
        # Keeps the sources whose adapters have not changed.
        update("results/features/{model}/{target}.safetensors"),
    log:
        "results/logs/features/{model}/{target}.log",
    benchmark:
        "results/benchmarks/features/{model}/{target}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(12000),
        runtime=growing(240),
    params:
        recipe=lambda wildcards: recipes.features_recipe(CONFIG, wildcards.model, TASKS[wildcards.target]),
        sources=lambda wildcards: ",".join(CONFIG.pool(wildcards.target)),
        adapters="results/adapters/{model}",
    message:
        "{wildcards.target}: its rows under every source's adapter on {wildcards.model}"
    shell:
        """
        python -m intertask.execution.launch --gpus {resources.gpu} --usage results/benchmarks/features/{wildcards.model}/{wildcards.target}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
            --rows {input.rows:q} --sources {params.sources:q} --adapters {params.adapters:q} \
            --out {output:q} >{log:q} 2>&1
        """
