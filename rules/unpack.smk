# Artifacts of sources that are in the atlas (docs/atlas.md), instead of those that would be computed from data.
# in:  the atlas folder
# out: results/data/{task}/info.json, results/embeddings/{encoder}/{task}.npz, results/adapters/{model}/{source}/

if UNPACKED:

    rule unpack_atlas:
        input:
            ATLAS.path / "atlas.json",
            script=script_file("unpack_atlas.py"),
        output:
            expand("results/data/{task}/info.json", task=UNPACKED),
            expand(
                "results/embeddings/{encoder}/{task}.npz",
                encoder=[CONFIG.base_models[0], SENTENCE_ENCODER],
                task=UNPACKED,
            ),
        log:
            "results/logs/atlas/unpack.log",
        priority: 100
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            recipe=recipes.unpack_recipe(CONFIG.base_models[0], SENTENCE_ENCODER, UNPACKED),
        message:
            f"taking {len(UNPACKED)} sources from the atlas"
        shell:
            launch_short("""
                {input.script} --recipe {params.recipe:q} --atlas $(dirname {input[0]:q}) --out results >{log:q} 2>&1
                """)

    use rule unpack_atlas as unpack_adapter with:
        input:
            ATLAS.path / "atlas.json",
            script=script_file("unpack_atlas.py"),
        output:
            [f"results/adapters/{CONFIG.base_models[0]}/{{source}}/{name}" for name in SHIPPED_FILES],
        log:
            "results/logs/atlas/{source}.log",
        wildcard_constraints:
            source=any_of(SHIPPED),
        params:
            recipe=lambda wildcards: recipes.unpack_recipe(CONFIG.base_models[0], None, [wildcards.source]),
        message:
            "{wildcards.source}: taking its adapter from the atlas"
