# Configuration, wildcard constraints, input functions and recipes: what every stage needs.
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "src"))

from intertask import recipes
from intertask.config import load_config
from intertask.transfers import observed_settings
from intertask.errors import IntertaskError
from intertask.files import read_json
from intertask.models.adapters import FULL, weight_files
from intertask.console.result import closing_lines
from intertask.execution.launch import RUN, SWITCH
from intertask.execution.gpu_leases import AS_GIVEN, JOBS_PER_GPU
from intertask.execution.locks import forget_stale_locks
from intertask.console.suggestions import check_requests
from intertask.methods.registry import get_method
from intertask.config.task_registry import check_files, configured_tasks

# A run that was killed leaves no lock behind; held as long as this Snakemake lives.
ALIVE = forget_stale_locks(main=workflow.is_main_process)

try:
    CONFIG = load_config(config, ", ".join(map(str, workflow.configfiles)) or "config.yaml")
    TASKS = configured_tasks(CONFIG)
    check_files(TASKS)
    # Which artifacts the methods read (intertask.methods.registry.READS).
    READS = {artifact for name in CONFIG.methods for artifact in get_method(name).reads}
    # Base models, or the settings of a table of published transfers.
    SETTINGS = observed_settings(CONFIG.observed) if CONFIG.observed else list(CONFIG.models)
except IntertaskError as error:
    raise WorkflowError(str(error))

# Read by the launcher; not part of any recipe, since they change no result.
if not CONFIG.warm_worker:
    os.environ[SWITCH] = "0"
os.environ[JOBS_PER_GPU] = str(CONFIG.jobs_per_gpu)
if not workflow.is_main_process:
    os.environ[AS_GIVEN] = "1"
# What the launcher starts ends with this Snakemake, be it by a SIGKILL.
os.environ[RUN] = str(os.getpid())

SOURCES, TARGETS, MODELS = CONFIG.sources, CONFIG.targets, list(CONFIG.models)
SENTENCE_ENCODER = next(iter(CONFIG.sentence_encoder))
# Models that are like another one have no weights, adapters or features of their own.
ENCODERS = {name: CONFIG.models[name] for name in CONFIG.base_models} | CONFIG.sentence_encoder


def any_of(names):
    return "|".join(map(re.escape, names)) or "(?!)"  # of nothing: what matches nothing


def growing(first):
    """Megabytes or minutes of a job: as much again with each attempt."""
    return lambda wildcards, attempt: first * attempt


wildcard_constraints:
    task=any_of(CONFIG.all_tasks),
    # A target too can be trained on alone: TaskEmb and adapter weights compare adapters of both.
    source=any_of([*CONFIG.all_tasks, "none"]),
    target=any_of(TARGETS),
    model=any_of(MODELS),
    setting=any_of(SETTINGS),
    encoder=any_of(ENCODERS),
    seed=r"\d+",


def get_final_output():
    """Tables, and every result that took work: Snakemake does not miss a deleted file unless it is asked for."""
    rankings = expand("results/rankings/{target}.tsv", target=TARGETS)
    tables = expand("results/{table}.tsv", table=["transfer", "costs", *EVALUATION])
    data = [path for task in TASKS for path in get_data(task)]
    evidence = [path for setting in SETTINGS for target in TARGETS for path in find_evidence(setting, target)]
    adapters = [path for model in CONFIG.base_models for source in SOURCES for path in get_weights(model, source)]
    transfers = [] if CONFIG.observed else adapters + get_transfers_to(TARGETS)
    pages = ["results/report.html", *expand("results/rankings/{target}.html", target=TARGETS)]
    return rankings + tables + pages + data + list(dict.fromkeys(evidence + transfers)) + get_scores(None)


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
    files = [*weight_files(CONFIG.adapter_of(model)), "metrics.json"]
    return expand("results/adapters/{model}/{source}/{file}", model=CONFIG.base_of(model), source=source, file=files)


def get_adapter(wildcards):
    return [] if wildcards.source == "none" else get_weights(wildcards.model, wildcards.source)


def get_transfers_to(targets, models=MODELS):
    return [
        f"results/transfer/{model}/{target}/{source}/seed{seed}.json"
        for model in models
        for target in targets
        for source in ["none", *CONFIG.pool(target)]
        for seed in CONFIG.seeds
    ]


def get_target_tables(targets):
    return expand("results/transfer/{model}/{target}.tsv", model=MODELS, target=targets)


def get_base_model(setting):
    """Whose features speak for a setting; one of published transfers is no model: there the first one stands in."""
    return CONFIG.base_of(setting if setting in MODELS else MODELS[0])


def get_relatives(target):
    """The target and the tasks of its family: what is known of transfers to them must not rank its sources."""
    family = TASKS[target].family
    return [task for task in TASKS if task == target or (family is not None and TASKS[task].family == family)]


def get_past(target):
    """Targets whose transfers the methods may learn from when they rank for ``target``."""
    return [past for past in TARGETS if past not in get_relatives(target)]


def get_history(target):
    """Files with earlier transfers to other targets."""
    if isinstance(CONFIG.history, list):
        return CONFIG.history
    if CONFIG.history == "none":
        return []
    return ["results/transfer.tsv"] if CONFIG.observed else get_target_tables(get_past(target))


