# Inputs of the rules of AdapterFusion.


def get_fused_adapters(wildcards):
    """Adapters of the whole pool: the ranking says which of them are fused, and it is not there yet."""
    try:
        CONFIG.check_adapter_fusion(wildcards.model, wildcards.target)
    except IntertaskError as error:
        stop(error)
    return [path for source in CONFIG.pool(wildcards.target) for path in get_weights(wildcards.model, source)]


def get_fusions(wildcards):
    # Whole encoders cannot be fused; if there is nothing else, the error of the first one explains it.
    models = [model for model in MODELS if CONFIG.adapter_of(model) != FULL] or MODELS[:1]
    return expand(rules.run_fusion.output, model=models, target=TARGETS, seed=CONFIG.seeds)
