PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: test
test: $(STAMP)
	$(BIN)/python -m pytest -q

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	touch $@
