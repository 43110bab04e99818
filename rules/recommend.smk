# From a target's ranking to a trained adapter: only the first k sources and `none` are tried (docs/recommend.md).
# in:  results/rankings/{target}.tsv, results/data/{target}/, results/adapters/{model}/{source}/
# out: results/candidates/{model}/{target}/, results/recommend/{target}.json, results/recommend/{target}/

KEPT = weight_files(CONFIG.adapter_of(CONFIG.recommend_model))
EXPORTED = [*KEPT, "intertask.json", "README.md"]


include: "helpers/recommend.smk"


checkpoint choose_candidates:
    input:
        get_grounds,
        script=script_file("choose_candidates.py"),
    output:
        "results/candidates/{model}/{target}/round{round}.json",
    log:
        "results/logs/candidates/{model}/{target}/round{round}.log",
    benchmark:
        "results/benchmarks/candidates/{model}/{target}/round{round}.tsv"
    wildcard_constraints:
        round=r"\d+",
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.choice_recipe(
            CONFIG, wildcards.model, wildcards.target, int(wildcards.round), [s for s in UNPACKED if s not in SHIPPED]
        ),
    message:
        "{wildcards.target}: choosing the sources to try next, after {wildcards.round} seeds"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --out {output:q} >{log:q} 2>&1
            """)


rule run_candidate:
    input:
        get_adapter,
        data=lambda wildcards: get_data(wildcards.target),
        model=lambda wildcards: f"results/models/{CONFIG.base_of(wildcards.model)}.json",
        script=script_file("run_candidate.py"),
    output:
        expand("results/candidates/{{model}}/{{target}}/{{source}}/seed{{seed}}/{file}", file=KEPT),
        result="results/candidates/{model}/{target}/{source}/seed{seed}/result.json",
    log:
        "results/logs/candidates/{model}/{target}/{source}/seed{seed}.log",
    benchmark:
        "results/benchmarks/candidates/{model}/{target}/{source}/seed{seed}.tsv"
    wildcard_constraints:
        model=any_of([CONFIG.recommend_model]),
    conda:
        "../envs/torch.yaml"
    resources:
        **gpu_job(megabytes=12000, minutes=480),
    params:
        recipe=lambda wildcards: recipes.candidate_recipe(
            CONFIG, wildcards.model, TASKS[wildcards.target], wildcards.source, int(wildcards.seed)
        ),
        adapters=lambda wildcards: f"results/adapters/{CONFIG.base_of(wildcards.model)}",
        checkpoints="results/checkpoints/candidates+{model}+{target}+{source}+seed{seed}",
    message:
        "{wildcards.source} -> {wildcards.target}: candidate on {wildcards.model}, seed {wildcards.seed}"
    shell:
        launch("""
            --gpus {resources.gpu} {input.script} \
                --recipe {params.recipe:q} --data $(dirname {input.data[0]:q}) --model {input.model:q} \
                --adapters {params.adapters:q} --checkpoints {params.checkpoints:q} --out $(dirname {output.result:q}) >{log:q} 2>&1
            """)


rule write_recommendation:
    input:
        lambda wildcards: get_candidates(wildcards, get_rounds(wildcards)),
        rounds=get_rounds,
        # numbers of rows and origins of the sources, for the costs and the model card
        data=lambda wildcards: expand(
            "results/data/{task}/info.json", task=[wildcards.target, *CONFIG.pool(wildcards.target)]
        ),
        model=f"results/models/{CONFIG.base_of(CONFIG.recommend_model)}.json",
        script=script_file("write_recommendation.py"),
    output:
        expand("results/recommend/{{target}}/{file}", file=EXPORTED),
        about="results/recommend/{target}.json",
    log:
        "results/logs/recommend/{target}.log",
    benchmark:
        "results/benchmarks/recommend/{target}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=lambda wildcards: recipes.recommendation_recipe(CONFIG, CONFIG.recommend_model, TASKS, wildcards.target),
        rounds=lambda wildcards, input: ",".join(input.rounds),
        sentence_encoder=SENTENCE_ENCODER,
    message:
        "{wildcards.target}: choosing the best of the sources that were tried"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --results results --rounds {params.rounds:q} \
                --sentence-encoder {params.sentence_encoder:q} --out {output.about:q} --folder results/recommend/{wildcards.target} \
                >{log:q} 2>&1
            """)


# For every target of the configuration. For a single target: snakemake results/recommend/<target>.json
rule recommend:
    input:
        expand("results/recommend/{target}.json", target=TARGETS),
        expand("results/recommend/{target}/{file}", target=TARGETS, file=EXPORTED),
    localrule: True
    message:
        "Recommendations and adapters: results/recommend/"
