# Source training: one adapter (or, with adapter: full, one encoder) per source.
# in:  results/data/{source}/, results/models/{model}.json
# out: results/adapters/{model}/{source}/


rule train_adapter:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        script=ancient("workflow/scripts/train_adapter.py"),
    output:
        expand("results/adapters/{{model}}/{{source}}/{file}", file=weight_files(CONFIG.adapter)),
        metrics="results/adapters/{model}/{source}/metrics.json",
    log:
        "results/logs/adapters/{model}/{source}.log",
    benchmark:
        "results/benchmarks/adapters/{model}/{source}.tsv"
    # Transfers wait for adapters: the long chain first.
    priority: 10
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=12000,
        runtime=720,
    params:
        recipe=lambda wildcards: recipes.adapter_recipe(CONFIG, CONFIG.models[wildcards.model], TASKS[wildcards.source]),
        checkpoints="results/checkpoints/adapters+{model}+{source}",
    message:
        "{wildcards.source}: training the source adapter on {wildcards.model}"
    shell:
        """
        python -m intertask.runtime.launch --usage results/benchmarks/adapters/{wildcards.model}/{wildcards.source}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
            --checkpoints {params.checkpoints:q} --out $(dirname {output.metrics:q}) >{log:q} 2>&1
        """
