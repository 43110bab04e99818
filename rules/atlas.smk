# The atlas: what a run measured, without any text of a dataset, in a folder that can be shipped (docs/atlas.md).
# in:  results/transfer.tsv, results/scores/, results/embeddings/, results/adapters/, results/data/*/info.json
# out: atlas/tasks.json, atlas/{model}/


rule build_atlas:
    input:
        get_scores,
        lambda wildcards: expand(
            "results/embeddings/{encoder}/{task}.npz",
            encoder=[wildcards.model, SENTENCE_ENCODER],
            task=CONFIG.all_tasks,
        ),
        lambda wildcards: expand("results/adapters/{{model}}/{task}/metrics.json", task=CONFIG.all_tasks),
        transfer="results/transfer.tsv",
        script=script_file("build_atlas.py"),
    output:
        "atlas/{model}/atlas.json",
    log:
        "results/logs/atlas/{model}.log",
    benchmark:
        "results/benchmarks/atlas/{model}.tsv"
    localrule: True
    conda:
        "../envs/torch.yaml"
    params:
        recipe=lambda wildcards: recipes.atlas_recipe(CONFIG, wildcards.model),
        tasks=WORKFLOW / "tasks" / "atlas",
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "building the atlas of {wildcards.model}"
    shell:
        launch("""
            --gpus 0 {input.script} \
                --recipe {params.recipe:q} --results results --tasks {params.tasks:q} --model {wildcards.model} \
                --sentence-encoder {params.sentence_encoder:q} --out $(dirname $(dirname {output:q})) >{log:q} 2>&1
            """)


rule atlas:
    input:
        expand("atlas/{model}/atlas.json", model=CONFIG.base_models),
    localrule: True
    message:
        "The atlas: atlas/"
