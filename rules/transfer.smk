# Transfers: fine-tuning on the target from a source adapter or, for the source `none`, from the base model.
# in:  results/data/{target}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/transfer/{model}/{target}/{source}/seed{seed}.json, results/transfer/{model}/{target}.tsv,
#      results/transfer.tsv
include: "helpers/transfers.smk"


rule run_transfer:
    input:
        get_adapter,
        data=lambda wildcards: get_data(wildcards.target),
        model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
        script=script_file("run_transfer.py"),
    output:
        # The job keeps a result that has the same recipe and was made from the same files.
        update("results/transfer/{model}/{target}/{source}/seed{seed}.json"),
    log:
        "results/logs/transfer/{model}/{target}/{source}/seed{seed}.log",
    benchmark:
        "results/benchmarks/transfer/{model}/{target}/{source}/seed{seed}.tsv"
    wildcard_constraints:
        model=any_of(model for model in MODELS if model not in TRAINED_TOGETHER),
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


# With `train_together`, a job makes the results of several sources. The rules differ in the sources.
for NUMBER, (GROUP, THEIR_TARGETS) in enumerate(get_groups(), 1):

    rule:
        name:
            f"run_transfers_{NUMBER}"
        input:
            get_adapters_of(GROUP),
            data=lambda wildcards: get_data(wildcards.target),
            model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
            script=script_file("run_transfers.py"),
        output:
            # The job keeps results that have the same recipe and were made from the same files.
            update(
                expand("results/transfer/{{model}}/{{target}}/{source}/seed{{seed}}.json", source=GROUP),
            ),
        log:
            f"results/logs/transfer/{{model}}/{{target}}/together{NUMBER}/seed{{seed}}.log",
        benchmark:
            f"results/benchmarks/transfer/{{model}}/{{target}}/together{NUMBER}/seed{{seed}}.tsv"
        wildcard_constraints:
            model=any_of(TRAINED_TOGETHER),
            target=any_of(THEIR_TARGETS),
        conda:
            "../envs/torch.yaml"
        resources:
            **gpu_job(megabytes=12000, minutes=480),
        params:
            # The recipe of the transfer from no source. The others differ from it only in the source.
            recipe=lambda wildcards: recipes.transfer_recipe(
                CONFIG, wildcards.model, TASKS[wildcards.target], "none", int(wildcards.seed)
            ),
            sources=",".join(GROUP),
            adapters=lambda wildcards: f"results/adapters/{CONFIG.base_of(wildcards.model)}",
            checkpoints=f"results/checkpoints/transfers{NUMBER}+{{model}}+{{target}}+seed{{seed}}",
            transfers="transfer/{model}/{target}",
        message:
            f"{len(GROUP)} sources -> {{wildcards.target}}: transfers on {{wildcards.model}}, seed {{wildcards.seed}}"
        shell:
            launch("""
                --gpus {resources.gpu} {input.script} \
                    --recipe {params.recipe:q} --sources {params.sources:q} --data $(dirname {input.data[0]:q}) \
                    --model {input.model:q} --adapters {params.adapters:q} --checkpoints {params.checkpoints:q} \
                    --out results/{params.transfers:q} --benchmarks results/benchmarks/{params.transfers:q} \
                    >{log:q} 2>&1
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
