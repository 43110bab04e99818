"""Tables of transfers on disk, and what is imported from them."""

import pytest
from transfer_tables import HEADER, config

from intertask.transfers import import_observed


@pytest.fixture
def write(tmp_path):
    def table(rows, header=HEADER, name="table.tsv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *(row.replace(" ", "\t") for row in rows)]) + "\n", encoding="utf-8")
        return path

    return table


@pytest.fixture
def imported(write):
    def run(rows, sources=("a", "b"), targets=("t",), **observed):
        return import_observed(config(write(rows), **observed), list(sources), list(targets))

    return run
