# Scores of every method for the sources of one target.
# in:  results/data/*/info.json and the evidence that the methods read: embeddings, features, earlier transfers, ...
# out: results/scores/{setting}/{target}.tsv, and a .json with the fingerprint and the seconds of each method;
# a setting is a base model, or a setting of imported transfers


rule compute_scores:
    input:
        lambda wildcards: get_evidence(wildcards.setting, wildcards.target),
        script=script_file("compute_scores.py"),
    output:
        table="results/scores/{setting}/{target}.tsv",
        about="results/scores/{setting}/{target}.json",
    log:
        "results/logs/scores/{setting}/{target}.log",
    benchmark:
        "results/benchmarks/scores/{setting}/{target}.tsv"
    priority: 20
    localrule: True
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        recipe=lambda wildcards: recipes.scores_recipe(
            CONFIG,
            wildcards.setting,
            wildcards.target,
            get_relatives(wildcards.target),
            get_measured(wildcards.target),
        ),
        measures=",".join(get_measure_tables()),
        model=lambda wildcards: get_base_model(wildcards.setting),
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "{wildcards.target}: scoring its sources ({wildcards.setting})"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --model {params.model:q} \
                --sentence-encoder {params.sentence_encoder:q} --measures={params.measures:q} \
                --out {output.table:q} --about {output.about:q} \
                >{log:q} 2>&1
            """)
