# Inputs of the rules of AdapterFusion.


def get_fused_adapters(wildcards):
    """Return the adapters of the whole pool, because the ranking that selects k of them does not exist yet."""
    try:
        CONFIG.check_adapter_fusion(wildcards.model, wildcards.target)
    except IntertaskError as error:
        stop(error)
    return [path for source in CONFIG.pool(wildcards.target) for path in get_weights(wildcards.model, source)]


def get_fusions(wildcards):
    # Leave out models with `adapter: full`, which cannot be fused. If all are, the first one raises the error.
    models = [model for model in MODELS if CONFIG.adapter_of(model) != FULL] or MODELS[:1]
    return expand(rules.run_fusion.output, model=models, target=TARGETS, seed=CONFIG.seeds)
