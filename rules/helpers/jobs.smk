# How jobs are started, and what they ask for.
import os
import shlex

from snakemake.io import sourcecache_entry

from intertask.execution.launch import shared_options

# Jobs import the library that belongs to these rules, also in a conda environment, which does not hold it. The text of a
# shell line must not change from run to run: where no profile sets rerun-triggers, Snakemake reruns what has other code.
LIBRARY = shlex.quote(os.path.relpath(WORKFLOW / "src")).replace("{", "{{").replace("}", "}}")
PYTHON = f"PYTHONPATH={LIBRARY}${{{{PYTHONPATH:+:$PYTHONPATH}}}} python" if IS_LOCAL else "python"
LAUNCH_OPTIONS = shared_options(CONFIG.warm_worker, CONFIG.jobs_per_gpu)


def script_file(name):
    """A script as an input: wherever it is, it is recorded by the same name, and its age reruns nothing."""
    path = (
        str(WORKFLOW / "workflow/scripts" / name)
        if IS_LOCAL
        else workflow.source_path(f"../../workflow/scripts/{name}")
    )
    return ancient(sourcecache_entry(path, f"workflow/scripts/{name}"))


def python(arguments):
    """The shell line of a short job."""
    return f"{PYTHON} {arguments.strip()}"


def launch(arguments):
    """The shell line of a job that runs through the launcher: GPU leases, the warm worker, and memory measured."""
    return f"{PYTHON} -m intertask.execution.launch {LAUNCH_OPTIONS} --log {{log:q}} {arguments.strip()}"


def growing(first):
    """Megabytes or minutes of a job: as much again with each attempt."""
    return lambda wildcards, attempt: first * attempt


def gpu_job(megabytes, minutes):
    """Resources of a job on one GPU, or on the CPU where there is none."""
    return {"gpu": 1, "mem_mb": growing(megabytes), "runtime": growing(minutes)}
