# Configuration, wildcard constraints, input functions and recipes: what every stage needs.
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "src"))

from intertask import recipes
from intertask.config import load_config
from intertask.errors import IntertaskError
from intertask.models.adapters import weight_files
from intertask.runtime.launch import SWITCH
from intertask.runtime.locks import forget_stale_locks
from intertask.scores.registry import get_method
from intertask.tasks import check_files, configured_tasks

# A run that was killed leaves no lock behind; held as long as this Snakemake lives.
ALIVE = forget_stale_locks()

try:
    CONFIG = load_config(config, ", ".join(map(str, workflow.configfiles)) or "config.yaml")
    TASKS = configured_tasks(CONFIG)
    check_files(TASKS)
    # Which text embeddings the methods read: 'base', 'sentence', both or none.
    ENCODER_KINDS = sorted({get_method(name).encoder for name in CONFIG.methods} - {None})
except IntertaskError as error:
    raise WorkflowError(str(error))

# Read by the launcher of local jobs; not part of any recipe, since it changes no result.
if not CONFIG.warm_worker:
    os.environ[SWITCH] = "0"

SOURCES, TARGETS, MODELS = CONFIG.sources, CONFIG.targets, list(CONFIG.models)
SENTENCE_ENCODER = next(iter(CONFIG.sentence_encoder))
ENCODERS = CONFIG.models | CONFIG.sentence_encoder


def any_of(names):
    return "|".join(map(re.escape, names))


wildcard_constraints:
    task=any_of(CONFIG.all_tasks),
    source=any_of([*SOURCES, "none"]),
    target=any_of(TARGETS),
    model=any_of(MODELS),
    encoder=any_of(ENCODERS),
    seed=r"\d+",


def get_final_output():
    """Tables, and every result that took work: Snakemake does not miss a deleted file unless it is asked for."""
    rankings = expand("results/rankings/{target}.tsv", target=TARGETS)
    tables = expand("results/{table}.tsv", table=["transfer", "evaluation", "regret", "costs"])
    data = [path for task in TASKS for path in get_data(task)]
    adapters = [path for model in MODELS for source in SOURCES for path in get_weights(model, source)]
    return rankings + tables + data + adapters + get_transfers(None) + get_scores(None)


def get_local_files(model):
    """Files of a model folder, so that a changed model is noticed; none for the bundled one and for hub ids."""
    folder = Path(model.path)
    return sorted(str(path) for suffix in ("json", "safetensors") for path in folder.glob(f"*.{suffix}"))


def get_data(task):
    return expand("results/data/{task}/{file}", task=task, file=["train.parquet", "validation.parquet", "info.json"])


def get_files(wildcards):
    files = TASKS[wildcards.task].data.files
    return [] if files is None else [*files.train, *(files.validation or [])]


def get_weights(model, source):
    files = [*weight_files(CONFIG.adapter), "metrics.json"]
    return expand("results/adapters/{model}/{source}/{file}", model=model, source=source, file=files)


def get_adapter(wildcards):
    return [] if wildcards.source == "none" else get_weights(wildcards.model, wildcards.source)


def get_transfers(wildcards):
    return [
        f"results/transfer/{model}/{target}/{source}/seed{seed}.json"
        for model in MODELS
        for target in TARGETS
        for source in ["none", *CONFIG.pool(target)]
        for seed in CONFIG.seeds
    ]


def get_evidence(wildcards):
    tasks = [wildcards.target, *CONFIG.pool(wildcards.target)]
    encoders = [{"base": wildcards.model, "sentence": SENTENCE_ENCODER}[kind] for kind in ENCODER_KINDS]
    return expand("results/data/{task}/info.json", task=tasks) + expand(
        "results/embeddings/{encoder}/{task}.npz", encoder=encoders, task=tasks
    )


def get_scores(wildcards):
    return expand("results/scores/{model}/{target}.tsv", model=MODELS, target=TARGETS)


onsuccess:
    print(
        "\nWhich sources help which target: results/rankings/<target>.tsv (predicted), results/transfer.tsv (observed).\n"
        "How good the ranking methods are: results/regret.tsv. What it took: results/costs.tsv.\n"
    )
