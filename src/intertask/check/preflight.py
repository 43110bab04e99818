"""Will the run work? Everything that can be known in seconds, before anything is downloaded or trained."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import Config, Task
from ..costs.estimate import cheap_plan, plan
from ..costs.estimate_text import total
from ..costs.speed import read_speed
from ..costs.task_sizes import TaskSize, task_size
from ..data.prepare import load_info, max_choices, words_per_row
from ..errors import IntertaskError
from ..files import read_json
from ..models.adapters import check_adapter_string
from ..words import count, duration, in_words
from . import machine as machine
from .availability import Hub, Looked, ask_hub, look_at_model, look_at_tasks

#: Less main memory than this is too little for a training with a small model beside Snakemake.
LEAST_MEMORY = 4e9
#: More parameters than this are slow without a GPU.
SLOW_ON_CPU = 60e6
#: Adapters that are known to be known.
USUAL = {"seq_bn", "double_seq_bn", "par_bn", "lora", "full"}
#: Labels that are named.
MOST_LABELS = 6


class Check:
    """One check of a configuration; printing goes along with it.

    Attributes:
        problems: What would make the run fail.
        warnings: What may, or will be slow.
    """

    def __init__(self, config: Config, tasks: Mapping[str, Task], settings: Sequence[str], results: Path):
        self.config, self.tasks, self.settings, self.results = config, tasks, settings, results
        self.problems: list[IntertaskError] = []
        self.warnings: list[str] = []
        self.sizes: dict[str, TaskSize] = {}
        #: ``config.json`` of each model that lies on this machine.
        self.shapes: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        """Look at everything, and print section by section."""
        self._configuration()
        encoders = {n: self.config.models[n] for n in self.config.base_models} | self.config.sentence_encoder
        remote = any(task.data.files is None for task in self.tasks.values())
        remote |= any(model.path != "bundled" and not Path(model.path).exists() for model in encoders.values())
        hub = ask_hub(remote)
        self._tasks(hub)
        self._models(encoders, hub)
        self._machine(hub, remote)
        self._time(encoders)

    def _configuration(self) -> None:
        config = self.config
        counts = [(config.sources, "source"), (config.targets, "target"), (config.models, "model")]
        counts += [] if config.observed else [(config.seeds, "seed")]
        said = ", ".join(count(len(of), word) for of, word in counts)
        methods = count(len(config.methods), "method")
        print(f"\nConfiguration\n  {said}; {methods}, rankings by {in_words(config.rank_fusion)}")
        if len(config.seeds) == 1 and not config.observed:
            self.warnings.append("One seed: nobody can tell gains from noise. Two or more under 'seeds' can.")

    def _tasks(self, hub: Hub) -> None:
        print(f"\nTasks ({len(self.tasks)})", flush=True)
        prepared = {name for name in self.tasks if (self.results / "data" / name / "info.json").is_file()}
        width = max(map(len, self.tasks))
        found = look_at_tasks(self.tasks, prepared, hub)
        for name, task in self.tasks.items():
            looked, info = found[name], None
            role = "target" if name in self.config.targets else "source"
            if looked.head is not None:
                info = _info(task, looked)
            elif name in prepared:
                info = load_info(self.results / "data" / name)
            self.sizes[name] = task_size(task, info)
            self._note(looked)
            mark = "PROBLEM" if looked.problem else "ok"
            print(f"  {name:<{width}}  {role}  {task.type.replace('_', ' ')}; {looked.words}{_labels(looked)}: {mark}")

    def _note(self, looked: Looked) -> None:
        if looked.problem is not None:
            self.problems.append(looked.problem)
        if looked.warning:
            self.warnings.append(looked.warning)

    def _models(self, encoders: Mapping[str, Any], hub: Hub) -> None:
        print("\nModels")
        for adapter in sorted({self.config.adapter_of(name) for name in self.config.base_models} - USUAL):
            try:
                check_adapter_string(adapter)  # imports the adapters library, which takes seconds
            except IntertaskError as problem:
                self.problems.append(problem)
        for name, model in encoders.items():
            looked, self.shapes[name] = look_at_model(model, hub)
            self._note(looked)
            shape = self.shapes[name]
            size = f"; {_parameters(shape) / 1e6:.0f} million parameters" if _parameters(shape) else ""
            adapter = (
                f"; adapter {self.config.adapter_of(name)}" if name in self.config.models else "; sentence encoder"
            )
            print(f"  {name}: {looked.words}{size}{adapter}: {'PROBLEM' if looked.problem else 'ok'}")

    def _machine(self, hub: Hub, remote: bool) -> None:
        cards, memory, disk = machine.gpus(), machine.memory(), machine.free_disk(self.results)
        print("\nThis machine")
        print(
            f"  {machine.processors()} processors, {memory / 1e9:.0f} GB of memory, {disk / 1e9:,.0f} GB of free disk"
        )
        print(f"  {'; '.join(cards) if cards else 'no GPU'}")
        if remote:
            print(f"  Hugging Face hub: {hub.described()}")
        if memory < LEAST_MEMORY:
            self.warnings.append(f"{memory / 1e9:.1f} GB of memory are little: use --cores 1.")
        if cards and machine.torch_is_for_cpus():
            self.warnings.append("There is a GPU, but this torch is built for CPUs: install PyPI's.")
        large = [name for name, shape in self.shapes.items() if _parameters(shape) > SLOW_ON_CPU]
        if large and not cards:
            self.warnings.append(
                f"Without a GPU {', '.join(large)} will be slow; 'models: {{minilm: bundled}}' is for trying."
            )
        needed = self._disk()
        if needed:
            print(f"  the run writes about {needed / 1e6:,.0f} MB under {self.results}/")
        if needed > disk:
            self.warnings.append(f"The run writes about {needed / 1e9:.1f} GB, and {disk / 1e9:.1f} GB are free.")

    def _disk(self) -> float:
        """Bytes of adapters, embeddings and features, where the models' sizes are known; else 0."""
        config, whole = self.config, 0.0
        for name in config.base_models:
            shape = self.shapes.get(name) or {}
            hidden, layers = shape.get("hidden_size", 0), shape.get("num_hidden_layers", 0)
            if not hidden:
                return 0.0
            # a bottleneck of a sixteenth and a head; or all of the encoder
            one = _parameters(shape) if config.adapter_of(name) == "full" else layers * hidden**2 / 4 + hidden**2
            whole += 4 * len(config.sources) * (one if not config.observed else 0)
            whole += 4 * hidden * (len(self.tasks) * config.embeddings.max_examples)
            if any(method in config.methods for method in ("logme", "knn", "linear", "ridge", "h-score", "leep")):
                whole += 4 * hidden * len(config.targets) * len(config.sources) * config.features.max_examples
        return whole

    def _time(self, encoders: Mapping[str, Any]) -> None:
        speeds = {}
        for name in encoders:
            path = self.results / "plan" / f"{name}.json"
            speeds[name] = read_speed(read_json(path)) if path.is_file() else None
        print("\nTime, at most, on one device (all jobs one after another)")
        lines = plan(self.config, self.sizes, speeds, self.settings)
        seconds, whole = total(lines, "seconds")
        if not whole:
            unknown = [name for name, speed in speeds.items() if speed is None]
            why = (
                f"the speed of {', '.join(unknown)} has not been measured here"
                if unknown
                else "rows of tasks are unknown"
            )
            print(f"  not known: {why}; 'snakemake plan' measures and says it (docs/cost.md)")
            return
        print(f"  the whole run, {sum(line.jobs for line in lines):,} jobs: {duration(seconds)}")
        if not self.config.observed:
            k = min(self.config.recommend.k, len(self.config.sources))
            cheap, _ = total(cheap_plan(self.config, self.sizes, speeds, k), "seconds")
            print(f"  rankings, and transfers from the first {k} sources only: {duration(cheap)}")
        print("  stage by stage: snakemake plan")


