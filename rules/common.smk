# Configuration, wildcard constraints, file names, and the evidence that methods read, for all rule files.
import re
from functools import cache

from intertask import recipes
from intertask.artifacts import ARTIFACTS
from intertask.config import load_config
from intertask.config.families import read_families, relatives_of
from intertask.config.task_registry import check_files, configured_tasks
from intertask.execution.locks import announce_presence
from intertask.methods.declarations import get_declaration
from intertask.models.adapters import FULL, can_train_together, weight_files
from intertask.reporting.provenance import announce_command
from intertask.transfers import observed_settings

announce_presence(main=workflow.is_main_process)
if workflow.is_main_process:
    announce_command(sys.argv[1:], CONFIG_FILES or workflow.configfiles)

try:
    CONFIG = load_config(
        config,
        ", ".join(map(str, CONFIG_FILES or workflow.configfiles)) or "config.yaml",
        CONFIG_FILES,
        workflow.config_settings.config,
        WORKFLOW,
    )
    TASKS = configured_tasks(CONFIG, WORKFLOW)
    check_files(TASKS)
    # Artifacts that the methods read.
    READS = {artifact for name in CONFIG.methods for artifact in get_declaration(name).reads}
    # Base models, or the settings of a table of imported transfers.
    SETTINGS = observed_settings(CONFIG.observed) if CONFIG.observed else list(CONFIG.models)
except IntertaskError as error:
    stop(error)

# Imported transfers may be to tasks that the configuration does not list.
FAMILY_FOLDERS = [*CONFIG.task_folders, *sorted((WORKFLOW / "tasks").iterdir())]
IMPORTED = CONFIG.observed is not None or isinstance(CONFIG.history, list)
FAMILIES = read_families(FAMILY_FOLDERS if IMPORTED and "history" in READS else [])
for task in TASKS.values():
    if task.family is not None:
        FAMILIES.setdefault(task.name, set()).add(task.family)

SOURCES, TARGETS, MODELS = CONFIG.sources, CONFIG.targets, list(CONFIG.models)
SENTENCE_ENCODER = next(iter(CONFIG.sentence_encoder))
# Models with `like` share the weights, adapters and features of another model.
ENCODERS = {name: CONFIG.models[name] for name in CONFIG.base_models} | CONFIG.sentence_encoder


include: "helpers/jobs.smk"
include: "helpers/atlas.smk"
include: "helpers/measures.smk"


def any_of(names):
    """Return a wildcard pattern that matches any of the names; without names, it matches nothing."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    task=any_of(CONFIG.all_tasks),
    # Targets too, because TaskEmb and adapter-weights compare adapters of sources and targets.
    source=any_of([*CONFIG.all_tasks, "none"]),
    target=any_of(TARGETS),
    model=any_of(MODELS),
    setting=any_of(SETTINGS),
    encoder=any_of(ENCODERS),
    seed=r"\d+",


def get_local_files(model):
    """Return the files of a model folder, so that changes are noticed; none for the bundled model and for Hub ids."""
    folder = Path(model.path)
    return sorted(str(path) for suffix in ("json", "safetensors") for path in folder.glob(f"*.{suffix}"))


def get_files(wildcards):
    files = TASKS[wildcards.task].data.files
    return [] if files is None else [*files.train, *(files.validation or [])]


@cache
def get_data(task):
    return expand(rules.prepare_data.output, task=task)


@cache
def get_weights(model, source):
    files = [*weight_files(CONFIG.adapter_of(model)), "metrics.json"]
    if source in UNPACKED:
        files = SHIPPED_FILES
    return expand("results/adapters/{model}/{source}/{file}", model=CONFIG.base_of(model), source=source, file=files)


def get_adapter(wildcards):
    check_shipped(wildcards.source)
    return [] if wildcards.source == "none" else get_weights(wildcards.model, wildcards.source)


def get_transfers_to(targets, models=MODELS):
    sources = {target: ["none", *CONFIG.pool(target)] for target in targets}
    return [
        path
        for model in models
        for target in targets
        for path in expand(
            rules.run_transfer.output, model=model, target=target, source=sources[target], seed=CONFIG.seeds
        )
    ]


def get_target_tables(targets):
    return expand(rules.collect_target.output, model=MODELS, target=targets)


def get_metrics_of(model, sources):
    """Return ``metrics.json`` of the sources' adapters; it changes whenever the weights do."""
    return expand("results/adapters/{model}/{source}/metrics.json", model=CONFIG.base_of(model), source=sources)


def get_pool_adapters(wildcards):
    return get_metrics_of(wildcards.model, CONFIG.pool(wildcards.target))


def get_base_model(setting):
    """Return the base model whose artifacts a setting uses; for imported transfers, the first model."""
    return CONFIG.base_of(setting if setting in MODELS else MODELS[0])


def get_relatives(target):
    """Return the target and the tasks of its family. Transfers to them must not influence the target's ranking."""
    return relatives_of(target, TASKS[target].family, FAMILIES)


def get_past(target):
    """Return the targets whose transfers methods may learn from when they rank sources for ``target``."""
    return [past for past in TARGETS if past not in get_relatives(target)]


def get_history(target):
    """Return the files with earlier transfers to other targets."""
    if isinstance(CONFIG.history, list):
        return CONFIG.history
    if CONFIG.history == "none":
        return []
    return ["results/transfer.tsv"] if CONFIG.observed else get_target_tables(get_past(target))


def get_evidence(setting, target):
    """Return the files that the methods of the configuration read to score the sources of a target."""
    model, pool = get_base_model(setting), CONFIG.pool(target)
    past = get_past(target) if "history" in READS else []
    files = expand("results/data/{task}/info.json", task=dict.fromkeys([*pool, target, *past]))
    for artifact in (ARTIFACTS[name] for name in ARTIFACTS if name in READS):
        encoder = SENTENCE_ENCODER if artifact.encoder == "sentence" else model
        files += artifact.files(encoder, artifact.tasks(pool, target, past))
    if "weights" in READS:
        files += [path for task in [*pool, target] for path in get_weights(model, task)]
    if get_measured(target):
        tasks = [target, *(past if CONFIG.history == "own" else [])]
        files += expand("results/measures/{model}/{task}.json", model=model, task=tasks)
    return files + (get_history(target) + get_measure_tables() if "history" in READS else [])


def get_scores(wildcards):
    return expand(rules.compute_scores.output.table, setting=SETTINGS, target=TARGETS)
