# make demo   half a year of a hotline on a stack of its own; the documents are left in demo-out/
# make test   everything that a change must pass
# make up     the stack in the foreground; Ctrl-C stops it
# make check  the fast part of `make test`: style, types, who imports whom
# make bench  rows and commands a second, a briefing over 300,000 events, against what was promised and what the disk can do
# make states rewrite docs/states.md from the deciders: every state x every command
# make mutants  how many mutants of deciders, calendar and numbering the unit tests kill (a quarter of an hour)
# make lock   renew requirements.lock after a change of dependencies
.DEFAULT_GOAL := help
.PHONY: help demo test check up bench states mutants lock

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

help:
	@sed -n 's/^# make /make /p' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Lianxi needs Python 3.11 to 3.13; name one with: make PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	$(BIN)/lianxi demo --out demo-out

up: $(READY)
	$(BIN)/lianxi up

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest

bench: $(READY)
	$(BIN)/python -m benchmarks.import_rate
	$(BIN)/python -m benchmarks.command_throughput
	$(BIN)/python -m benchmarks.briefing

states: $(READY)
	$(BIN)/python -m tests.support.state_tables --write

mutants: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	$(BIN)/python -m benchmarks.mutants

lock: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --universal --generate-hashes --extra dev --python-version 3.11 --no-emit-index-url \
	  --quiet -o requirements.lock pyproject.toml
