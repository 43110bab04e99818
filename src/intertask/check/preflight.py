"""Check everything that can be known within seconds, before anything is downloaded or trained."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import Config, Task
from ..costs.estimate import Estimator, cheap_plan, plan
from ..costs.estimate_text import total
from ..costs.speed import read_speed
from ..costs.task_sizes import TaskSize, task_size
from ..data.first_rows import FirstRows
from ..data.prepare import load_info, max_choices, words_per_row
from ..errors import IntertaskError
from ..files import read_json
from ..models.adapters import check_adapter_string
from ..types import get_type
from ..words import count, duration, in_words
from . import machine
from .availability import Availability, Hub, ask_hub, check_model, check_tasks
from .disk import disk_space, parameters

#: Minimum main memory that a training with a small model needs in addition to Snakemake, in bytes.
MIN_MEMORY = 4e9
#: Models with more parameters than this are slow without a GPU.
MAX_PARAMETERS_ON_CPU = 60e6
#: Adapters that need no check, because they are known to work. The check imports a library, which takes seconds.
KNOWN_ADAPTERS = {"seq_bn", "double_seq_bn", "par_bn", "lora", "full"}
#: Number of labels that are listed.
MAX_LABELS = 6


class Check:
    """Checks a configuration and prints what it finds, section by section.

    Args:
        config: The configuration.
        tasks: Name -> task, of all its tasks.
        settings: Settings of a table of imported transfers, or the models.
        results: The results folder.
        from_atlas: Sources that need no data, because the atlas has what the run reads of them.

    Attributes:
        problems: What would make the run fail.
        warnings: What may make the run fail or slow, one or two sentences each.
    """

    def __init__(
        self,
        config: Config,
        tasks: Mapping[str, Task],
        settings: Sequence[str],
        results: Path,
        from_atlas: Sequence[str] = (),
    ):
        self.config, self.settings, self.results, self.from_atlas = config, settings, results, from_atlas
        self.tasks = {name: task for name, task in tasks.items() if name not in from_atlas}
        self.problems: list[IntertaskError] = []
        self.warnings: list[str] = []
        self._sizes: dict[str, TaskSize] = {}
        #: Content of the ``config.json`` of each model; empty if it is not on this machine.
        self._shapes: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        """Check everything."""
        encoders = {n: self.config.models[n] for n in self.config.base_models} | self.config.sentence_encoder
        remote = any(task.data.files is None for task in self.tasks.values())
        remote |= any(model.path != "bundled" and not os.path.exists(model.path) for model in encoders.values())
        self._check_configuration()
        hub = ask_hub(remote)
        self._check_tasks(hub)
        self._check_models(encoders, hub)
        self._check_machine(hub if remote else None)
        self._estimate_time(encoders)

    def _check_configuration(self) -> None:
        config = self.config
        counts = [(config.sources, "source"), (config.targets, "target"), (config.models, "model")]
        counts += [] if config.observed else [(config.seeds, "seed")]
        shown = ", ".join(count(len(items), word) for items, word in counts)
        print(f"\nConfiguration\n  {shown}")
        methods = count(len(config.methods), "ranking method")
        print(f"  {methods}; rankings follow {in_words([repr(method) for method in config.rank_fusion])}")
        if len(config.seeds) == 1 and not config.observed:
            self.warnings.append("Only one seed: gains cannot be told from noise. List at least two under 'seeds'.")

    def _check_tasks(self, hub: Hub) -> None:
        print(f"\nTasks ({len(self.tasks) + len(self.from_atlas)})", flush=True)
        if self.from_atlas:
            number = count(len(self.from_atlas), "source")
            print(f"  {number} from the atlas, which needs no network: {self.config.atlas}")
        prepared = {name for name in self.tasks if (self.results / "data" / name / "info.json").is_file()}
        width = max(map(len, self.tasks))
        found = check_tasks(self.tasks, prepared, hub, self.config.seed)
        for name, task in self.tasks.items():
            availability, info = found[name], None
            if availability.first_rows is not None:
                info = _preliminary_info(task, availability.first_rows)
            elif name in prepared:
                info = load_info(self.results / "data" / name)
            self._sizes[name] = task_size(task, info)
            role = "target" if name in self.config.targets else "source"
            labels = _labels(availability.first_rows)
            details = f"{get_type(task.type).LABEL}; {availability.description}{labels}"
            print(f"  {name:<{width}}  {role}  {details}: {self._verdict(availability)}")

    def _verdict(self, availability: Availability) -> str:
        """Keep the problem and the warning, and return the word that ends the line."""
        if availability.warning:
            self.warnings.append(availability.warning)
        if availability.problem is None:
            return "ok"
        self.problems.append(availability.problem)
        return "PROBLEM"

    def _check_models(self, encoders: Mapping[str, Any], hub: Hub) -> None:
        print("\nModels")
        for adapter in sorted({self.config.adapter_of(name) for name in self.config.base_models} - KNOWN_ADAPTERS):
            try:
                check_adapter_string(adapter)
            except IntertaskError as problem:
                self.problems.append(problem)
        for name, model in encoders.items():
            is_base = name in self.config.models
            types = {task.type for task in self.tasks.values()} if is_base else ()
            availability, self._shapes[name] = check_model(model, hub, sorted(types))
            millions = parameters(self._shapes[name]) / 1e6
            size = f"; {millions:.0f} million parameters" if millions else ""
            role = f"base model with adapter {self.config.adapter_of(name)}" if is_base else "sentence encoder"
            print(f"  {name}: {role}; {availability.description}{size}: {self._verdict(availability)}")

    def _check_machine(self, hub: Hub | None) -> None:
        gpus, memory, disk = machine.gpus(), machine.memory(), machine.free_disk(self.results)
        print("\nThis machine")
        cores = count(machine.cpu_cores(), "CPU core")
        print(f"  {cores}, {memory / 1e9:.0f} GB of memory, {disk / 1e9:,.0f} GB of free disk space")
        print(f"  GPU: {'; '.join(gpus) or 'none'}")
        if hub is not None:
            print(f"  Hugging Face Hub: {hub.described()}")
        if memory < MIN_MEMORY:
            self.warnings.append(f"{memory / 1e9:.1f} GB of memory is little. Run one job at a time: --cores 1.")
        if gpus and machine.torch_is_for_cpus():
            self.warnings.append(
                "This machine has a GPU, but the installed torch is a CPU build. Install the one from PyPI."
            )
        large = [name for name, shape in self._shapes.items() if parameters(shape) > MAX_PARAMETERS_ON_CPU]
        if large and not gpus:
            fix = "To try things out, use the bundled model: 'models: {minilm: bundled}'."
            self.warnings.append(f"Without a GPU, {in_words(large)} will be slow. {fix}")
        needed = disk_space(self.config, self._shapes)
        if needed:
            print(f"  the run will write about {needed / 1e6:,.0f} MB to {self.results}/")
        if needed > disk:
            self.warnings.append(
                f"The run will write about {needed / 1e9:.1f} GB, but only {disk / 1e9:.1f} GB are free."
            )

    def _estimate_time(self, encoders: Mapping[str, Any]) -> None:
        files = {name: self.results / "plan" / f"{name}.json" for name in encoders}
        speeds = {name: read_speed(read_json(path)) if path.is_file() else None for name, path in files.items()}
        print("\nJob time, at most (the sum over all jobs; jobs that run side by side take less wall time)")
        k = min(self.config.recommend.k, len(self.config.sources))
        if self.from_atlas:
            runs = Estimator(self.config, self._sizes, speeds)
            lines = [runs.transfers(m, t, 1 + k) for m in self.config.models for t in self.config.targets]
            seconds, complete = total(lines, "seconds")
            trained = duration(seconds) if complete else "unknown; 'snakemake plan' measures it"
            print(f"  ranking the atlas's sources: about a minute\n  transfers for a recommendation: {trained}")
            return
        lines = plan(self.config, self._sizes, speeds, self.settings)
        seconds, complete = total(lines, "seconds")
        if not complete:
            unknown = [name for name, speed in speeds.items() if speed is None]
            why = "the number of rows of some tasks is unknown"
            if unknown:
                why = f"the speed of {in_words(unknown)} on this machine has not been measured"
            print(f"  unknown, because {why}")
            print("  'snakemake plan' measures the speed and estimates the time (docs/cost.md)")
            return
        print(f"  whole run: {duration(seconds)} ({count(sum(line.jobs for line in lines), 'job')})")
        if not self.config.observed:
            cheap, _ = total(cheap_plan(self.config, self._sizes, speeds, k), "seconds")
            first = "source" if k == 1 else f"{k} sources"
            print(f"  only the rankings, and transfers from the first {first} of each: {duration(cheap)}")
        print("  for each stage: snakemake plan")


def conclusion(check: Check, command: str) -> str:
    """Write the end of the output: the warnings, whether problems were found, and the next command.

    Args:
        check: The finished check.
        command: The command that starts the run.

    Returns:
        The text, without the problems themselves.
    """
    lines = [f"Warning: {warning}" for warning in check.warnings]
    if check.problems:
        lines.append(f"The run would fail: {count(len(check.problems), 'problem')}.")
    else:
        lines.append(f"No problems found. Next: {command}")
    return "\n" + "\n".join(lines) + "\n"


def numbered(problems: Sequence[IntertaskError]) -> str:
    """Write problems as a numbered list: what is wrong, where, and how to fix it.

    Args:
        problems: The problems.
    """
    return "\n\n".join(f"{number}. {problem}" for number, problem in enumerate(problems, 1))


def _preliminary_info(task: Task, first_rows: FirstRows) -> dict[str, Any]:
    """Make the part of ``info.json`` that ``task_size`` reads from the first rows; unknown counts are None."""
    train, validation = first_rows.counts["train"], first_rows.counts.get("validation")
    if train is not None and "validation" not in first_rows.counts:
        validation = round(train * task.data.validation_fraction)
        train -= validation
    rows = {
        "train": _capped(train, task.max_train_examples),
        "validation": _capped(validation, task.max_validation_examples),
    }
    some = first_rows.rows.rows["train"]
    return {"rows": rows, "words": words_per_row(some, task.type), "max_choices": max_choices(some)}


def _capped(rows: int | None, cap: int | None) -> int | None:
    """Limit a number of rows; an unknown number is assumed to reach the cap."""
    return cap if rows is None else min(rows, cap or rows)


def _labels(first_rows: FirstRows | None) -> str:
    """List the first labels of a task of local files."""
    labels = first_rows.rows.labels if first_rows else None
    if not labels:
        return ""
    more = f" and {len(labels) - MAX_LABELS} more" if len(labels) > MAX_LABELS else ""
    return f"; labels {', '.join(map(str, labels[:MAX_LABELS]))}{more}"
