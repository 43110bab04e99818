# Includes all rule files; each of the two Snakefiles adds its default target.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")  # pyproject.toml also requires: below 10

# A file given with --configfile replaces config.yaml: the two are not merged.
if not workflow.overwrite_configfiles:

    # In a folder without a config.yaml, use that of this repository.
    HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))

    configfile: "config.yaml" if Path("config.yaml").is_file() else str(HERE.parent / "config.yaml")


include: "common.smk"
include: "data.smk"
include: "models.smk"
include: "embeddings.smk"
include: "adapters.smk"
include: "observed.smk" if CONFIG.observed else "transfer.smk"
include: "features.smk"
include: "gradients.smk"
include: "maps.smk"
include: "fewshot.smk"
include: "scores.smk"
include: "rankings.smk"
include: "evaluation.smk"
include: "report.smk"
include: "plan.smk"
include: "check.smk"


# These rules train on targets, which runs with imported transfers do not.
if not CONFIG.observed:

    include: "fusion.smk"
    include: "recommend.smk"


include: "helpers/final_output.smk"
