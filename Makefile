# The two commands: `make verify` (the theorem report) and `make test` (everything that must hold).
# Both need Python 3.11 or later with venv; choose another interpreter with `make PYTHON=python3.12 ...`.

PYTHON ?= python3
VENV ?= .venv
# worker processes of the test run
JOBS ?= 2
# how many mutations to try
MUTANTS ?= 40
# how long to fuzz
SECONDS ?= 3600
# theorems to verify; all of them if empty
NAMES ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# modules are compiled when they are first imported; most of them never are
INSTALL := $(PIP) install --quiet --no-compile --editable

.PHONY: help verify lab atlas survey test lint types contract docs pytest slow fuzz mutants lowest bench clean distclean

help:
	@echo 'make verify    install rankstrat in $(VENV) and check every theorem (NAMES="..." for some)'
	@echo 'make test      lint, types, import contract, documentation, tests, doctests, README and examples'
	@echo 'make lab       the experiments of the lectures: predictions beside measurements (minutes)'
	@echo 'make atlas     the stored tables of docs/atlas anew (under a minute)'
	@echo 'make survey    the stored table of models and verbs anew (minutes)'
	@echo 'make slow      the exhaustive sweeps'
	@echo 'make fuzz      the command line on random input, for SECONDS=3600'
	@echo 'make mutants   which mutations of the trusted rooms the tests miss, MUTANTS=40 of them'
	@echo 'make lowest    tests with the lowest versions that setup.cfg declares, in an environment of their own'
	@echo 'make bench     exact rank against python-flint alone'
	@echo 'make docs      the documentation, in docs/_build/html; readable without a network where npm reaches a registry'
	@echo 'make clean     remove what these made; make distclean removes $(VENV) too'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "rankstrat needs Python 3.11 or later, this is %d.%d; try make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo '$(PYTHON) cannot make a virtual environment; on Debian, try: apt-get install python3-venv'; exit 1; }

# The stamps keep a second run from installing again.
$(VENV)/.installed: setup.cfg pyproject.toml | $(BIN)/python
	@echo 'installing rankstrat and what it needs in $(VENV); about a minute'
	$(INSTALL) .
	@touch $@

$(VENV)/.installed-dev: setup.cfg pyproject.toml | $(BIN)/python
	$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.installed

verify: $(VENV)/.installed
	$(BIN)/rankstrat verify $(NAMES)

lab: $(VENV)/.installed-dev
	$(BIN)/rankstrat experiment --jobs $(JOBS)

atlas: $(VENV)/.installed
	rm -rf docs/atlas
	$(BIN)/rankstrat atlas docs/atlas --jobs $(JOBS)

survey: $(VENV)/.installed
	$(BIN)/python docs/survey/run.py

# Every check runs, also after one has failed; the tests come last.
test: $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory --keep-going --jobs 2 lint types contract docs; checks=$$?; \
	  $(MAKE) --no-print-directory pytest && exit $$checks

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contract: $(VENV)/.installed-dev
	$(BIN)/lint-imports --config setup.cfg

# Pages are dealt out beforehand: twice as many hands as processors even out long and short ones.
docs: $(VENV)/.installed-dev docs/_mathjax
	$(BIN)/python -m sphinx -W --keep-going -q -j $$((2 * $$(getconf _NPROCESSORS_ONLN))) -b html docs docs/_build/html

# MathJax with its fonts from the npm registry; without one the pages fetch it when they are read.
docs/_mathjax:
	@folder=$$(mktemp -d) && cd "$$folder" && npm pack --silent mathjax@3.2.2 >/dev/null 2>&1 && \
	  tar -xzf mathjax-3.2.2.tgz && mkdir -p "$(CURDIR)/$@/output/chtml" && \
	  cp package/es5/tex-mml-chtml.js "$(CURDIR)/$@" && \
	  cp -r package/es5/output/chtml/fonts "$(CURDIR)/$@/output/chtml" || \
	  echo 'MathJax is not bundled: npm does not reach a registry'

pytest: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) --durations=10

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) -m slow --durations=10

fuzz: $(VENV)/.installed-dev
	$(BIN)/python tests/fuzz/run.py $(SECONDS)
	$(BIN)/python -m pytest -q -m slow tests/fuzz/test_weight_files.py

mutants: $(VENV)/.installed-dev
	$(BIN)/python tests/bench/mutation.py $(MUTANTS)

lowest: | $(BIN)/python
	$(BIN)/python tests/bench/lowest.py

bench: $(VENV)/.installed-dev
	@for script in tests/bench/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

clean:
	rm -rf build dist *.egg-info docs/_build docs/_generated docs/_mathjax .coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find rankstrat tests examples docs -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
