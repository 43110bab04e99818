"""A folder with a copy of the workflow, its own configuration, and Snakemake run in it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import yaml
from forked import snakemake
from paths import ROOT
from tiny_models import small_model

PARTS = ["Snakefile", "rules", "workflow", "envs", "profiles", "data", "tasks"]


class Project:
    """A folder with the workflow and a separate configuration."""

    #: Whether each run is a process that starts with :meth:`command`, rather than a fork.
    starts_anew = False

    def __init__(self, folder: Path, config: dict):
        self.folder, self.config = folder, config
        #: Additional environment variables of its Snakemake.
        self.variables: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / part)
        (folder / "atlas").symlink_to(ROOT / "atlas")  # megabytes
        self.write_config()

    def write_config(self) -> None:
        text = yaml.safe_dump(self.config, sort_keys=False)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("snakemake")), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT / "src")} | self.variables

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake to its end, in a fork that saves the imports, or in a process if Python must start anew."""
        if self.starts_anew or "PYTHONPATH" in self.variables:  # Python reads that variable when it starts
            done = subprocess.run(
                self.command(*arguments), cwd=self.folder, env=self.environment, capture_output=True, text=True
            )
        else:
            done = snakemake(arguments, self.folder, self.environment)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        """Start Snakemake in a separate session. The caller waits for its end.

        Its output is one pipe, unless ``options`` of :class:`subprocess.Popen` say otherwise.
        """
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment, start_new_session=True,
            # Tests that were begun in the background inherit signals that are ignored.
            preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)],
            **output | options,
        )  # fmt: skip

    def planned(self, *arguments: str) -> dict[str, int]:
        """Jobs by rule that a dry run would start, without ``all``; empty: nothing to be done."""
        done = self.run("--dry-run", *arguments)
        output = done.stdout + done.stderr
        table = re.search(r"^Job stats:\njob +count\n[- ]+\n(.*?)^total", output, re.MULTILINE | re.DOTALL)
        if table is None:
            assert "Nothing to be done" in output, output
            return {}
        counts = (line.split() for line in table[1].splitlines() if line.strip())
        return {rule: int(count) for rule, count in counts if rule != "all"}


def small_config(sources: list[str], targets: list[str]) -> dict:
    """A configuration that trains a tiny model for a step or two; its sentence encoder is the bundled one."""
    training = {"learning_rate": 0.001, "epochs": 1, "batch_size": 8}
    return {
        "task_folders": ["tasks/bundled"],
        "sources": sources,
        "targets": targets,
        "models": {"minilm": str(small_model())},
        "seeds": [1, 2],
        "max_train_examples": 24,
        "max_validation_examples": 12,
        "embeddings": {"max_examples": 16},
        "training": {"source": {**training, "dev": "validation"}, "transfer": {**training, "patience": 0}},
    }
