# Sequential fine-tuning: source adapter, then the target; source 'none' goes straight to the target.
# in:  results/data/{target}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/transfer/{model}/{target}/{source}/seed{seed}.json, results/transfer.tsv


rule run_transfer:
    input:
        get_adapter,
        data=lambda wildcards: get_data(wildcards.target),
        model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
        script=ancient("workflow/scripts/run_transfer.py"),
    output:
        "results/transfer/{model}/{target}/{source}/seed{seed}.json",
    log:
        "results/logs/transfer/{model}/{target}/{source}/seed{seed}.log",
    benchmark:
        "results/benchmarks/transfer/{model}/{target}/{source}/seed{seed}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=12000,
        runtime=720,
    params:
        recipe=lambda wildcards: recipes.transfer_recipe(
            CONFIG, wildcards.model, TASKS[wildcards.target], wildcards.source, int(wildcards.seed)
        ),
        adapters=lambda wildcards: f"results/adapters/{CONFIG.base_of(wildcards.model)}",
        checkpoints="results/checkpoints/transfer+{model}+{target}+{source}+seed{seed}",
    message:
        "{wildcards.source} -> {wildcards.target}: transfer on {wildcards.model}, seed {wildcards.seed}"
    shell:
        """
        python -m intertask.runtime.launch --usage results/benchmarks/transfer/{wildcards.model}/{wildcards.target}/{wildcards.source}/seed{wildcards.seed}.json \
            {input.script} --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
            --adapters {params.adapters:q} --checkpoints {params.checkpoints:q} --out {output:q} >{log:q} 2>&1
        """


rule collect_transfer:
    input:
        get_transfers,
        # whether each transfer was made from today's adapter and data
        adapters=expand("results/adapters/{model}/{source}/metrics.json", model=CONFIG.base_models, source=SOURCES),
        data=expand("results/data/{target}/info.json", target=TARGETS),
        script=ancient("workflow/scripts/collect_transfer.py"),
    output:
        "results/transfer.tsv",
    log:
        "results/logs/transfer.log",
    benchmark:
        "results/benchmarks/transfer.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.transfer_table_recipe(CONFIG),
    message:
        "collecting the transfers"
    shell:
        """
        python {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
        """
