# Entries of the figures in Snakemake's own report.


def figure_flags(name):
    """Return the caption, category and labels of a figure in Snakemake's own report."""
    setting, _, kind = name.rpartition("/")
    return {
        "caption": f"../workflow/report/{kind}.rst",
        "category": "Figures",
        "labels": {"figure": kind.replace("_", " "), "setting": setting or "all"},
    }
