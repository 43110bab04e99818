# Installs this package into the new environment. Snakemake copies the YAML file elsewhere before using it, so a
# relative "-e .." in that file would not find the package. This script runs in the folder that holds the Snakefile.
set -e
python -m pip install --no-deps --no-build-isolation -e .
