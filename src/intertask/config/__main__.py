"""Write the JSON schemas of config.yaml and of a task's YAML file: ``python -m intertask.config schemas``."""

import argparse

from ..files import write_text
from . import export_schemas


def main() -> None:
    """Write one schema file for each model into the folder that the command line names."""
    parser = argparse.ArgumentParser(description="Write the JSON schemas of config.yaml and of a task's YAML.")
    parser.add_argument("folder", help="folder of the schemas, for example schemas")
    for path, schema in export_schemas(parser.parse_args().folder).items():
        write_text(path, schema)


if __name__ == "__main__":
    main()
