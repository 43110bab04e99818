# The workflow: which source datasets to train on before a target task, and how good each ranking method is.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")  # pyproject.toml also says: below 10

# A file given with --configfile stands alone: nothing of the default run is merged into it.
if not workflow.overwrite_configfiles:

    # In a folder without a configuration, the bundled example runs.
    HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))

    configfile: "config.yaml" if Path("config.yaml").is_file() else str(HERE / "config.yaml")


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


include: "rules/helpers/final_output.smk"


rule all:
    default_target: True
    input:
        get_final_output(),
    message:
        "All results are there."


include: "rules/helpers/command_line.smk"
