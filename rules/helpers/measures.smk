# Which adapters the method `recommended` looks at.


def get_measured(target):
    """Return the sources whose adapters are there anyway: other methods read them, or the atlas has them."""
    if "recommended" not in CONFIG.methods:
        return []
    if "features" in READS:
        return CONFIG.pool(target)
    return [] if CONFIG.observed else [source for source in CONFIG.pool(target) if source in SHIPPED]


def get_featured(target):
    """Return the sources under whose adapters the target's rows are embedded."""
    return CONFIG.pool(target) if "features" in READS else get_measured(target)


def get_featured_adapters(wildcards):
    return get_metrics_of(wildcards.model, get_featured(wildcards.target))


def get_measure_tables():
    """Return the tables of scores beside earlier transfers, as an atlas has one."""
    if "history" not in READS:
        return []
    tables = CONFIG.history if isinstance(CONFIG.history, list) else [CONFIG.observed.file] if CONFIG.observed else []
    beside = (Path(table).parent / "scores.tsv" for table in tables)
    return [str(path) for path in beside if path.is_file()]
