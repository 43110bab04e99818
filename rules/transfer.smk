# Transfers: fine-tuning on the target from a source adapter or, for the source `none`, from the base model.
# in:  results/data/{target}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/transfer/{model}/{target}/{source}/seed{seed}.json, results/transfer/{model}/{target}.tsv,
#      results/transfer.tsv


rule run_transfer:
    input:
        get_adapter,
        data=lambda wildcards: get_data(wildcards.target),
        model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
        script=script_file("run_transfer.py"),
    output:
        "results/transfer/{model}/{target}/{source}/seed{seed}.json",
    log:
        "results/logs/transfer/{model}/{target}/{source}/seed{seed}.log",
    benchmark:
        "results/benchmarks/transfer/{model}/{target}/{source}/seed{seed}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=480),
    params:
        recipe=lambda wildcards: recipes.transfer_recipe(
            CONFIG, wildcards.model, TASKS[wildcards.target], wildcards.source, int(wildcards.seed)
        ),
        adapters=lambda wildcards: f"results/adapters/{CONFIG.base_of(wildcards.model)}",
        checkpoints="results/checkpoints/transfer+{model}+{target}+{source}+seed{seed}",
    message:
        "{wildcards.source} -> {wildcards.target}: transfer on {wildcards.model}, seed {wildcards.seed}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --adapters {params.adapters:q} --checkpoints {params.checkpoints:q} --out {output:q} >{log:q} 2>&1
            """)


# One small table per target, so that methods that learn from transfers to other targets read few files.
rule collect_target:
    input:
        lambda wildcards: get_transfers_to([wildcards.target], [wildcards.model]),
        # to check that each transfer was made from the current adapter and data
        adapters=get_pool_adapters,
        data="results/data/{target}/info.json",
        script=script_file("collect_target.py"),
    output:
        "results/transfer/{model}/{target}.tsv",
    log:
        "results/logs/transfer/{model}/{target}.log",
    benchmark:
        "results/benchmarks/transfer/{model}/{target}.tsv"
    # Collect transfers as soon as possible, because scores may wait for them.
    priority: 20
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.target_table_recipe(CONFIG, wildcards.model, wildcards.target),
    message:
        "{wildcards.target}: collecting its transfers on {wildcards.model}"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)


rule collect_transfer:
    input:
        get_target_tables(TARGETS),
        script=script_file("collect_transfer.py"),
    output:
        report(
            "results/transfer.tsv",
            caption="../workflow/report/transfer.rst",
            category="Tables",
            labels={"table": "transfer"},
        ),
    log:
        "results/logs/transfer.log",
    benchmark:
        "results/benchmarks/transfer.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.transfer_table_recipe(CONFIG),
    message:
        "collecting the transfers"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)
