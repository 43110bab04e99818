# Snakemake copies the YAML away before use, so a relative "-e .." in it would not find this package;
# this script runs in the new environment, in the folder that holds the Snakefile.
set -e
python -m pip install --no-deps --no-build-isolation -e .
