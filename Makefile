# Two commands: `make` builds the course, `make test` checks it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DELETE_ON_ERROR:
PYTHON ?= python3
PORT ?= 8000
PROFILE ?= small
export PYTHON
export DLCOURSE_PROFILE := $(PROFILE)
# Threads that wait for work should sleep: spinning ones starve whatever shares the machine.
export OMP_WAIT_POLICY := passive
# Frozen modules only slow the debugger that notebooks do not use; the note is noise.
export PYDEVD_DISABLE_FILE_VALIDATION := 1

BIN := .venv/bin
DONE := _build/done
# Inside what it speaks of: with the environment the note that it is complete goes too.
VENV := .venv/complete
# A process a core, each with one thread, and each takes over tests of one that is behind.
# Not in pytest's own settings: nbval's run, with a plugin of ours, must be one process.
PYTEST := env OMP_NUM_THREADS=1 $(BIN)/pytest -n logical --maxprocesses 8 --dist worksteal --durations 10
PROOFREAD := PYTHONPATH=book/_ext $(BIN)/python -m proofread
# The problem sets' sources may lie outside a public repository: then this names their folder.
# Empty is unset, as in grader/sources.py, also where it is empty on make's command line.
override DLCOURSE_SOLUTIONS := $(or $(strip $(DLCOURSE_SOLUTIONS)),solutions)
export DLCOURSE_SOLUTIONS
# A set is a folder with a source of its own name: without one there is nothing to generate.
SETS := $(foreach folder,$(wildcard $(DLCOURSE_SOLUTIONS)/*),\
  $(if $(wildcard $(folder)/$(notdir $(folder)).md),$(notdir $(folder))))
NO_SOURCES := no sources of problem sets in $(DLCOURSE_SOLUTIONS)/ (DLCOURSE_SOLUTIONS names another folder)
# Those that the sample class has handed in.
SAMPLED := $(filter $(sort $(notdir $(wildcard grader/sample_class/submitted/*/*))),$(SETS))

