# `snakemake check` finds out within seconds whether the run will work, and explains each problem (docs/checks.md).
# in:  results/plan/{encoder}.json of bundled models, measured within seconds; those of other models if they exist
# out: no file


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
        recipe=lambda wildcards: recipes.check_recipe(CONFIG, SETTINGS, UNPACKED),
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
        "checking whether the run will work"
    shell:
        # The log holds only the problems, because Snakemake prints it below its own message.
        python("""
            {input.script} --recipe {params.recipe:q} --results results --next {params.next:q} 2>{log:q}
            """)
