"""A dry run of the paper's experiment: as many jobs as arithmetic says, and no connection to anywhere."""

import os

import pytest
from small_project import ROOT, Project

from intertask.config import load_config, read_yaml

#: Python loads this before anything else. It records every address that a connection is attempted to.
NO_NETWORK = """
import os, socket
connect = socket.socket.connect
def refuse(self, address):
    if self.family != socket.AF_UNIX:
        with open(os.environ["CONNECTIONS"], "a") as file:
            file.write(f"{address}\\n")
        raise ConnectionRefusedError("no network in this test")
    return connect(self, address)
socket.socket.connect = refuse
"""


@pytest.mark.slow
@pytest.mark.parametrize("files", [["paper"], ["paper", "paper-all-models"]], ids=" ".join)
def test_job_counts_are_those_of_arithmetic(files, tmp_path):
    paths = [f"configs/{name}.yaml" for name in files]
    values = {}
    for path in paths:  # as Snakemake joins configuration files
        for key, value in read_yaml(ROOT / path).items():
            values[key] = {**values[key], **value} if isinstance(values.get(key), dict) else value
    if len(files) > 1:
        values["seeds"] = [1]  # eight settings have twenty thousand transfers with all seeds
    config = load_config(values)
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    project = Project(tmp_path / "p", values)
    project.variables = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'src'}", "CONNECTIONS": str(tmp_path / "calls")}
    found = project.planned("results/regret.tsv", "--cores", "8")
    s, t, n = len(config.sources), len(config.targets), len(config.seeds)
    b, m = len(config.base_models), len(config.models)
    full = sum(config.adapter_of(name) == "full" for name in config.base_models)
    expected = {
        "prepare_data": s + t,
        "check_model": b + 1,
        "compute_embeddings": (b + 1) * (s + t),
        "train_adapter": (b - full) * (s + t),
        "train_encoder": full * (s + t),
        "compute_gradients": b * (s + t),
        "compute_fewshot_gradients": b * (s + t),
        "fit_map": b * s,
        "compute_rows": b * t,
        "compute_features": b * t,
        "compute_measures": b * t,
        "run_fewshot": b * t,
        "run_transfer": m * t * (s + 1) * n,
        "compute_scores": m * t,
        "collect_target": m * t,
        "collect_transfer": 1,
        "collect_costs": 1,
        "evaluate_methods": 1,
    }
    assert found == {rule: count for rule, count in expected.items() if count}
    assert (s, t) == (42, 11)
    if files == ["paper"]:
        assert n == 5
        assert sum(found.values()) == 5183  # docs/paper.md
    assert not (tmp_path / "calls").exists(), (tmp_path / "calls").read_text()
