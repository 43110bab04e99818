# Fisher embeddings (TaskEmb) of a task's trained adapter, and of a new adapter after a few optimizer steps.
# in:  results/data/{task}/, results/adapters/{model}/{task}/, results/models/{model}.json
# out: results/gradients/{model}/{task}.npz, results/fewshot_gradients/{model}/{task}.npz


rule compute_gradients:
    input:
        data=lambda wildcards: get_data(wildcards.task),
        model="results/models/{model}.json",
        adapter=lambda wildcards: get_weights(wildcards.model, wildcards.task),
        script=script_file("compute_gradients.py"),
    output:
        "results/gradients/{model}/{task}.npz",
    log:
        "results/logs/gradients/{model}/{task}.log",
    benchmark:
        "results/benchmarks/gradients/{model}/{task}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=8000, minutes=30),
    params:
        recipe=lambda wildcards: recipes.gradients_recipe(CONFIG, wildcards.model, TASKS[wildcards.task]),
    message:
        "{wildcards.task}: computing the Fisher embedding of its adapter on {wildcards.model}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --adapter $(dirname {input.adapter[0]:q}) --out {output:q} >{log:q} 2>&1
            """)


# Uses the shell command and the resources of compute_embeddings.
use rule compute_embeddings as compute_fewshot_gradients with:
    input:
        data=lambda wildcards: get_data(wildcards.task),
        model="results/models/{model}.json",
        script=script_file("compute_fewshot_gradients.py"),
    output:
        "results/fewshot_gradients/{model}/{task}.npz",
    log:
        "results/logs/fewshot_gradients/{model}/{task}.log",
    benchmark:
        "results/benchmarks/fewshot_gradients/{model}/{task}.tsv"
    priority: 15
    params:
        recipe=lambda wildcards: recipes.fewshot_gradients_recipe(CONFIG, wildcards.model, TASKS[wildcards.task]),
    message:
        "{wildcards.task}: computing the Fisher embedding after a few steps on {wildcards.model}"
