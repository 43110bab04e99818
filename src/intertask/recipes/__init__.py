"""Recipes: for each step, exactly the settings that its result depends on, and the step's version.

A recipe is one line of canonical JSON, which a rule gives to its script as a parameter. Snakemake runs a step again
when its recipe or the content of an input changes.

The functions share these arguments: ``config`` is the configuration of the run, ``model`` the name of a base model,
``task`` a task with the configuration's caps and overrides, ``tasks`` all tasks by name, ``target`` and ``source``
names of tasks, ``seed`` the seed of one transfer, and ``settings`` the settings of an imported table, by default the
base models. Each function returns the recipe.
"""

from .planning import (
    calibration_recipe,
    check_recipe,
    plan_recipe,
)
from .steps import (
    adapter_recipe,
    candidate_recipe,
    data_recipe,
    embedding_recipe,
    features_recipe,
    fewshot_gradients_recipe,
    fewshot_recipe,
    fusion_recipe,
    gradients_recipe,
    map_recipe,
    model_recipe,
    rows_recipe,
    transfer_recipe,
)
from .tables import (
    atlas_recipe,
    choice_recipe,
    costs_recipe,
    evaluation_recipe,
    fusion_table_recipe,
    import_transfer_recipe,
    measures_recipe,
    ranking_page_recipe,
    ranking_recipe,
    recommendation_recipe,
    report_recipe,
    scores_recipe,
    target_table_recipe,
    transfer_table_recipe,
    unpack_recipe,
)
from .versions import VERSIONS

__all__ = [
    "VERSIONS",
    "adapter_recipe",
    "atlas_recipe",
    "calibration_recipe",
    "candidate_recipe",
    "check_recipe",
    "choice_recipe",
    "costs_recipe",
    "data_recipe",
    "embedding_recipe",
    "evaluation_recipe",
    "features_recipe",
    "fewshot_gradients_recipe",
    "fewshot_recipe",
    "fusion_recipe",
    "fusion_table_recipe",
    "gradients_recipe",
    "import_transfer_recipe",
    "map_recipe",
    "measures_recipe",
    "model_recipe",
    "plan_recipe",
    "ranking_page_recipe",
    "ranking_recipe",
    "recommendation_recipe",
    "report_recipe",
    "rows_recipe",
    "scores_recipe",
    "target_table_recipe",
    "transfer_recipe",
    "transfer_table_recipe",
    "unpack_recipe",
]
