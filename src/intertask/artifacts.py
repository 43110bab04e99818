"""Tables of the steps of the workflow and of the artifacts that ranking methods read.

Rule files, costs, plan, progress and report look rules, files, stages and words up here. The module imports nothing
heavy, because a dry run reads it. ``python -m intertask.costs.artifacts_page`` writes it as docs/artifacts.md.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

#: Source of a transfer that is trained without a source, in paths and tables. No task can have this name.
NO_SOURCE = "none"

#: Stages of a run in the order of the work: lines of the progress display and of the plan.
STAGES = (
    "data and models",
    "embeddings",
    "source training",
    "features",
    "few-shot runs",
    "gradients",
    "maps",
    "transfers",
    "scores and tables",
)


class Step(NamedTuple):
    """One step of the workflow.

    Attributes:
        name: Its name in ``costs.tsv`` and its folder under ``results/`` and ``results/benchmarks/``.
        stage: One of :data:`STAGES`.
        label: Its name in figures and pages.
        rules: Snakemake rules that do it.
    """

    name: str
    stage: str
    label: str
    rules: tuple[str, ...]


#: In the order of the work. Rules that are not listed make tables and pages within seconds.
STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("data", "data and models", "preparing data", ("prepare_data",)),
        Step("models", "data and models", "checking models", ("check_model",)),
        Step("plan", "data and models", "measuring speed", ("calibrate_model",)),
        Step("observed", "data and models", "reading imported transfers", ("import_transfer",)),
        Step("embeddings", "embeddings", "embedding texts", ("compute_embeddings",)),
        Step("adapters", "source training", "source training", ("train_adapter", "train_encoder", "fetch_adapter")),
        Step("rows", "features", "features, base model", ("compute_rows",)),
        Step("features", "features", "features, each source's adapter", ("compute_features",)),
        Step("measures", "features", "measures of the sources' adapters", ("compute_measures",)),
        Step("fewshot", "few-shot runs", "few-shot runs", ("run_fewshot",)),
        Step("gradients", "gradients", "Fisher embeddings", ("compute_gradients",)),
        Step("fewshot_gradients", "gradients", "Fisher embeddings, few steps", ("compute_fewshot_gradients",)),
        Step("maps", "maps", "embedding space maps", ("fit_map",)),
        Step("transfer", "transfers", "transfers", ("run_transfer", "run_transfers")),
        Step("candidates", "transfers", "recommendation runs", ("run_candidate",)),
        Step("fusion", "transfers", "AdapterFusion", ("run_fusion",)),
        Step("scores", "scores and tables", "scoring sources", ("compute_scores",)),
    )
}


class Artifact(NamedTuple):
    """The files that one rule makes for every task, source or target if some method reads them.

    Attributes:
        name: The word in ``@method(reads=...)``.
        step: One of :data:`STEPS`.
        label: Its description in the tables of the docs.
        per: For which tasks of a target's ranking it is made: the target, each source, or both.
        path: The file, with the fields ``model`` and one of ``task``, ``source`` and ``target``. Empty for the two
            artifacts whose files depend on the configuration: ``weights`` (by the kind of adapter) and ``history``.
        encoder: Which model makes it: the base model or the sentence encoder.
        of_past: Whether methods that read ``history`` also need it for the targets of past transfers.
        adapters: Tasks whose adapters must be trained first: none, the sources, or the sources and the target.
        needs: Names of artifacts that must be made first.
    """

    name: str
    step: str
    label: str
    per: Literal["task", "source", "target"]
    path: str = ""
    encoder: Literal["base", "sentence"] = "base"
    of_past: bool = False
    adapters: Literal["none", "pool", "all"] = "none"
    needs: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """Snakemake rule that makes it; empty for ``history``, which earlier runs made."""
        return STEPS[self.step].rules[0] if self.step else ""

    @property
    def stage(self) -> str:
        """Name of its stage in the progress display and in the plan; empty for ``history``."""
        return STEPS[self.step].stage if self.step else ""

    def tasks(self, pool: Iterable[str], target: str, past: Iterable[str] = ()) -> list[str]:
        """List the tasks for which it is made when the sources of one target are ranked.

        Args:
            pool: The target's sources.
            target: The target.
            past: Targets of past transfers, where a method reads ``history``.
        """
        tasks = {"source": [*pool], "target": [target], "task": [*pool, target]}[self.per]
        return list(dict.fromkeys([*tasks, *(past if self.of_past else [])]))

    def trained(self, pool: Iterable[str], target: str) -> list[str]:
        """List the tasks whose adapters must be trained before it is made."""
        return {"none": [], "pool": [*pool], "all": [*pool, target]}[self.adapters]

    def files(self, model: str, tasks: Iterable[str]) -> list[str]:
        """List its files for the tasks, made by ``model``; none if they depend on the configuration."""
        return [self.path.format(model=model, **{self.per: task}) for task in tasks] if self.path else []


def _safetensors(folder: str) -> str:
    return f"results/{folder}/{{model}}/{{target}}.safetensors"


def _npz(folder: str, per: str = "task") -> str:
    return f"results/{folder}/{{model}}/{{{per}}}.npz"


#: By the word that methods use, in the order in which methods list them.
ARTIFACTS: Mapping[str, Artifact] = {
    artifact.name: artifact
    for artifact in (
        Artifact("base", "embeddings", "text embeddings by the base model", "task", _npz("embeddings"), of_past=True),
        Artifact(
            "sentence",
            "embeddings",
            "text embeddings by the sentence encoder",
            "task",
            _npz("embeddings"),
            encoder="sentence",
            of_past=True,
        ),
        Artifact("rows", "rows", "features of the target's rows under the base model", "target", _safetensors("rows")),
        Artifact(
            "features",
            "features",
            "features of the target's rows under each source's adapter",
            "target",
            _safetensors("features"),
            adapters="pool",
            needs=("rows",),
        ),
        Artifact(
            "maps",
            "maps",
            "embedding space maps of the sources",
            "source",
            _npz("maps", "source"),
            adapters="pool",
            needs=("rows",),
        ),
        Artifact(
            "gradients",
            "gradients",
            "Fisher embeddings of the trained adapters",
            "task",
            _npz("gradients"),
            adapters="all",
        ),
        Artifact(
            "fewshot_gradients",
            "fewshot_gradients",
            "Fisher embeddings after a few steps of training",
            "task",
            _npz("fewshot_gradients"),
        ),
        Artifact("weights", "adapters", "weights of the trained adapters", "task", adapters="all"),
        Artifact(
            "fewshot",
            "fewshot",
            "few-shot runs from each source's adapter",
            "target",
            "results/fewshot/{model}/{target}.tsv",
            adapters="pool",
        ),
        Artifact("history", "", "past transfers to other targets", "target"),
    )
}


def stage_of(rule: str) -> str:
    """Return the stage of a rule. Rules without a step make tables and pages.

    Args:
        rule: Name of a rule. A workflow that uses this one as a module may put a prefix before it, as in
            ``intertask_run_transfer``. Rules that differ in their sources end with a number, as ``run_transfers_2``.

    Returns:
        One of :data:`STAGES`.
    """
    rule = rule.rstrip("0123456789").removesuffix("_")
    rules = [(name, step.stage) for step in STEPS.values() for name in step.rules]
    return next((stage for name, stage in rules if f"_{rule}".endswith(f"_{name}")), STAGES[-1])
