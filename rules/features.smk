# Features of a target's rows (docs/methods.md), under the base model and under the adapter of every source.
# in:  results/data/{target}/, results/models/{model}.json, results/adapters/{model}/*/
# out: results/rows/{model}/{target}.safetensors, results/features/{model}/{target}.safetensors


# Uses the shell command and the resources of compute_embeddings.
use rule compute_embeddings as compute_rows with:
    input:
        data=lambda wildcards: get_data(wildcards.target),
        model="results/models/{model}.json",
        script=script_file("compute_rows.py"),
    output:
        "results/rows/{model}/{target}.safetensors",
    log:
        "results/logs/rows/{model}/{target}.log",
    benchmark:
        "results/benchmarks/rows/{model}/{target}.tsv"
    params:
        recipe=lambda wildcards: recipes.rows_recipe(CONFIG, wildcards.model, TASKS[wildcards.target]),
    message:
        "{wildcards.target}: computing features under {wildcards.model}"


rule compute_features:
    input:
        data=lambda wildcards: get_data(wildcards.target),
        model="results/models/{model}.json",
        rows="results/rows/{model}/{target}.safetensors",
        adapters=get_featured_adapters,
        script=script_file("compute_features.py"),
    output:
        # The job keeps the features of sources whose adapters have not changed.
        update("results/features/{model}/{target}.safetensors"),
    log:
        "results/logs/features/{model}/{target}.log",
    benchmark:
        "results/benchmarks/features/{model}/{target}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=240),
    params:
        recipe=lambda wildcards: recipes.features_recipe(CONFIG, wildcards.model, TASKS[wildcards.target]),
        sources=lambda wildcards: ",".join(get_featured(wildcards.target)),
        adapters="results/adapters/{model}",
    message:
        "{wildcards.target}: computing features under every source's adapter on {wildcards.model}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --rows {input.rows:q} --sources {params.sources:q} --adapters {params.adapters:q} \
                --out {output:q} >{log:q} 2>&1
            """)
