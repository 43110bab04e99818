# Failed measurements and prepared data, which the plan depends on besides its inputs.
import os

from intertask.files import read_json


def get_failed_attempt(encoder):
    """Return the time of the failed measurement that the next one repeats; empty if none has failed."""
    path = f"results/plan/{encoder}.json"
    measured = read_json(path) if os.path.exists(path) else {}
    return measured.get("failed_at") or measured.get("repeats") or ""


# A failed measurement changes the recipe of the next one, so that Snakemake tries again with the next plan.
FAILED_ATTEMPTS = {encoder: get_failed_attempt(encoder) for encoder in ENCODERS}


def get_prepared_tasks(wildcards):
    """Return the non-local tasks whose data is already prepared. The plan downloads no data."""
    remote = [name for name, task in TASKS.items() if not task.data.files]
    return [name for name in remote if os.path.exists(f"results/data/{name}/info.json")]
