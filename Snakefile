from snakemake.utils import min_version

min_version("9.27")

# A file given with --configfile stands alone: nothing of the default run is merged into it.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/models.smk"
include: "rules/embeddings.smk"
include: "rules/adapters.smk"
include: "rules/observed.smk" if CONFIG.observed else "rules/transfer.smk"
include: "rules/features.smk"
include: "rules/maps.smk"
include: "rules/gradients.smk"
include: "rules/fewshot.smk"
include: "rules/scores.smk"
include: "rules/rankings.smk"
include: "rules/evaluation.smk"
include: "rules/report.smk"
include: "rules/plan.smk"
include: "rules/check.smk"


# These train on the targets themselves.
if not CONFIG.observed:

    include: "rules/fusion.smk"
    include: "rules/recommend.smk"


rule all:
    default_target: True
    input:
        get_final_output(),
    message:
        "All results are there."


# Before Snakemake looks for a rule that makes it.
if workflow.is_main_process:
    suggest_what_was_meant()
