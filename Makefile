# Everything a developer, and CI, does here. Needs python3 (3.11 or later) and make; nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := catalog clean_room connectors data_products entrepot marketplace_api policies
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench lock clean

help:
	@echo "make demo     the marketplace with made-up ports: ONCE=1 SIZE=tiny|demo|bench DATA=folder PORT=number"
	@echo "make test     every test, with coverage"
	@echo "make check    format, lint, types, architecture, docstrings, house limits"
	@echo "make format   rewrite the sources as ruff wants them"
	@echo "make docs     write the generated parts of docs/reference anew"
	@echo "make bench    the clean room against raw DuckDB"
	@echo "make lock     resolve requirements/*.txt anew: UPGRADE=1 takes newer versions"
	@echo "make clean    remove what these made"

# A world is built once in its folder, so each size has one of its own.
demo: $(VENV)/.demo
	$(BIN)/entrepot demo $(if $(ONCE),--once) $(if $(SIZE),--size $(SIZE) --directory .demo-$(SIZE)) $(if $(DATA),--data $(DATA)) $(if $(PORT),--port $(PORT))

# A file's tests stay together, so that what they share is built once.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate --quiet $(PACKAGES)
	$(BIN)/python tests/house_limits.py
	$(BIN)/python -m pip --disable-pip-version-check check

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/overhead.py $(ARGS)

# dev.txt holds everything; the smaller locks take their versions from it.
LOCK = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(if $(UPGRADE),--upgrade)
UV := $(BIN)/uv

lock: $(VENV)/.dev
	$(call lock,dev,--extra dev)
	$(call lock,demo,--extra demo --constraint requirements/dev.txt)
	$(call lock,server,--extra server --extra build --constraint requirements/dev.txt)
	$(call lock,base,--extra build --constraint requirements/dev.txt)

define lock
$(LOCK) $(2) --output-file requirements/$(1).txt > /dev/null
@printf '# Made by "make lock" for $(1) from pyproject.toml; for Python 3.11 and later, any platform.\n' \
	| cat - requirements/$(1).txt > requirements/$(1).new && mv requirements/$(1).new requirements/$(1).txt
endef

clean:
	rm -rf $(VENV) dist .demo .demo-* .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Entrepot needs Python 3.11 or later, found " + sys.version.split()[0] + "; say PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

# A stamp for each set of packages: installed again only when its lock or our metadata changes.
$(VENV)/.%: requirements/%.txt pyproject.toml | $(VENV)/pyvenv.cfg
	$(INSTALL) --require-hashes --requirement $<
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