def find_evidence(setting, target):
    """What the methods read to score the sources of a target: made only where some method reads it."""
    model, pool = get_base_model(setting), CONFIG.pool(target)
    known = [*pool, target, *(get_past(target) if "history" in READS else [])]
    found = {
        "data": expand("results/data/{task}/info.json", task=dict.fromkeys(known)),
        "base": expand("results/embeddings/{model}/{task}.npz", model=model, task=dict.fromkeys(known)),
        "sentence": expand(
            "results/embeddings/{encoder}/{task}.npz", encoder=SENTENCE_ENCODER, task=dict.fromkeys(known)
        ),
        "rows": [f"results/rows/{model}/{target}.safetensors"],
        "features": [f"results/features/{model}/{target}.safetensors"],
        "maps": expand("results/maps/{model}/{source}.npz", model=model, source=pool),
        "gradients": expand("results/gradients/{model}/{task}.npz", model=model, task=[*pool, target]),
        "fewshot_gradients": expand("results/fewshot_gradients/{model}/{task}.npz", model=model, task=[*pool, target]),
        "weights": [path for task in [*pool, target] for path in get_weights(model, task)],
        "fewshot": [f"results/fewshot/{model}/{target}.tsv"],
        "history": get_history(target),
    }
    return [path for artifact, paths in found.items() if artifact in READS | {"data"} for path in paths]


def get_evidence(wildcards):
    return find_evidence(wildcards.setting, wildcards.target)


def get_scores(wildcards):
    return expand("results/scores/{setting}/{target}.tsv", setting=SETTINGS, target=TARGETS)


def get_pool_adapters(wildcards):
    """``metrics.json`` of every source's adapter of one target: the weights beside them change with it."""
    return expand(
        "results/adapters/{model}/{source}/metrics.json",
        model=CONFIG.base_of(wildcards.model),
        source=CONFIG.pool(wildcards.target),
    )


def get_fused_adapters(wildcards):
    """Adapters of the whole pool: which of them are fused stands in the ranking, which is not there yet."""
    try:
        CONFIG.check_adapter_fusion(wildcards.model, wildcards.target)
    except IntertaskError as error:
        raise WorkflowError(str(error))
    return [path for source in CONFIG.pool(wildcards.target) for path in get_weights(wildcards.model, source)]


def get_fusions(wildcards):
    # Whole encoders cannot be fused; if there is nothing else, the first one's error says so.
    models = [model for model in MODELS if CONFIG.adapter_of(model) != FULL] or MODELS[:1]
    return expand("results/fusion/{model}/{target}/seed{seed}.json", model=models, target=TARGETS, seed=CONFIG.seeds)


def get_candidate(wildcards, source, seed):
    folder = f"results/candidates/{CONFIG.recommend_model}/{wildcards.target}/{source}/seed{seed}"
    return expand(f"{folder}/{{file}}", file=[*weight_files(CONFIG.adapter_of(CONFIG.recommend_model)), "result.json"])


def get_round(wildcards, number):
    """Which sources are tried with a seed is known when the ranking is there, or the seeds before it are done."""
    return checkpoints.choose_candidates.get(
        model=CONFIG.recommend_model, target=wildcards.target, round=number
    ).output[0]


def get_rounds(wildcards):
    count = len(CONFIG.seeds) if CONFIG.recommend.stop_early else 1
    return [get_round(wildcards, number) for number in range(count)]


def get_candidates(wildcards, rounds):
    """All runs of a recommendation; one round is for all seeds, several are for one each."""
    sources = [read_json(path)["sources"] for path in rounds]
    return [
        path
        for n, seed in enumerate(CONFIG.seeds)
        for source in sources[min(n, len(sources) - 1)]
        for path in get_candidate(wildcards, source, seed)
    ]


def get_grounds(wildcards):
    """What a round decides by: the ranking, or the run before it and its scores."""
    number = int(wildcards.round)
    if number == 0:
        return [f"results/rankings/{wildcards.target}.tsv"]
    before = get_round(wildcards, number - 1)
    runs = [get_candidate(wildcards, s, CONFIG.seeds[number - 1]) for s in read_json(before)["sources"]]
    return [before, *(path for files in runs for path in files)]


def figure_flags(name):
    """How a figure stands in Snakemake's own report."""
    setting, _, kind = name.rpartition("/")
    return {
        "caption": f"../workflow/report/{kind}.rst",
        "category": "Figures",
        "labels": {"figure": kind.replace("_", " "), "setting": setting or "all"},
    }


def suggest_what_was_meant():
    """A misspelt file or rule on the command line ends here, with a suggestion."""
    tables = expand("results/{table}.tsv", table=["transfer", "costs", *EVALUATION])
    pages = expand("results/rankings/{target}.{kind}", target=TARGETS, kind=["tsv", "html", "observed.html"])
    adapters = (
        [] if CONFIG.observed else expand("results/recommend/{target}.json", target=TARGETS) + ["results/fusion.tsv"]
    )
    products = [output for rule in workflow.rules for output in rule.output]

    def makes(path):
        return any(output.match(path) for output in products)

    try:
        rules = [rule.name for rule in workflow.rules]
        check_requests(sys.argv[1:], makes, rules, ["results/report.html", *tables, *pages, *adapters])
    except IntertaskError as error:
        raise WorkflowError(str(error))


onsuccess:
    for line in closing_lines(sys.argv[1:], TARGETS):
        print(line, flush=True)
