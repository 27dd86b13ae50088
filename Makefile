# Two commands matter: `make demo` and `make test`. Both set up what they need in .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help demo test lint types arrows unit measure docs serve lock clean

help:  ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.installed  ## synthesise a policy for the Cleanup dilemma, no key needed, about a minute
	$(BIN)/solon run cleanup --budget-seconds 30 --option objective=welfare

test: lint types arrows unit  ## format, lint, types, import arrows, sizes and tests

lint: $(VENV)/.developed  ## check formatting, lint and size budgets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tests/sizes.py

types: $(VENV)/.developed  ## check types, strictly
	$(BIN)/basedpyright --level warning

arrows: $(VENV)/.developed  ## check that imports point down
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.developed  ## run the tests
	$(BIN)/python -m compileall -q src
	$(BIN)/python -m pytest -n auto --dist worksteal

measure: $(VENV)/.developed  ## run the measurements that assert published bars; ten minutes on a quiet machine
	$(BIN)/python -m pytest -m measurement

docs: $(VENV)/.documented  ## build the documentation site into site/, strictly and offline
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

serve: $(VENV)/.documented  ## show the documentation site on this machine, with search
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --quiet

lock: $(VENV)/.developed  ## pin the newest allowed versions
	$(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group docs pyproject.toml -o requirements-docs.lock

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Solon needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.created requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps -e .
	touch $@

$(VENV)/.documented: $(VENV)/.installed requirements-docs.lock
	$(PIP) --require-hashes -r requirements-docs.lock
	touch $@

$(VENV)/.developed: $(VENV)/.installed requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

clean:  ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache
