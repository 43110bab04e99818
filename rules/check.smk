# Help before failure: `snakemake check` says whether the run would work, and what is wrong if not (docs/checks.md).
# in:  results/plan/{encoder}.json of bundled models, which takes seconds; of others, where it is there
# out: nothing


rule check:
    input:
        expand("results/plan/{encoder}.json", encoder=[name for name in ENCODERS if ENCODERS[name].path == "bundled"]),
        script=script_file("check.py"),
    log:
        "results/logs/check.log",
    localrule: True
    conda:
        "../envs/torch.yaml"
    params:
        recipe=lambda wildcards: recipes.check_recipe(CONFIG, SETTINGS),
        next=" ".join(
            [
                "snakemake",
                *(
                    ["--configfile", *map(os.path.relpath, workflow.configfiles)]
                    if workflow.overwrite_configfiles
                    else []
                ),
            ]
        ),
    message:
        "will the run work?"
    shell:
        # the log has the problems alone: Snakemake shows it below its own message
        python("""
            {input.script} --recipe {params.recipe:q} --results results --next {params.next:q} 2>{log:q}
            """)