def _info(task: Task, looked: Looked) -> dict[str, Any]:
    """What ``task_size`` reads, as far as the first rows tell; rows of files that were not read whole stay unknown."""
    head = looked.head
    train, validation = head.counts["train"], head.counts.get("validation")
    if train is not None and "validation" not in head.counts:
        validation = round(train * task.data.validation_fraction)
        train -= validation
    rows = {
        "train": _capped(train, task.max_train_examples),
        "validation": _capped(validation, task.max_validation_examples),
    }
    some = head.rows.rows["train"]
    return {"rows": rows, "words": words_per_row(some, task.type), "max_choices": max_choices(some)}


def _capped(count: int | None, cap: int | None) -> int | None:
    return cap if count is None else min(count, cap or count)


def _labels(looked: Looked) -> str:
    labels = looked.head.rows.labels if looked.head else None
    if not labels:
        return ""
    more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
    return f"; labels {', '.join(map(str, labels[:MOST_LABELS]))}{more}"


def _parameters(shape: Mapping[str, Any]) -> float:
    """About how many an encoder has, by its ``config.json``; 0 where nobody knows."""
    hidden, layers = shape.get("hidden_size", 0), shape.get("num_hidden_layers", 0)
    return 12 * layers * hidden**2 + shape.get("vocab_size", 0) * hidden


def conclusion(check: Check, command: str) -> str:
    """What a person should know in the end; the problems themselves stand elsewhere."""
    lines = [f"Mind: {warning}" for warning in check.warnings]
    if check.problems:
        lines.append(f"The run would fail: {count(len(check.problems), 'problem')}.")
    else:
        lines.append(f"Nothing stands in the way. Next: {command}")
    return "\n" + "\n".join(lines) + "\n"


def listed(problems: Sequence[IntertaskError]) -> str:
    """One block each: what, where, what to do."""
    return "\n\n".join(f"{number}. {problem}" for number, problem in enumerate(problems, 1))
