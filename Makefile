.DEFAULT_GOAL := help
.PHONY: help setup demo test deep lint audit sbom format bench eval screenshots vendor clean

UV_VERSION := 0.13.9
ARGS ?=
BIN := .venv/bin
STAMP := .venv/.synced
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

# Each candidate is run, not only looked up: a version manager's shim may exist without its
# version, and Debian ships python3 without the part of venv that installs pip.
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$candidate -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$candidate && break; done)

# One more than there are cores: about a third of the tests' time is spent waiting for something.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

# Where it is set, every process would compile the whole project anew.
export PYTHONDONTWRITEBYTECODE :=
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(BIN)/python

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with everything pinned in uv.lock

$(STAMP): pyproject.toml uv.lock
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c '$(SUITABLE)' || { \
		echo "Touchpoint needs Python 3.11 or newer with its venv module (on Debian: apt install python3-venv);" \
			"found: $(or $(PYTHON),none). Name one with: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@$(BIN)/python -c '$(SUITABLE)' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv
	@[ "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" = "$(UV_VERSION)" ] || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "Setting up .venv from uv.lock, once"
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

demo: $(STAMP) ## Live four sample weeks, then serve the local page (ARGS="--no-serve" ends instead)
	@$(BIN)/touchpoint demo $(ARGS)

test: $(STAMP) ## Run the tests on all cores, but for the deep ones (ARGS="-k cadence" picks some)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not deep" $(ARGS)

deep: $(STAMP) ## Run the deep tests: journeys once more in Slack, Teams and on PostgreSQL, every case tried
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m deep $(ARGS)

lint: $(STAMP) ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(STAMP) ## Look for insecure habits in the code and known vulnerabilities of what it uses
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml bot prompts scheduling storage
	@$(BIN)/python .ci/audit.py

sbom: $(STAMP) ## Write what an installation consists of (CycloneDX) to dist/touchpoint.cdx.json
	@$(BIN)/python .ci/sbom.py dist/touchpoint.cdx.json

format: $(STAMP) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(STAMP) ## Print the benchmarks' ratios
	@$(BIN)/python -m bench $(ARGS)

eval: $(STAMP) ## See how well the model of TOUCHPOINT_AI_* words made-up weeks; recorded answers without one
	@$(BIN)/python -m bench.eval $(ARGS)

screenshots: $(STAMP) ## Take the pictures of the local page, Slack, Teams and the terminal anew
	@$(BIN)/python -m tests.screenshots $(ARGS)

vendor: $(STAMP) ## Copy the pinned front-end file from npm into the local page
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund
	cp node_modules/htmx.org/dist/htmx.min.js bot/local/static/htmx.min.js
	cp node_modules/htmx.org/LICENSE bot/local/static/htmx-LICENSE.txt

clean: ## Remove .venv, node_modules and every cache
	rm -rf .venv node_modules dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
