# The only commands a developer needs. They want python 3.11 or newer, git and make, and keep everything in .venv.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SHARED := ../shared/terraform
# For make bench: checkov in an environment of its own, trees as NAME=PATH, a checkout of bridgecrewio/checkov.
CHECKOV ?=
TREES ?=
CHECKOUT ?=
DEMO := fixtures/terraform/shop
# One more than there are cores: some tests wait for Terraform, a database or a tracker.
WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

.PHONY: help demo test check lint format types docs fixtures golden bench lock clean
.DEFAULT_GOAL := help

help:  ## Show these commands
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "cloudaudit needs Python 3.11 or newer; say make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q cloudaudit
	@touch $@

demo: $(READY)  ## Set up, scan the bundled estate, show the report
	@$(BIN)/cloudaudit scan $(DEMO) --fail-on never

# The real checkov, for the tests that run it; they are skipped where it cannot be had.
$(VENV)/share: cloudaudit/tools/checkov.txt $(READY)
	@XDG_DATA_HOME=$(CURDIR)/$@ $(BIN)/cloudaudit tools install checkov || true
	@mkdir -p $@ && touch $@

test: $(READY)  ## Everything: format, lint, types, contracts, tests, generated docs
	@$(MAKE) --no-print-directory -j3 lint types $(VENV)/share
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: test  ## The same as test

lint: $(READY)  ## Format, lint, and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo

format: $(READY)  ## Rewrite the files in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(READY)  ## Check types, strictly
	$(BIN)/mypy

docs: $(READY)  ## Write the generated pages again
	$(BIN)/python docs/generate.py

fixtures: $(READY)  ## Make plans and states again with the real Terraform
	@test -d $(SHARED) || { echo "$(SHARED) is not here; the committed fixtures stay as they are" >&2; exit 1; }
	for script in fixtures/*/generate.py; do $(BIN)/python $$script $(SHARED) || exit 1; done
	! command -v terraform >/dev/null || $(BIN)/python tests/oracle/record.py

golden: $(READY)  ## Accept what commands and outputs print now; review the diff
	$(BIN)/pytest -q --golden tests/unit/outputs tests/cli

bench: $(READY)  ## Measure speed and accuracy beside other scanners
	$(BIN)/python benchmarks/speed.py $(if $(CHECKOV),--checkov $(CHECKOV)) $(foreach tree,$(TREES),--tree $(tree))
	$(if $(CHECKOUT),$(BIN)/python benchmarks/accuracy/checkov.py --checkout $(CHECKOUT))

lock: $(READY)  ## Write requirements.lock from what .venv holds
	@{ echo "# Exact versions for development and tests. Made by make lock; updated on purpose."; \
		$(BIN)/python -m pip freeze --exclude-editable; } > requirements.lock

clean:  ## Remove the environment and all caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
