# Few-shot fine-tuning (FSFT): a few optimizer steps on a few of the target's rows, from every source's adapter.
# in:  results/data/{target}/, results/adapters/{model}/*/, results/models/{model}.json
# out: results/fewshot/{model}/{target}.tsv


rule run_fewshot:
    input:
        data=lambda wildcards: get_data(wildcards.target),
        model="results/models/{model}.json",
        adapters=get_pool_adapters,
        script=script_file("run_fewshot.py"),
    output:
        # The job keeps the runs of sources whose adapters have not changed.
        update("results/fewshot/{model}/{target}.tsv"),
    log:
        "results/logs/fewshot/{model}/{target}.log",
    benchmark:
        "results/benchmarks/fewshot/{model}/{target}.tsv"
    priority: 15
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=480),
    params:
        recipe=lambda wildcards: recipes.fewshot_recipe(CONFIG, wildcards.model, TASKS[wildcards.target]),
        sources=lambda wildcards: ",".join(CONFIG.pool(wildcards.target)),
        adapters="results/adapters/{model}",
        checkpoints="results/checkpoints/fewshot+{model}+{target}",
    message:
        "{wildcards.target}: few-shot fine-tuning from every source on {wildcards.model}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --sources {params.sources:q} --adapters {params.adapters:q} \
                --checkpoints {params.checkpoints:q} --out {output:q} >{log:q} 2>&1
            """)
