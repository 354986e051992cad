# Two commands are enough:  make run   make test
# Everything is installed into .venv from hash-locked files; nothing is written outside this folder.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000
# On two cores a third process costs more than it brings.
TEST_PROCESSES ?= 2
COVERED := var/coverage.json
export VIGIE_PORT := $(PORT)
unexport PYTHONDONTWRITEBYTECODE  # compiling everything again is half of the time it takes to begin

.PHONY: run test check bench setup setup-dev browser voices lock clean

run: setup
	$(BIN)/vigie serve

setup: .venv/run.stamp

setup-dev: .venv/dev.stamp

# The whole suite. With COVERAGE=1 (as .ci/run) the branch coverage that routing/ must keep is measured too: a quarter more time.
test: .venv/dev.stamp browser voices
	$(BIN)/python $(if $(COVERAGE),-W "ignore:Unable to activate pytest" -m slipcover --json --out $(COVERED)) -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(ARGS)
	$(if $(COVERAGE),$(BIN)/python -m slipcover --skip-covered --fail-under 95 --out $(COVERED) --merge $(COVERED))

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vigie catalogue check
	VIGIE_DATA_DIR=var/check $(BIN)/vigie db upgrade
	VIGIE_DATA_DIR=var/check $(BIN)/vigie db check

bench: .venv/dev.stamp
	$(BIN)/python -m tests.bench $(ARGS)

# A browser for tests/browser: an installed one, else the distribution's (as root), else Playwright's own download.
browser: .venv/dev.stamp
	@$(BIN)/python -m tests.browser.provide

# Synthetic voices for tests/speech: espeak-ng and sox, from the distribution (as root).
voices: .venv/dev.stamp
	@$(BIN)/python -m tests.speech.synthetic

# After a change of the dependencies in pyproject.toml (needs uv: pip install uv).
lock:
	uv pip compile requirements/build.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/build.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/run.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements/run.txt -o requirements/dev.txt

.venv/created.stamp:
	@test -n "$(PYTHON)" || { echo "Vigie needs Python 3.11, 3.12 or 3.13: install one, or name it:  make run PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@touch $@

# --no-deps: the lock is whole, and pip trips over "name[extra]" of a locked package once a newer version is out.
.venv/run.stamp: .venv/created.stamp requirements/build.txt requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

clean:
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
