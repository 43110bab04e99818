# Check that base models and sentence encoders are available, and record their fingerprints.
# out: results/models/{encoder}.json


rule check_model:
    input:
        lambda wildcards: get_local_files(ENCODERS[wildcards.encoder]),
        script=script_file("check_model.py"),
    output:
        "results/models/{encoder}.json",
    log:
        "results/logs/models/{encoder}.log",
    benchmark:
        "results/benchmarks/models/{encoder}.tsv"
    priority: 100
    localrule: True
    conda:
        "../envs/torch.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        recipe=lambda wildcards: recipes.model_recipe(ENCODERS[wildcards.encoder]),
        adapter=lambda wildcards: (
            CONFIG.adapter_of(wildcards.encoder) if wildcards.encoder in MODELS else CONFIG.adapter
        ),
    message:
        "{wildcards.encoder}: checking the model"
    shell:
        launch("""
            --gpus 0 {input.script} \
                --recipe {params.recipe:q} --adapter {params.adapter:q} --out {output:q} >{log:q} 2>&1
            """)
