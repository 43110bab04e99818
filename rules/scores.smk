# Scores of every method for the sources of one target.
# in:  results/data/*/info.json, results/embeddings/*/*.npz
# out: results/scores/{model}/{target}.tsv, and beside it a .json with fingerprint and seconds per method


rule compute_scores:
    input:
        get_evidence,
        script=ancient("workflow/scripts/compute_scores.py"),
    output:
        table="results/scores/{model}/{target}.tsv",
        about="results/scores/{model}/{target}.json",
    log:
        "results/logs/scores/{model}/{target}.log",
    benchmark:
        "results/benchmarks/scores/{model}/{target}.tsv"
    priority: 20
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        recipe=lambda wildcards: recipes.scores_recipe(CONFIG, wildcards.target),
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "{wildcards.target}: scoring its sources on {wildcards.model}"
    shell:
        """
        python {input.script} --recipe {params.recipe:q} --results results --model {wildcards.model:q} \
            --sentence-encoder {params.sentence_encoder:q} --out {output.table:q} --about {output.about:q} \
            >{log:q} 2>&1
        """
