# On a fresh machine with Python and make: `make demo` or `make test`, nothing before.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed

.PHONY: setup demo test prove lint golden bench lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 ou plus récent est nécessaire (trouvé : %d.%d)" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup  ## A complete exam session, in demo/
	$(PY) -m kit demo --out demo

test: setup  ## All tests, a sample of every repeated check
	$(PY) -m pytest -n 2 -m "not full" --durations=12

prove: setup  ## The full numbers, resumable; writes proof/*.json
	$(PY) -m pytest -n 2 -p tests.proving --proof proof/summary.json -m full

lint: setup
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

golden: setup  ## Rewrite the reference texts of tests/golden
	$(PY) -m pytest -m "not full" --update-golden tests/documents

bench: setup
	for name in engine whole_job rebuild growth build_time marking practice_page papermill_suite; do $(PY) benchmarks/$$name.py --json || exit 1; done

lock:  ## Pin the versions again (needs uv on the PATH)
	uv pip compile --quiet --generate-hashes --universal --no-header --no-emit-index-url pyproject.toml --all-extras -o requirements.lock

clean:
	rm -rf $(VENV) demo dist .pytest_cache .mypy_cache .ruff_cache
