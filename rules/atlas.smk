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
        expand("results/measures/{{model}}/{target}.json", target=TARGETS),
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


rule study:
    input:
        "results/evaluation.tsv",
        "results/regret.tsv",
        "results/transfer.tsv",
        figure=f"results/figures/{CONFIG.base_models[0]}/gains.svg",
        script=script_file("write_study.py"),
    output:
        page="docs/study.md",
        image="docs/images/study-gains.svg",
    log:
        "results/logs/study.log",
    benchmark:
        "results/benchmarks/study.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.atlas_recipe(CONFIG, CONFIG.base_models[0]),
        model=CONFIG.base_models[0],
    message:
        "writing the study"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --model {params.model} \
                --figure {input.figure:q} --out {output.page:q} --image {output.image:q} >{log:q} 2>&1
            """)
