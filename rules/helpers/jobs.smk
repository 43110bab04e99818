# Shell lines and resources of jobs.
import os
import shlex

from snakemake.io import sourcecache_entry

from intertask.execution.launch import shared_options

# Jobs import the library next to these rules, because conda environments do not contain it. A shell line must be the
# same in every run: if no profile sets rerun-triggers, Snakemake reruns a job whose shell line has changed.
LIBRARY = shlex.quote(os.path.relpath(WORKFLOW / "src")).replace("{", "{{").replace("}", "}}")
HAS_LIBRARY = IS_LOCAL and (WORKFLOW / "src").is_dir()
PYTHON = f"PYTHONPATH={LIBRARY}${{{{PYTHONPATH:+:$PYTHONPATH}}}} python" if HAS_LIBRARY else "python"
LAUNCH_OPTIONS = shared_options(CONFIG.warm_worker, CONFIG.jobs_per_gpu)


def script_file(name):
    """Return a script as an input whose recorded name does not depend on its location and whose age reruns nothing."""
    path = (
        str(WORKFLOW / "workflow/scripts" / name)
        if IS_LOCAL
        else workflow.source_path(f"../../workflow/scripts/{name}")
    )
    return ancient(sourcecache_entry(path, f"workflow/scripts/{name}"))


def by_file(arguments):
    """Have the shell pass long parameters through a pipe: Linux limits a single argument to 128 KiB."""
    for name in ("recipe", "sources"):
        arguments = arguments.replace(f"{{params.{name}:q}}", f"<(printf %s {{params.{name}:q}})")
    return arguments.strip()


def python(arguments):
    """Return the shell line of a script that starts by itself."""
    return f"{PYTHON} {by_file(arguments)}"


def launch_short(arguments):
    """Return the shell line of a job without a model, which joins the warm worker if that runs already."""
    return launch(f"--join {arguments.strip()}")


def launch(arguments):
    """Return the shell line of a job that the launcher starts, with GPU leases, warm worker and measured memory."""
    return f"{PYTHON} -m intertask.execution.launch {LAUNCH_OPTIONS} --log {{log:q}} {by_file(arguments)}"


def growing(first):
    """Return a function that gives ``first`` (megabytes or minutes) times the number of the attempt."""
    return lambda wildcards, attempt: first * attempt


def gpu_job(megabytes, minutes):
    """Return the resources of a job that uses one GPU, or the CPU if there is none."""
    return {"gpu": 1, "mem_mb": growing(megabytes), "runtime": growing(minutes)}
