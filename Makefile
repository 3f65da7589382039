# The commands a person types. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
SEEDS  ?= 50
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PAGES  := _build/html/index.html
ABOUT  := \033[1m%s\033[0m\n

# One thread: fair timings, equal digits, and on a busy machine the faster choice.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The sample class is ours, so it is trusted where there is no sandbox.
TRUST     := $(if $(shell command -v bwrap),,--unsafe-no-sandbox)
SAMPLED   := $(subst _,-,$(notdir $(wildcard autograde/sample_class/*)))

.DEFAULT_GOAL := help
.PHONY: help course site release class test lint serve lab constraints clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/' | expand -t 22

course: site class  ## build the site, release the exercises, grade a sample class
	@printf '\nThe site:     $(CURDIR)/$(PAGES)   (make serve shows it)\n'
	@printf 'To work:      make lab\n'

$(READY): pyproject.toml constraints.txt
	@printf '$(ABOUT)' 'Making the environment in $(VENV) (some minutes, once)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on \
	  --constraint constraints.txt --editable '.[book,grade,test]'
	@touch $@

site: release  ## build the website
	@printf '$(ABOUT)' 'Building the website'
	@$(BIN)/python book/_ext/vendor.py
	@rm -rf _build/html _build/.doctrees
	@$(BIN)/jupyter-book build . -W -n --keep-going --quiet

release: $(READY)  ## write the released exercises from solutions/
	@printf '$(ABOUT)' 'Releasing the exercises'
	@$(BIN)/python -m autograde release

class: release  ## let a sample class hand in, and grade it
	@printf '$(ABOUT)' 'Grading a sample class'
	@for name in $(SAMPLED); do \
	  $(BIN)/python -m autograde sample $$name && $(BIN)/python -m autograde grade $$name $(TRUST) || exit 1; \
	done

test: $(READY) lint  ## run all tests, every chapter and every exercise
	@$(BIN)/python book/_ext/vendor.py
	$(BIN)/pytest -n 2 --dist loadscope
	$(BIN)/python -m autograde certify --seeds $(SEEDS)
	$(BIN)/pytest -n 2 --dist loadscope --nbval --nbval-current-env \
	  --nbval-sanitize-with tests/nbval_sanitize.cfg book/*.ipynb

lint: $(READY)  ## check style and formatting
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

serve: site  ## show the site at http://localhost:8000
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000

lab: $(READY)  ## open JupyterLab with the chapters and exercises
	@$(BIN)/jupyter lab --notebook-dir .

constraints: $(READY)  ## pin the environment as it is
	@{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//'; } \
	  > constraints.new && mv constraints.new constraints.txt

clean:  ## remove all that was built; the environment and submissions stay
	rm -rf _build .pytest_cache .ruff_cache .hypothesis build *.egg-info book/_static/vendor
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
