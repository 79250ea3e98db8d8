# Every target makes its own environment in .venv and needs nothing but Python 3.11 or newer with its pip.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check audit docs bench pictures clean

help:
	@echo "make demo     crawl five loopback outlets, tag, search, plot: the whole way in a few minutes, without a network"
	@echo "make test     run the tests"
	@echo "make check    lint, format, types, import layers, documentation"
	@echo "make audit    known faults in what we depend on (asks the network), regular expressions, unsafe calls"
	@echo "make docs     write the documentation as a site to site/"
	@echo "make bench    measure quality and speed beside the peers"
	@echo "make pictures draw docs/pictures anew, with the Chromium of this machine"
	@echo "make install  make .venv with tintinh in it (the others do it by themselves)"
	@echo "make clean    remove .venv, builds, caches and the demo; your corpus and archive stay"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tintinh needs Python 3.11 or newer; say which: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/tintinh demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tintinh check --sources-only

audit: $(STAMP)
	$(BIN)/ruff check --select S .
	$(BIN)/python -m benchmarks.patterns
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[audit]'
	$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

# Links are checked, and anything doubtful is an error; tests/test_docs_site.py builds it the same way.
docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "open site/index.html, or, to search it, python -m http.server --directory site and http://127.0.0.1:8000"

bench: $(STAMP)
	$(BIN)/python -m benchmarks.themes
	$(BIN)/python -m benchmarks.tagging
	$(BIN)/python -m benchmarks.segment
	$(BIN)/python -m benchmarks.mentions
	$(BIN)/python -m benchmarks.extraction
	$(BIN)/python -m benchmarks.alarms
	$(BIN)/python -m benchmarks.scale

pictures: $(STAMP)
	$(BIN)/python -m benchmarks.pictures

clean:
	rm -rf .venv build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov data/var/demo
	find . -name __pycache__ -type d -not -path './.git/*' -exec rm -rf {} +
