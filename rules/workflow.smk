# Includes all rule files; each of the two Snakefiles adds its default target.
from snakemake.utils import min_version

min_version("9.27")  # pyproject.toml also requires: below 10


include: "configuration.smk"
include: "common.smk"
include: "data.smk"
include: "unpack.smk"
include: "models.smk"
include: "embeddings.smk"
include: "adapters.smk"
include: "observed.smk" if CONFIG.observed else "transfer.smk"
include: "features.smk"
include: "measures.smk"
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

    # A run that reads an atlas does not make one.
    if CONFIG.atlas is None:

        include: "atlas.smk"


include: "helpers/final_output.smk"
