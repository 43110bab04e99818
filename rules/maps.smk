# Embedding space maps: from a source's texts under the base model to the same texts under its adapter.
# in:  results/data/{source}/, results/adapters/{model}/{source}/, results/models/{model}.json
# out: results/maps/{model}/{source}.npz


# Uses the shell command and the resources of compute_gradients.
use rule compute_gradients as fit_map with:
    input:
        data=lambda wildcards: get_data(wildcards.source),
        model="results/models/{model}.json",
        adapter=lambda wildcards: get_weights(wildcards.model, wildcards.source),
        script=script_file("fit_map.py"),
    output:
        "results/maps/{model}/{source}.npz",
    log:
        "results/logs/maps/{model}/{source}.log",
    benchmark:
        "results/benchmarks/maps/{model}/{source}.tsv"
    params:
        recipe=lambda wildcards: recipes.map_recipe(CONFIG, wildcards.model, TASKS[wildcards.source]),
    message:
        "{wildcards.source}: fitting its embedding space map on {wildcards.model}"
