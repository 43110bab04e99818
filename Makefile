# make results   create the environment .venv, then run the default job
# make test      create the environment .venv, then run the tests
# make help      list all targets

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
ARGS ?=
# Package index for torch alone. All other packages come from pip's usual index.
TORCH_INDEX ?=

# Written last, so that an interrupted set-up starts again.
STAMP := $(VENV)/.set-up-finished
# The rules call `python`, which must be the Python of this environment.
IN_VENV := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
# Tests run side by side, one on each processor, so each uses one thread.
ONE_THREAD := OMP_NUM_THREADS="$${OMP_NUM_THREADS:-1}"
INSTALL := $(VENV)/bin/python -m pip install --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: results test test-fast fuzz check setup lock clean help

results: $(STAMP) ## Run the default job, which makes results/regret.tsv and the report (CORES=4, ARGS="-n")
	$(IN_VENV) snakemake --cores $(CORES) $(ARGS)

test: $(STAMP) ## Run all tests except the slow ones (ARGS="-m slow", ARGS="-k ndcg")
	$(IN_VENV) $(ONE_THREAD) pytest $(ARGS)

test-fast: $(STAMP) ## Run all tests except the slow ones and those that start Snakemake, in three minutes
	$(IN_VENV) $(ONE_THREAD) pytest --ignore tests/workflow $(ARGS)

fuzz: $(STAMP) ## Try inputs that are mutated at random, for three minutes (ARGS="--seconds 60 --seed 1")
	$(IN_VENV) PYTHONPATH=src python benchmarks/fuzz.py $(ARGS)

check: $(STAMP) ## Check the style of the Python code and of the workflow
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) snakefmt --check Snakefile workflow/Snakefile rules
	$(IN_VENV) snakemake --lint

setup: $(STAMP) ## Create the environment (PYTHON=python3.11, VENV=.venv, TORCH_INDEX=URL)
	@echo 'The environment is ready. Activate it with:  . $(VENV)/bin/activate'

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "intertask needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	    echo 'Name a newer one:  make $(or $(MAKECMDGOALS),setup) PYTHON=python3.11' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(if $(TORCH_INDEX),$(INSTALL) --index-url $(TORCH_INDEX) --no-deps $$(grep '^torch==' requirements.lock))
	$(INSTALL) -r requirements.lock
	$(INSTALL) --no-deps -e .
	@touch $@

lock: ## Resolve the dependencies in pyproject.toml again and write requirements.lock
	rm -rf build/lock && mkdir -p build
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install -e '.[dev,slurm]'
	build/lock/bin/python -m pip freeze --all --exclude pip --exclude intertask > build/freeze.txt
	{ grep '^#' requirements.lock; \
	  grep -v -E '^(#|-e|nvidia-|cuda-|triton)' build/freeze.txt | sed 's/+[a-z0-9.]*$$//' | LC_ALL=C sort -f; \
	} > build/requirements.lock
	mv build/requirements.lock requirements.lock

clean: ## Remove environments and caches, but keep results/
	rm -rf $(VENV) .ci-env build .pytest_cache .ruff_cache src/intertask.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'
