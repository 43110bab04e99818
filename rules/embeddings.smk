# Text embeddings of each task's training rows: by the base model (TextEmb) and by the sentence encoder (SEmb).
# in:  results/data/{task}/, results/models/{encoder}.json
# out: results/embeddings/{encoder}/{task}.npz


rule compute_embeddings:
    input:
        data=lambda wildcards: get_data(wildcards.task),
        model="results/models/{encoder}.json",
        script=script_file("compute_embeddings.py"),
    output:
        "results/embeddings/{encoder}/{task}.npz",
    log:
        "results/logs/embeddings/{encoder}/{task}.log",
    benchmark:
        "results/benchmarks/embeddings/{encoder}/{task}.tsv"
    wildcard_constraints:
        task=any_of(COMPUTED),
    priority: 50
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=8000, minutes=30),
    params:
        recipe=lambda wildcards: recipes.embedding_recipe(
            CONFIG, ENCODERS[wildcards.encoder], "base" if wildcards.encoder in CONFIG.models else "sentence"
        ),
    message:
        "{wildcards.task}: embedding with {wildcards.encoder}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) \
                --model {input.model:q} --out {output:q} >{log:q} 2>&1
            """)
