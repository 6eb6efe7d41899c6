# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test env lint bench lock clean chromium

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/run ## Make a simulated brand, decide its next best actions, explain the best one
	@rm -rf demo
	$(BIN)/unisono world new demo --customers 2000 --seed 7
	$(BIN)/unisono check demo
	$(BIN)/unisono run demo --as-of 2026-01-05
	$(BIN)/unisono decisions demo --top 5
	$(BIN)/unisono why demo
	$(BIN)/unisono voice demo --svg demo/voice.svg

test: .venv/dev lint chromium ## Everything CI checks: style, types, boundaries, tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

chromium:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the tests of pages ..."; \
	{ apt-get update -q && apt-get install -y -q chromium; } >/dev/null 2>&1; } || \
	echo "ATTENTION: Chromium cannot be had here, so no page is tested in a browser. Hint: apt-get install chromium"

env: .venv/run ## Make .venv with the unisono command in it
	@echo "Ready: $(BIN)/unisono --help"

lint: .venv/dev ## Style, types, import boundaries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev ## Measure the claims of the documentation
	$(BIN)/python benchmarks/pipeline.py
	$(BIN)/python benchmarks/decide.py
	$(BIN)/python benchmarks/deciding.py

lock: ## Renew requirements/*.txt (needs uv)
	uv pip compile -q --universal --generate-hashes --custom-compile-command "make lock" pyproject.toml --extra charts --extra web --group build -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --custom-compile-command "make lock" pyproject.toml --all-extras --group dev -c requirements/run.txt -o requirements/dev.txt

clean: ## Remove the environment and the demo
	rm -rf .venv demo

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Unisono needs Python 3.11 or newer; $(PYTHON) is older. Hint: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what 'unisono' needs into .venv ..."
	@$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@echo "Installing what the tests need into .venv (Spark is large; this can take minutes) ..."
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@
