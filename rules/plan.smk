# Cost before it starts: `snakemake plan` prints how many jobs, examples and device-hours each stage takes (docs/cost.md).
# in:  results/plan/{encoder}.json; results/data/{task}/info.json, where it is there
# out: results/plan.tsv, which is no declared output: rows of tasks become known as data comes, so it is always made anew
import platform


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
        # on another machine it is measured again
        recipe=lambda wildcards: recipes.calibration_recipe(CONFIG, TASKS, wildcards.encoder, platform.node()),
    message:
        "{wildcards.encoder}: measuring how fast it is here"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --out {output:q} >{log:q} 2>&1
            """)


rule plan:
    input:
        expand("results/plan/{encoder}.json", encoder=ENCODERS),
        # Rows of one's own files are counted, which takes no network; those of other tasks are read if they are there.
        expand("results/data/{task}/info.json", task=[name for name, task in TASKS.items() if task.data.files]),
        script=script_file("make_plan.py"),
    log:
        "results/logs/plan.log",
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.plan_recipe(CONFIG, TASKS, SETTINGS),
    message:
        "what the whole run would take"
    shell:
        python("""
            {input.script} --recipe {params.recipe:q} --results results --table results/plan.tsv 2>&1 | tee {log:q}
            """)
