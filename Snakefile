# The workflow: which source datasets to train on before a target task, and how good each ranking method is.
include: "rules/workflow.smk"


rule all:
    input:
        get_final_output(),
    message:
        "All results are complete."


include: "rules/helpers/command_line.smk"