files = $(shell find $(1) -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*' 2>/dev/null)
LIBRARY := $(call files,dlcourse)
BOOK := $(call files,book) _config.yml _toc.yml
SOURCES := $(call files,$(DLCOURSE_SOLUTIONS))
RELEASED := $(call files,exercises)
GRADER := $(filter-out grader/sample_class/%,$(call files,grader)) grader/sample_class/nbgrader_config.py
SUBMITTED := $(call files,grader/sample_class/submitted)

.PHONY: course site exercises sample-class compare-exercises \
  big-class public-copy serve formgrader test test-slow lint types korean korean-record korean-accept unit drift notebooks \
  bench references budget links zip pdf epub new-chapter new-problem-set format lock clean help

course: exercises site sample-class ## the site, the problem sets and a graded sample class (default)
	@echo
	@echo "The site: _build/html/index.html"
	@for set in $(SAMPLED); do echo "Grades of the sample class, problem set $$set:"; $(BIN)/grader report $$set --format table; done
	@echo "To look at it: make serve (then http://localhost:$(PORT)); make formgrader for nbgrader's pages"

site: $(DONE)/site ## the site in _build/html, every cell executed
exercises: $(DONE)/exercises ## the release versions in exercises/
sample-class: $(DONE)/sample-class ## grades and feedback of grader/sample_class

$(VENV): requirements.txt constraints.txt pyproject.toml scripts/create-venv
	@scripts/create-venv
	@touch $@

# What only apt can install; once tried, `grader` itself says what is still missing.
$(DONE)/system: scripts/install-system-packages
	@scripts/install-system-packages
	@mkdir -p $(DONE) && touch $@

$(DONE)/system-tests: scripts/install-system-packages
	@scripts/install-system-packages --tests
	@mkdir -p $(DONE) && touch $@

$(DONE)/site: $(VENV) $(BOOK) $(LIBRARY) $(RELEASED)
	@mkdir -p $(DONE)
	@echo "Building the site; cells that are not in the cache are executed ..."
	@$(BIN)/jupyter-book build book --config _config.yml --toc $(CURDIR)/_toc.yml --path-output . \
	  --warningiserror --nitpick --keep-going || { \
	  rm -rf _build/.doctrees; exit 1; } # Sphinx forgets its warnings once a page is read
	@touch $@

$(DONE)/exercises: $(VENV) $(SOURCES) $(GRADER)
	@mkdir -p $(DONE)
ifneq ($(SETS),)
	@echo "Generating exercises/ ..."
	@$(BIN)/grader release all
else
	@echo "exercises/ stays as it is: $(NO_SOURCES)."
endif
	@touch $@

$(DONE)/sample-class: $(DONE)/exercises $(DONE)/system $(SUBMITTED) $(LIBRARY)
ifeq ($(SAMPLED),)
	@echo "The sample class is not graded: it has handed in nothing, or there are $(NO_SOURCES)."
endif
	@for set in $(SAMPLED); do \
	  echo "Grading the sample class, problem set $$set ..."; \
	  $(BIN)/grader autograde $$set && $(BIN)/grader feedback $$set; done
	@touch $@

big-class: $(VENV) ## thirty students with work in every set, in grader/big_class
	@$(BIN)/python -m tests.tools.make_class grader/big_class

public-copy: $(VENV) ## PUBLIC=... without answers, PRIVATE=... with them
	@$(BIN)/python -m tests.tools.split $(PUBLIC) $(PRIVATE)

serve: site ## show the site at http://localhost:8000 (PORT=... for another)
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

formgrader: sample-class ## nbgrader's own pages for the sample class
	@$(BIN)/grader formgrader

# One after another, and all of them: a failure in one should not hide those after it.
test: $(VENV) $(DONE)/system-tests site ## lint, types, unit tests, drift, every notebook
	@scripts/run-checks lint types korean drift notebooks unit

lint: $(VENV) ## ruff's rules and format; nothing unpinned, no device named
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/python -m tests.ci.pins && $(BIN)/python -m tests.ci.devices
	@scripts/lint-workflows

types: $(VENV) ## mypy on the library and the grader
	@$(BIN)/mypy

korean: $(VENV) ## proofread the Korean; name texts that are stale
	@$(PROOFREAD) check

korean-record: $(VENV) ## note new Korean texts in book/korean.lock
	@$(PROOFREAD) record

korean-accept: $(VENV) ## the Korean in FILES is still right though its English changed
	@$(PROOFREAD) accept $(FILES)

compare-exercises: $(VENV)
ifneq ($(SETS),)
	@$(BIN)/grader release all --check
else
	@echo "exercises/ is not compared: $(NO_SOURCES)."
endif

drift: compare-exercises ## exercises/ and tests/notebooks/ are what their sources say
	@$(BIN)/python -m tests.ci.leaks
	@$(BIN)/python -m tests.notebooks check

notebooks: $(VENV) ## every notebook under nbval (FRESH=1: run again what the cache holds)
	@scripts/run-notebooks $(if $(FRESH),--fresh)

budget: $(VENV) ## GPU minutes of each notebook, as estimated
	@$(BIN)/python -m tests.notebooks budget

unit: $(VENV) $(DONE)/system-tests site ## pytest, if anything changed since it passed (FRESH=1: anyway)
	@scripts/unless-unchanged unit $(PYTEST) --junitxml=_build/reports/unit.xml

test-slow: $(VENV) $(DONE)/system-tests site ## what takes minutes: every mistake against every check
	@scripts/unless-unchanged slow $(PYTEST) -m slow --junitxml=_build/reports/slow.xml

# Not among the checks: what other people's servers answer is no fault of a change here.
links: $(VENV) ## follow the links that lead to other sites
	@scripts/check-links

bench: $(VENV) ## measure against the targets (AREA=gan for one area)
	@$(BIN)/python -m tests.bench $(if $(AREA),--area $(AREA))

references: $(VENV) ## make tests/notebooks/ anew and show what became different
	@$(BIN)/python -m tests.notebooks make
	@git --no-pager diff -- 'tests/notebooks/*.ipynb'

zip: site ## the archive for learning without a network, which the site links
	@ls -l _build/html/downloads/deep-learning-side-by-side.zip

# Not part of `make`: printing takes minutes. The pages link what is there.
pdf: $(DONE)/system-tests site ## the whole book as PDF, in English and in Korean
	@PYTHONPATH=book/_ext $(BIN)/python -m downloads pdf

epub: site ## the whole book as EPUB, in English and in Korean
	@PYTHONPATH=book/_ext $(BIN)/python -m downloads epub

new-chapter: $(VENV) ## NAME=gan/wgan TITLE="..." KO="...": begin a chapter
	@$(BIN)/python scripts/begin.py chapter "$(NAME)" "$(TITLE)" "$(KO)"
	@$(BIN)/python -m tests.notebooks make "$(NAME)"
	@$(PROOFREAD) record

new-problem-set: $(VENV) ## NAME=wgan CHAPTER=gan/gan TITLE="..." KO="...": begin one
	@$(BIN)/python scripts/begin.py problem-set "$(NAME)" "$(CHAPTER)" "$(TITLE)" "$(KO)"
	@$(BIN)/grader release "$(NAME)"
	@$(PROOFREAD) record

format: $(VENV) ## let ruff format and mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(VENV) ## pin everything below requirements.txt in constraints.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --no-header --no-annotate \
	  requirements.txt --output-file constraints.txt

clean: ## remove what was built; .venv and the executed cells stay
	@rm -rf _build/html _build/.doctrees _build/done

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24
