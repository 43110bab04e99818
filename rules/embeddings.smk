# Text embeddings of each task's training rows: by the base model (TextEmb) and by the sentence encoder (SEmb).
# in:  results/data/{task}/, results/models/{encoder}.json
# out: results/embeddings/{encoder}/{task}.npz


rule compute_embeddings:
    input:
        data=lambda wildcards: get_data(wildcards.task),
        model="results/models/{encoder}.json",
        script=ancient("workflow/scripts/compute_embeddings.py"),
    output:
        "results/embeddings/{encoder}/{task}.npz",
    log:
        "results/logs/embeddings/{encoder}/{task}.log",
    benchmark:
        "results/benchmarks/embeddings/{encoder}/{task}.tsv"
    priority: 50
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(30),
    params:
        recipe=lambda wildcards: recipes.embedding_recipe(
            CONFIG, ENCODERS[wildcards.encoder], "base" if wildcards.encoder in CONFIG.models else "sentence"
        ),
    message:
        "{wildcards.task}: embedding with {wildcards.encoder}"
    shell:
        """
        python -m intertask.execution.launch --gpus {resources.gpu} --usage results/benchmarks/embeddings/{wildcards.encoder}/{wildcards.task}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) \
            --model {input.model:q} --out {output:q} >{log:q} 2>&1
        """
