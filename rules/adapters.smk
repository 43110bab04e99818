# Source training: one adapter (or, with adapter: full, one encoder) per source, trained or, if published, fetched.
# in:  results/data/{source}/, results/models/{model}.json
# out: results/adapters/{model}/{source}/

FULL_MODELS = [model for model in MODELS if CONFIG.adapter_of(model) == FULL]
PUBLISHED_MODELS = [model for model in MODELS if CONFIG.models[model].adapters == "published"]


rule train_adapter:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        script=script_file("train_adapter.py"),
    output:
        expand("results/adapters/{{model}}/{{source}}/{file}", file=weight_files("adapter")),
        metrics="results/adapters/{model}/{source}/metrics.json",
    log:
        "results/logs/adapters/{model}/{source}.log",
    benchmark:
        "results/benchmarks/adapters/{model}/{source}.tsv"
    wildcard_constraints:
        model=any_of(m for m in MODELS if m not in FULL_MODELS + PUBLISHED_MODELS),
        source=any_of(COMPUTED),
    # Transfers wait for adapters, so adapters go first.
    priority: 10
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=480),
    params:
        recipe=lambda wildcards: recipes.adapter_recipe(CONFIG, wildcards.model, TASKS[wildcards.source]),
        checkpoints="results/checkpoints/adapters+{model}+{source}",
    message:
        "{wildcards.source}: training the source adapter on {wildcards.model}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --checkpoints {params.checkpoints:q} --out $(dirname {output.metrics:q}) >{log:q} 2>&1
            """)


use rule train_adapter as train_encoder with:
    output:
        expand("results/adapters/{{model}}/{{source}}/{file}", file=weight_files(FULL)),
        metrics="results/adapters/{model}/{source}/metrics.json",
    wildcard_constraints:
        model=any_of(FULL_MODELS),
    message:
        "{wildcards.source}: training the whole encoder of {wildcards.model}"


use rule train_adapter as fetch_adapter with:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        script=script_file("fetch_adapter.py"),
    wildcard_constraints:
        model=any_of(PUBLISHED_MODELS),
    # Like prepare_data, this job needs a network, which compute nodes may lack.
    localrule: True
    resources:
        gpu=0,
        mem_mb=growing(8000),
        runtime=growing(60),
    message:
        "{wildcards.source}: fetching the published adapter for {wildcards.model}"
