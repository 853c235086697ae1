# The commands of Bloodcount; `make` alone lists them. Needs Python 3.11 or newer, make and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := dev,postgres,s3,train
INSTALLED := $(VENV)/.installed
PYTEST_ARGS ?=
SERVE_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup serve test check format lock

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(INSTALLED) ## Install everything into .venv; does nothing when nothing changed

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Bloodcount needs Python 3.11 or newer, and $(PYTHON) is older: run 'make $(MAKECMDGOALS) PYTHON=python3.11'" >&2; \
		exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV); the first time this takes several minutes and about 6 GB"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

serve: setup ## Serve the web application at http://127.0.0.1:8000 (more options: SERVE_ARGS="--port 9000")
	$(BIN)/bloodcount serve $(SERVE_ARGS)

test: setup ## Run all tests; what needs a tool that is not here is skipped with the reason (PYTEST_ARGS="tests/unit -x")
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: setup ## Lint, formatting, types, import layers and house rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml app model migrations
	$(BIN)/python -m pytest -q tests/architecture

format: setup ## Put the code into the project's format and mend what ruff can mend by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: setup ## Write constraints.txt from what .venv holds now (after an upgrade that passes the tests)
	@{ echo "# The versions that 'make setup' installs; made by 'make lock' from a set-up that passes the tests."; \
		$(BIN)/python -m pip freeze --exclude-editable --disable-pip-version-check | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$'; } > constraints.new
	@mv constraints.new constraints.txt
	@touch $(INSTALLED)
	@echo "constraints.txt pins $$(grep -c == constraints.txt) packages"
