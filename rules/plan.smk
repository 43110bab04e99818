# `snakemake plan` prints how many jobs, examples and hours of job time each stage of the run will take (docs/cost.md).
# in:  results/plan/{encoder}.json, the measured speed of each model; results/data/{task}/info.json of local files
# out: results/plan.tsv, results/plan.txt
import platform


include: "helpers/plan.smk"


rule calibrate_model:
    input:
        lambda wildcards: get_local_files(ENCODERS[wildcards.encoder]),
        script=script_file("calibrate_model.py"),
    output:
        "results/plan/{encoder}.json",
    log:
        "results/logs/plan/{encoder}.log",
    benchmark:
        "results/benchmarks/plan/{encoder}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=8000, minutes=30),
    params:
        # The recipe contains the name of the machine, so that each machine has its own measurement.
        recipe=lambda wildcards: recipes.calibration_recipe(
            CONFIG, TASKS, wildcards.encoder, platform.node(), FAILED_ATTEMPTS[wildcards.encoder]
        ),
    message:
        "{wildcards.encoder}: measuring its speed on this machine"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --out {output:q} >{log:q} 2>&1
            """)


rule make_plan:
    input:
        expand("results/plan/{encoder}.json", encoder=ENCODERS),
        # Count the rows of local files, which needs no network.
        expand("results/data/{task}/info.json", task=[name for name, task in TASKS.items() if task.data.files]),
        script=script_file("make_plan.py"),
    output:
        table="results/plan.tsv",
        text="results/plan.txt",
    log:
        "results/logs/plan.log",
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.plan_recipe(CONFIG, TASKS, SETTINGS),
        prepared=get_prepared_tasks,
    message:
        "estimating what the whole run will take"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --table {output.table:q} --text {output.text:q} \
                >{log:q} 2>&1
            """)


rule plan:
    input:
        rules.make_plan.output.text,
    log:
        "results/logs/plan_shown.log",
    localrule: True
    conda:
        "../envs/tables.yaml"
    message:
        "printing what the whole run will take"
    shell:
        "cat {input:q} | tee {log:q}"
