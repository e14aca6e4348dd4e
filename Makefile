# Two commands on a fresh machine with git, make and Python 3.11: `make run` and `make test`. Both set up what they need
# once; the marks in .setup say what has been set up, and for which locks.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data/demo
PORT ?= 8501
AS_OF ?= 2025-06-30
SIZE ?= small
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

MODELS := $(shell find dbt_project/models dbt_project/tests -name '*.sql')
MADE_WITH := .sqlfluff requirements/lint.txt dbt_project/dbt_project.yml $(shell find dbt_project/macros -name '*.sql')

.PHONY: run pipeline demo dagster docs test lint types sql imports dead unit browser bench lock setup clean

run: pipeline
	$(BIN)/oversight serve --data $(DATA) --port $(PORT)

pipeline: demo
	$(BIN)/oversight run --demo-key --landing $(DATA)/files/landing --data $(DATA) --as-of $(AS_OF)

demo: setup $(DATA)/files/planted.csv

$(DATA)/files/planted.csv: | setup
	$(BIN)/oversight demo --size $(SIZE) --out $(DATA)/files

dagster: demo
	$(BIN)/python -m pipelines.orchestration.serve --data $(DATA) --as-of $(AS_OF) --demo

docs: setup
	$(BIN)/oversight docs --out $(DATA)/docs

setup: .setup/run

.setup/run: requirements/run.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name it with PYTHON=..." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	mkdir -p .setup && touch $@

.setup/test: requirements/test.txt requirements/lint.txt .setup/run
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/test.txt --requirement requirements/lint.txt
	sh tests/browser/install.sh $(BIN)/python
	touch $@

test: .setup/test lint types sql imports dead unit

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/pyrefly check

sql: .setup/sql-lint

# Parsing and judging a model takes sqlfluff half a second whatever renders it, so only models that changed are linted;
# where something changed that all of them are made with, all are.
.setup/sql-lint: $(MODELS) $(MADE_WITH)
	$(BIN)/sqlfluff lint --processes 2 $(if $(filter $(MADE_WITH),$?),dbt_project/models dbt_project/tests,$?)
	mkdir -p .setup && touch $@

imports:
	$(BIN)/lint-imports

dead:
	$(BIN)/vulture

unit:
	$(BIN)/pytest

browser: .setup/test
	$(BIN)/pytest tests/browser

# New pins: what stands in the locks stays unless it must move; no address gets into them.
lock:
	cd requirements && for name in run test lint; do uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-strip-extras --no-header --no-annotate $$name.in -o $$name.txt; done

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf data .setup $(VENV)
