# One command each; `make test` and `make demo` set up whatever is missing by themselves.
.PHONY: demo test check docs bench package clean setup

PYTHON := .venv/bin/python
export PYTHONUTF8 = 1

demo: .venv/ready
	$(PYTHON) demo/run.py

test: check
	$(PYTHON) -m pytest

check: .venv/ready client-vscode/node_modules/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	npm --prefix client-vscode run --silent check

docs: .venv/ready
	$(PYTHON) -m layerwise.engine.docs

bench: .venv/ready
	benchmarks/run

setup: .venv/ready client-vscode/node_modules/ready

.venv/ready: requirements.lock pyproject.toml tools/setup
	tools/setup python
	touch $@

client-vscode/node_modules/ready: client-vscode/package-lock.json tools/setup
	tools/setup node
	touch $@

clean:
	rm -rf .venv client-vscode/node_modules client-vscode/out
