# Rows of each task in canonical columns.
# in:  files or Hub dataset named in the task's YAML
# out: results/data/{task}/train.parquet, validation.parquet, info.json


rule prepare_data:
    input:
        get_files,
        script=script_file("prepare_data.py"),
    output:
        "results/data/{task}/train.parquet",
        "results/data/{task}/validation.parquet",
        info="results/data/{task}/info.json",
    log:
        "results/logs/data/{task}.log",
    benchmark:
        "results/benchmarks/data/{task}.tsv"
    wildcard_constraints:
        task=any_of(COMPUTED),
    # Check every task before anything is trained.
    priority: 100
    localrule: True
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        recipe=lambda wildcards: recipes.data_recipe(CONFIG, TASKS[wildcards.task]),
    message:
        "{wildcards.task}: preparing data"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --out $(dirname {output.info:q}) >{log:q} 2>&1
            """)
