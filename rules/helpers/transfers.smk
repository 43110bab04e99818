# Which transfers a job trains together (docs/gpus.md).
TRAINED_TOGETHER = [
    model
    for model in MODELS
    if CONFIG.train_together > 1 and can_train_together(CONFIG.adapter_of(model))
    # Published adapters may have another configuration than the others.
    and CONFIG.models[CONFIG.base_of(model)].adapters == "train"
]


def get_groups():
    """Return groups of sources, each with the targets whose transfers from these sources one job trains."""
    groups, pool = [], ["none", *SOURCES]
    for start in range(0, len(pool), CONFIG.train_together):
        group = pool[start : start + CONFIG.train_together]
        groups.append((group, [target for target in TARGETS if target not in group]))
        # No target is its own source.
        groups += [([s for s in group if s != target], [target]) for target in TARGETS if target in group]
    return [(sources, targets) for sources, targets in groups if sources and targets] if TRAINED_TOGETHER else []


def get_adapters_of(sources):
    """Return the input function of a job with these sources."""
    trained = [source for source in sources if source != "none"]
    return lambda wildcards: [path for source in trained for path in get_weights(wildcards.model, source)]
