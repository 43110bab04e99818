# Imported transfers (included instead of transfer.smk).
# in:  the table that `observed` in the configuration names
# out: results/transfer.tsv; results/observed.tsv, which describes the content of the table


rule import_transfer:
    input:
        table=CONFIG.observed.file,
        script=script_file("import_transfer.py"),
    output:
        transfer=report(
            "results/transfer.tsv",
            caption="../workflow/report/transfer.rst",
            category="Tables",
            labels={"table": "transfer"},
        ),
        about="results/observed.tsv",
    log:
        "results/logs/transfer.log",
    benchmark:
        "results/benchmarks/transfer.tsv"
    # Check the table before anything is embedded.
    priority: 100
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        recipe=recipes.import_transfer_recipe(CONFIG),
    message:
        "reading the transfers of {input.table}"
    shell:
        launch_short("""
            {input.script} --recipe {params.recipe:q} --table {input.table:q} --out {output.transfer:q} \
                --about {output.about:q} >{log:q} 2>&1
            """)
