# How Snakemake's own report lists the figures.


def figure_flags(name):
    """How Snakemake's own report shows a figure."""
    setting, _, kind = name.rpartition("/")
    return {
        "caption": f"../workflow/report/{kind}.rst",
        "category": "Figures",
        "labels": {"figure": kind.replace("_", " "), "setting": setting or "all"},
    }
