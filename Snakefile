# The workflow is in workflow/Snakefile, where modules and the Snakemake workflow catalog look for it.
include: "workflow/Snakefile"
