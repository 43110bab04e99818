# make results   set up .venv, then run the default job
# make test      set up .venv, then run the tests
# make help      everything else

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
ARGS ?=

# Written last, so an interrupted set-up begins anew.
STAMP := $(VENV)/.set-up-finished
# Rules call plain `python`: it must be the environment's.
IN_VENV := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: results test check setup lock clean help

results: $(STAMP) ## The default job: results/regret.tsv and all else (CORES=4, ARGS="-n")
	$(IN_VENV) snakemake --cores $(CORES) $(ARGS)

test: $(STAMP) ## The tests, without the slow ones (ARGS="-m slow", ARGS="-k ndcg")
	$(IN_VENV) pytest $(ARGS)

check: $(STAMP) ## Style of the Python code and of the workflow
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) snakefmt --check Snakefile rules
	$(IN_VENV) snakemake --lint

setup: $(STAMP) ## Only the environment (PYTHON=python3.11, VENV=.venv)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'intertask needs Python 3.11 or newer; $(PYTHON) is: '"$$($(PYTHON) --version 2>&1)" >&2; \
	    echo 'Name another one: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.11' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --disable-pip-version-check -r requirements.lock
	$(VENV)/bin/python -m pip install --disable-pip-version-check --no-deps -e .
	@touch $@

lock: ## Resolve pyproject.toml anew and write requirements.lock
	rm -rf build/lock && mkdir -p build
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install -e '.[dev,slurm]'
	build/lock/bin/python -m pip freeze --all --exclude pip --exclude intertask > build/freeze.txt
	{ grep '^#' requirements.lock; \
	  grep -v -E '^(#|-e|nvidia-|cuda-|triton)' build/freeze.txt | sed 's/+[a-z0-9.]*$$//' | LC_ALL=C sort -f; \
	} > build/requirements.lock
	mv build/requirements.lock requirements.lock

clean: ## Remove environments and caches; results/ stays
	rm -rf $(VENV) .ci-env build .pytest_cache .ruff_cache src/intertask.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'
