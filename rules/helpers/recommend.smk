# Inputs of the rules of a recommendation, some of which are known only during the run.
from intertask.files import read_json


def get_candidate(wildcards, source, seed):
    folder = f"results/candidates/{CONFIG.recommend_model}/{wildcards.target}/{source}/seed{seed}"
    return expand(f"{folder}/{{file}}", file=[*KEPT, "result.json"])


def get_round(wildcards, number):
    """Return the list of the sources that a round tries, once the ranking or the earlier rounds exist."""
    return checkpoints.choose_candidates.get(
        model=CONFIG.recommend_model, target=wildcards.target, round=number
    ).output[0]


def get_rounds(wildcards):
    count = len(CONFIG.seeds) if CONFIG.recommend.stop_early else 1
    return [get_round(wildcards, number) for number in range(count)]


def get_candidates(wildcards, rounds):
    """Return all runs of a recommendation. A single round applies to all seeds; otherwise each seed has a round."""
    sources = [read_json(path)["sources"] for path in rounds]
    return [
        path
        for n, seed in enumerate(CONFIG.seeds)
        for source in sources[min(n, len(sources) - 1)]
        for path in get_candidate(wildcards, source, seed)
    ]


def get_grounds(wildcards):
    """Return the files that a round decides by: the ranking, or the previous round and its scores."""
    number = int(wildcards.round)
    if number == 0:
        return [f"results/rankings/{wildcards.target}.tsv"]
    before = get_round(wildcards, number - 1)
    runs = [get_candidate(wildcards, s, CONFIG.seeds[number - 1]) for s in read_json(before)["sources"]]
    return [before, *(path for files in runs for path in files)]
