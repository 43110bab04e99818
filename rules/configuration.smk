# The library next to these rules, and the files of the configuration, which are checked before Snakemake reads them.
import os
import sys
from pathlib import Path

# The folder of this workflow, wherever it is used from: another folder (-s, --directory) or another workflow (module).
WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).absolute().parent
# If this workflow is used as a module fetched from a repository, the environment must contain the package.
IS_LOCAL = workflow.current_basedir.is_local
if IS_LOCAL:
    # Use the library next to these rules, even if the environment has another version or none.
    sys.path.insert(0, str(WORKFLOW / "src"))

from intertask.console.configuration_files import check_configuration_files
from intertask.errors import IntertaskError


def stop(error):
    """Print the error and end Snakemake. (A WorkflowError would add a line number of this file.)"""
    print(f"Error: {error}", file=sys.stderr, flush=True)
    raise SystemExit(1)


# A file given with --configfile replaces config.yaml: the two are not merged. In a folder without a config.yaml, use
# that of this repository. A workflow that uses this one as a module gives the configuration itself.
CONFIG_FILES = [
    path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    for path in map(Path, workflow.overwrite_configfiles)
] or [Path("config.yaml") if os.path.lexists("config.yaml") else WORKFLOW / "config.yaml"]
if workflow.modifier.skip_configfile:
    CONFIG_FILES = []
try:
    check_configuration_files(CONFIG_FILES)
except IntertaskError as error:
    stop(error)

if not workflow.overwrite_configfiles:

    configfile: "config.yaml" if Path("config.yaml").is_file() else str(WORKFLOW / "config.yaml")
