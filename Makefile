# make run            start the dashboard on http://127.0.0.1:8501
# make run DATA=path  open a local CSV/XLSX/Parquet file, or a folder of canonical Parquet files
# make run PEOPLE=keep   names and phones of files stay readable unless chosen otherwise, to call people
# make test           everything that must be green: format, lint, types, tests with a real browser, then those that measure seconds
# make soak           the long versions: 50 and 100 people for ten minutes, 100 owners side by side; then writes docs/trust.md
# make pictures       the pictures of both READMEs, taken anew in a real browser
# make test-engines   the same numbers on Postgres, ClickHouse and a two-worker Spark (large to install; needs Java and Postgres)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test test-engines engines-if-here soak fuzz check browser format words pictures clean

$(VENV)/.run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.run $@

run: $(VENV)/.run
	LTV_DATA="$(DATA)" LTV_PORT=$(PORT) LTV_PEOPLE="$(PEOPLE)" $(BIN)/python server.py

# Debian's Chromium where no browser is found; elsewhere the browser tests say what is missing.
browser:
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || \
	  { command -v apt-get >/dev/null 2>&1 && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no Chromium found and none could be installed: browser tests will be skipped"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# What failed is asked once more, alone on the machine: limits on time and memory are hard to keep while two others work beside.
AGAIN := $(BIN)/python -m pytest -p no:xdist --last-failed --last-failed-no-failures=none
test: $(VENV)/.dev browser check
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not load" --ignore tests/trust/test_generated.py || $(AGAIN) -m "not load"
	$(BIN)/python -m pytest -n 2 --dist load tests/trust/test_generated.py
	$(BIN)/python -m pytest -m load -p no:xdist -s || $(AGAIN) -m load -s

# Alone on the machine: nothing else may run beside it.
soak: $(VENV)/.dev browser
	LTV_SOAK=1 $(BIN)/python -m pytest -m load -p no:xdist -s
	LTV_SOAK=1 $(BIN)/python -m pytest -p no:xdist -s tests/trust/test_isolation.py tests/trust/test_erasure.py -m "not load"
	$(BIN)/python -m tests.trust.report

# The long versions of the suites that invent files and kill writers.
fuzz: $(VENV)/.dev
	LTV_FUZZ=17 $(BIN)/python -m pytest -n 2 --dist load -s tests/trust/test_generated.py
	LTV_FUZZ=30 $(BIN)/python -m pytest -p no:xdist -s tests/trust/test_damaged.py
	LTV_FUZZ=4 $(BIN)/python -m pytest -p no:xdist -s tests/journal/test_store.py tests/journal/test_damage.py

# All engines that orders may live in: Postgres, ClickHouse and a two-worker Spark, started on loopback and removed at the end.
ENGINES := .venv-engines
$(ENGINES)/.ready: requirements.txt requirements-engines-dev.txt
	@test -x $(ENGINES)/bin/python || $(PYTHON) -m venv $(ENGINES)
	@$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-engines-dev.txt
	@touch $@

ASK_ENGINES := LTV_TEST_ENGINES=all $(ENGINES)/bin/python -m pytest -o cache_dir=.pytest_cache/engines
test-engines: $(ENGINES)/.ready
	$(ASK_ENGINES) -n 2 --dist loadgroup --no-loadscope-reorder --durations=10 tests/engines || \
	  $(ASK_ENGINES) -p no:xdist --last-failed --last-failed-no-failures=none tests/engines

# For machines that nobody prepared: without Java (17 or newer) or Postgres it says so and asks nothing.
engines-if-here:
	@if java -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])' && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then $(MAKE) test-engines; \
	  else echo "Java 17 or Postgres is not on this machine: the engines of make test-engines are left out"; fi

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) $(ENGINES) .pytest_cache .mypy_cache .ruff_cache .hypothesis

pictures: $(VENV)/.dev browser
	$(BIN)/python -m tests.browser.pictures

# Collect new texts into the catalogues; translate what is empty in locales/*/LC_MESSAGES/ltv.po.
words: $(VENV)/.dev
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -k N_ -k plural:1,2 -k LtvError -k ReadError -k MappingError -k LimitError -k MissingTableError -k StorageError -k AlreadyWrittenError -k Note -k Question:2 -k progress -k Column:3 -o build/ltv.pot ltvlib pages app.py server.py
	$(BIN)/pybabel -q update -i build/ltv.pot -d locales -D ltv --no-fuzzy-matching --ignore-obsolete --omit-header
