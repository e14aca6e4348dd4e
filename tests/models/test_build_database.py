"""The schema raw of a build database: which files' rows and issues stand in it, and in which types."""

# ruff: noqa: S608 - the queries are these tests' own words

import datetime as dt

from pipelines import build_database
from pipelines.contracts import load_contracts
from pipelines.model_sources import AUDIT_COLUMNS, FILES_COLUMNS, source_columns
from tests.models.conftest import Loads


def test_every_source_is_there_and_typed_without_a_file(loads: Loads) -> None:
    build_database.make_empty(loads.database)
    for source, contract in load_contracts().items():
        expected = [(name, kind.upper().replace(" ", "")) for name, kind, _ in source_columns(contract)]
        expected += [(name, kind.upper()) for name, (kind, _) in AUDIT_COLUMNS.items()]
        described = loads.ask(f"describe raw.{source}")
        assert [(row[0], row[1]) for row in described] == expected
        assert loads.ask(f"select count(*) from raw.{source}") == [(0,)]
    assert [row[0] for row in loads.ask("describe raw.files")] == list(FILES_COLUMNS)


def test_a_content_of_two_days_stands_once_per_day_and_repeated_files_bring_nothing(loads: Loads) -> None:
    load = loads.send(
        "providers", "2025-01-31", [{"provider_id": "P", "name": "甲"}], "140502", [(9, "name", "missing", "row")]
    )
    loads.file("providers", "2025-02-28", load, "140502")
    loads.file("providers", "2025-02-28", load, "140502", status="repeated")
    loads.make()
    assert loads.ask("select provider_id, _file, _file_order, _file_date, _division_key, _line from raw.providers") == [
        ("P", "providers_1.csv", 1, dt.date(2025, 1, 31), "140502", 2),
        ("P", "providers_2.csv", 2, dt.date(2025, 2, 28), "140502", 2),
    ]
    assert loads.ask("select count(*) from raw.files") == [(3,)]
    assert loads.ask('select file, line, source, "column", reason, level from raw.quarantine') == [
        ("providers_1.csv", 9, "providers", "name", "missing", "row"),
        ("providers_2.csv", 9, "providers", "name", "missing", "row"),
    ]


def test_a_quarantined_file_brings_issues_but_no_rows(loads: Loads) -> None:
    loads.send("budgets", "2025-01-31", [{"division_code": "140502"}], None, [(2, "amount", "missing_column", "row")])
    loads.files[0]["status"] = "quarantined"
    loads.make()
    assert loads.ask("select count(*) from raw.budgets") == [(0,)]
    assert loads.ask("select reason from raw.quarantine") == [("missing_column",)]
