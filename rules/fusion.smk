# AdapterFusion of the best-ranked sources of a target (docs/adapter-fusion.md); runs only on request.
# in:  results/rankings/{target}.tsv, results/data/{target}/, results/adapters/{model}/{source}/, results/transfer.tsv
# out: results/fusion/{model}/{target}/seed{seed}.json, results/fusion.tsv


include: "helpers/fusion.smk"


rule run_fusion:
    input:
        get_fused_adapters,
        data=lambda wildcards: get_data(wildcards.target),
        model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
        ranking="results/rankings/{target}.tsv",
        script=script_file("run_fusion.py"),
    output:
        "results/fusion/{model}/{target}/seed{seed}.json",
    log:
        "results/logs/fusion/{model}/{target}/seed{seed}.log",
    benchmark:
        "results/benchmarks/fusion/{model}/{target}/seed{seed}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=480),
    params:
        recipe=lambda wildcards: recipes.fusion_recipe(
            CONFIG, wildcards.model, TASKS[wildcards.target], int(wildcards.seed)
        ),
        adapters=lambda wildcards: f"results/adapters/{CONFIG.base_of(wildcards.model)}",
        checkpoints="results/checkpoints/fusion+{model}+{target}+seed{seed}",
    message:
        "{wildcards.target}: AdapterFusion of its best-ranked sources on {wildcards.model}, seed {wildcards.seed}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --adapters {params.adapters:q} --ranking {input.ranking:q} --checkpoints {params.checkpoints:q} \
                --out {output:q} >{log:q} 2>&1
            """)


rule collect_fusion:
    input:
        get_fusions,
        rankings=expand("results/rankings/{target}.tsv", target=TARGETS),
        transfer="results/transfer.tsv",
        # to check that each AdapterFusion was made from the current adapters and data
        adapters=expand("results/adapters/{model}/{source}/metrics.json", model=CONFIG.base_models, source=SOURCES),
        data=expand("results/data/{target}/info.json", target=TARGETS),
        script=script_file("collect_fusion.py"),
    output:
        "results/fusion.tsv",
    log:
        "results/logs/fusion.log",
    benchmark:
        "results/benchmarks/fusion.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.fusion_table_recipe(CONFIG),
    message:
        "comparing AdapterFusion with the single transfers"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)
