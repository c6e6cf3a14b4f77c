# One command each; `make test` and `make demo` set up whatever is missing by themselves.
.PHONY: demo test check docs bench package editor test-editor clean setup

PYTHON := .venv/bin/python
NODE := .cache/editor/node
export PYTHONUTF8 = 1

demo: .venv/ready
	$(PYTHON) demo/run.py

test: check
	$(PYTHON) -m pytest
	$(MAKE) --no-print-directory test-editor

# In a real VS Code, with the extension as it is packaged. One file after the other: an editor takes two cores.
test-editor: package
	tools/editor
	$(NODE) --test --test-concurrency=1 --test-reporter=spec tests/editor/*.test.mjs

check: .venv/ready client-vscode/node_modules/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	npm --prefix client-vscode run --silent check

docs: .venv/ready
	$(PYTHON) -m layerwise.engine.docs
	$(PYTHON) benchmarks/precision.py --write

# For another platform: make package PLATFORM=darwin-arm64
package: setup
	tools/package $(if $(PLATFORM),--platform $(PLATFORM))

editor: package
	tools/editor
	exec $(NODE) tests/editor/open.mjs

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
