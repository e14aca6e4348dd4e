"""What dbt knows of the sources, written from the contracts: sources file, staging docs and the facts that macros use.

The generated files are committed, so that dbt needs no step before it; a test holds them equal to what this module
writes. Run `python -m pipelines.model_sources` after a change of a contract. No data is read here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from pipelines.contracts import Column, Contract, load_contracts
from pipelines.paths import DBT_PROJECT

# The place of each value in the warehouse, by the contract's type. Months are the day they begin.
_TYPES: Mapping[str, str] = {
    "id_card": "varchar",
    "uscc": "varchar",
    "division": "varchar",
    "text": "varchar",
    "code": "varchar",
    "codes": "varchar[]",
    "date": "date",
    "month": "date",
    "datetime": "timestamp",
    "yuan": "decimal(18, 2)",
    "integer": "bigint",
    "decimal": "double",
    "hours": "double",
    "m2": "double",
    "bool": "boolean",
}

AUDIT_COLUMNS: Mapping[str, tuple[str, str]] = {
    "_file": ("varchar", "Path of the file within the landing folder."),
    "_file_order": ("bigint", "Place of the file in the order of files; 1 is the oldest."),
    "_file_date": ("date", "Date in the file's name."),
    "_division_key": ("varchar", "Division in the file's name without trailing zeros; empty if the name has none."),
    "_sheet": ("varchar", "Sheet of the workbook; empty for text and Parquet."),
    "_line": ("bigint", "Line or sheet row on which the record begins; the first is 1."),
}

FILES_COLUMNS: Mapping[str, tuple[str, str]] = {
    "file": ("varchar", "Path within the landing folder."),
    "sha256": ("varchar", "Hash of the content."),
    "source": ("varchar", "Source; empty where the file was not recognised."),
    "division": ("varchar", "Division in the file's name."),
    "division_key": ("varchar", "The division without trailing zeros."),
    "file_date": ("date", "Date in the file's name."),
    "file_order": ("bigint", "Place in the order of files; 1 is the oldest."),
    "rows_read": ("bigint", "Data rows found."),
    "rows_loaded": ("bigint", "Rows accepted."),
    "rows_duplicate": ("bigint", "Rows that repeat another row."),
    "rows_quarantined": ("bigint", "Rows set aside."),
    "not_data": ("bigint", "Blank lines, totals, notes, and rows that a profile leaves out."),
    "status": ("varchar", "unrecognised, unreadable, repeated, empty, quarantined or loaded."),
    "problem": ("varchar", "Why a file was not read, as a code of landing_words.csv."),
    "encoding": ("varchar", "Encoding of a text file."),
    "profile": ("varchar", "Profile by which the file was read."),
    "is_present": ("boolean", "Whether the file still lies in the landing folder."),
    "load_id": ("varchar", "The load that holds its rows."),
}

QUARANTINE_COLUMNS: Mapping[str, tuple[str, str]] = {
    "file": ("varchar", "Path within the landing folder."),
    "sheet": ("varchar", "Sheet of the workbook; empty for text and Parquet."),
    "line": ("bigint", "Line or sheet row on which the record begins."),
    "source": ("varchar", "Source of the file."),
    "column": ("varchar", "Column of the bad value, or the columns joined with |."),
    "reason": ("varchar", "Why the value was not accepted."),
    "level": ("varchar", "row where the whole row was set aside, cell where a cell was emptied."),
}

FIRST_SEEN_COLUMNS: Mapping[str, tuple[str, str]] = {
    "finding_id": ("varchar", "A finding of this or of an earlier publication."),
    "first_seen_on": ("date", "The earliest as_of of a publication that had it."),
}

DECISIONS_COLUMNS: Mapping[str, tuple[str, str]] = {
    "finding_id": ("varchar", "A finding that has a verdict; unique. It may have vanished since."),
    "verdict": ("varchar", "The last of upheld, not_upheld and data_error that a person decided."),
    "decided_at": ("timestamp", "When, in UTC."),
}

# Held unique by construction (and by tests of the macro): at a hundred million rows proving it again in each run costs
# as much as finding the revised rows.
_BULK_SOURCES = frozenset({"visits", "settlement_lines", "points", "check_ins"})

_PLACE = ("varchar", "Policy under which its division lies; empty if under none.")
_REGISTER: Mapping[str, tuple[str, str]] = {
    "left_register": ("boolean", "Missing from the newest snapshot of its division."),
    "version_on": ("date", "Day of the snapshot that holds the row."),
}

_NOTE = "Written by pipelines/model_sources.py from expectations/contracts; change the contract, then run it."


def completeness_column(column: Column) -> str:
    """The companion of a `codes:` column that says whether an empty list is known to mean none."""
    return f"{column.name}_is_complete"


def source_columns(contract: Contract) -> Iterator[tuple[str, str, Column | None]]:
    """Name, SQL type and contract column of everything that `raw.<source>` holds before the audit columns."""
    for name in contract.kept:
        column = contract.columns[name]
        yield name, _TYPES[column.base_type], column
        if column.base_type == "codes":
            yield completeness_column(column), "boolean", None


def _text(text: str) -> str:
    """A text as a Jinja string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def contract_macro() -> str:
    """The macro `contracts()`: per source its mode, key, date and columns, for the staging macros."""
    lines = [
        f"{{# {_NOTE} #}}",
        "{% macro contracts() %}",
        "    {% set facts = {",
    ]
    for contract in load_contracts().values():
        date = contract.columns[contract.date] if contract.date else None
        lines += [
            f"        {_text(contract.source)}: {{",
            f"            'mode': {_text(contract.mode)},",
            f"            'key': [{', '.join(_text(name) for name in contract.key)}],",
            f"            'date': {_text(date.name) if date else 'none'},",
            f"            'date_type': {_text(date.base_type) if date else 'none'},",
            "            'columns': [",
        ]
        for name, _, column in source_columns(contract):
            empties = name if column and column.not_yet_after_as_of else column.emptied_with if column else None
            base_type = column.base_type if column else "bool"
            emptied = contract.columns[empties].base_type if empties else None
            lines.append(
                f"                {{'name': {_text(name)}, 'type': {_text(base_type)}, "
                f"'is_quasi': {str(column is not None and column.pii == 'quasi').lower()}, "
                f"'not_yet': {_text(empties) if empties else 'none'}, "
                f"'not_yet_type': {_text(emptied) if emptied else 'none'}}},"
            )
        lines += ["            ],", "        },"]
    lines += ["    } %}", "    {{ return(facts) }}", "{% endmacro %}", ""]
    return "\n".join(lines)


def _column_text(name: str, column: Column | None) -> str:
    if column is None:
        return f"Whether the list in {name.removesuffix('_is_complete')} is known to be whole."
    parts = ["、".join(column.zh) + "."]
    if column.code_list:
        parts.append(f"Code list {column.code_list}.")
    if column.base_type in {"yuan", "m2", "hours"}:
        parts.append(f"In {column.base_type}.")
    if column.base_type == "id_card" or column.pii == "identifier":
        parts.append("Person key.")
    if column.pii == "quasi":
        parts.append("Quasi-identifier: never published.")
    if column.not_yet_after_as_of:
        parts.append("Empty in staging when after as_of.")
    if column.emptied_with:
        parts.append(f"Empty in staging when {column.emptied_with} is after as_of.")
    if column.note:
        parts.append(column.note[0].upper() + column.note[1:] + ".")
    return " ".join(parts)


def _audit() -> list[dict[str, object]]:
    return [_column(name, kind, text) for name, (kind, text) in AUDIT_COLUMNS.items()]


def _column(name: str, kind: str, text: str) -> dict[str, object]:
    return {"name": name, "data_type": kind, "description": text}


def _dump(document: dict[str, object]) -> str:
    return f"# {_NOTE}\n" + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=118)


def sources_file() -> str:
    """`_sources.yml`: the schema `raw` of a build database."""
    tables: list[dict[str, object]] = [
        {
            "name": "files",
            "description": "One row per file and source.",
            "columns": [_column(name, kind, text) for name, (kind, text) in FILES_COLUMNS.items()],
        },
        {
            "name": "quarantine",
            "description": "One row per quarantined row or emptied cell.",
            "columns": [_column(name, kind, text) for name, (kind, text) in QUARANTINE_COLUMNS.items()],
        },
        {
            "name": "first_seen",
            "description": "One row per finding that the publication before this run knew.",
            "columns": [_column(name, kind, text) for name, (kind, text) in FIRST_SEEN_COLUMNS.items()],
        },
        {
            "name": "decisions",
            "description": "One row per finding on which a person has given a verdict, from the store of decisions.",
            "columns": [_column(name, kind, text) for name, (kind, text) in DECISIONS_COLUMNS.items()],
        },
    ]
    for contract in load_contracts().values():
        columns = [_column(name, kind, _column_text(name, column)) for name, kind, column in source_columns(contract)]
        tables.append(
            {
                "name": contract.source,
                "description": f"One row per accepted row and file ({contract.en}, all versions). {contract.grain}",
                "columns": columns + _audit(),
            }
        )
    source = {"name": "raw", "schema": "raw", "description": "What was accepted, as it came.", "tables": tables}
    return _dump({"version": 2, "sources": [source]})


def staging_file() -> str:
    """`_staging.yml`: one entry per staging model, its grain first."""
    models: list[dict[str, object]] = []
    for contract in load_contracts().values():
        key = list(contract.key) + (["_file_date"] if contract.mode == "snapshot" else [])
        state = "current row" if contract.mode == "events" else "row of each snapshot"
        columns = [_column(name, kind, _column_text(name, column)) for name, kind, column in source_columns(contract)]
        model: dict[str, object] = {
            "name": f"stg_{contract.source}",
            "description": f"{contract.grain} The {state} up to as_of. {contract.en}: {'、'.join(contract.zh)}.",
            "columns": columns + _audit(),
        }
        if contract.source not in _BULK_SOURCES:
            model["data_tests"] = [{"unique_key": {"arguments": {"columns": key}}}]
        models.append(model)
    return _dump({"version": 2, "models": models})


# Published tables in which the rows behind a mart are traced to their files: the source, and what the model adds.
_TRACES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "trace_budgets": ("budgets", {"jurisdiction": _PLACE}),
    "trace_complaints": (
        "complaints",
        {"jurisdiction": _PLACE, "month": ("varchar", "Month of received_on, 2025-03.")},
    ),
    "trace_division_statistics": (
        "division_statistics",
        {
            "jurisdiction": _PLACE,
            "division_key": ("varchar", "The division without trailing zeros."),
            "is_newest": ("boolean", "Whether it is the division's newest year up to as_of."),
        },
    ),
    "trace_facilities": (
        "facilities",
        {
            "jurisdiction": _PLACE,
            "division_key": ("varchar", "The division without trailing zeros."),
            "is_open": ("boolean", "Open on as_of: not closed, opened_on empty or not after as_of."),
            **_REGISTER,
        },
    ),
    "trace_payments": ("payments", {"jurisdiction": _PLACE}),
    "trace_residential_areas": ("residential_areas", {"jurisdiction": _PLACE, **_REGISTER}),
    "trace_transfers": (
        "fund_transfers",
        {
            "from_jurisdiction": ("varchar", "Policy of the giving division; empty if under none."),
            "to_jurisdiction": ("varchar", "Policy of the receiving division; empty if under none."),
        },
    ),
}


def traces_file() -> str:
    """`_traces.yml`: the contracts of the published tables of source rows."""
    models: list[dict[str, object]] = []
    for name, (source, added) in _TRACES.items():
        contract = load_contracts()[source]
        columns = [
            _column(column_name, kind, _column_text(column_name, column))
            for column_name, kind, column in source_columns(contract)
            if column is None or column.pii != "quasi"
        ]
        columns += [_column(column_name, kind, text) for column_name, (kind, text) in added.items()]
        columns += [
            _column(column_name, *AUDIT_COLUMNS[f"_{column_name}"]) for column_name in ("file", "sheet", "line")
        ]
        models.append(
            {
                "name": name,
                "description": f"{contract.grain.replace(' in one register snapshot', '')} Current up to as_of, with its "
                "place in the files: the rows behind a mart's figure.",
                "config": {"meta": {"is_published": True, "key": list(contract.key)}},
                "data_tests": [{"unique_key": {"arguments": {"columns": list(contract.key)}}}],
                "columns": columns,
            }
        )
    return _dump({"version": 2, "models": models})


def generated() -> dict[Path, str]:
    """All generated files: path and content."""
    staging = DBT_PROJECT / "models" / "staging"
    files = {
        DBT_PROJECT / "macros" / "contracts.sql": contract_macro(),
        staging / "_sources.yml": sources_file(),
        staging / "_staging.yml": staging_file(),
        DBT_PROJECT / "models" / "marts" / "_traces.yml": traces_file(),
    }
    for source in load_contracts():
        files[staging / f"stg_{source}.sql"] = f"{{{{ current_rows('{source}') }}}}\n"
    return files


if __name__ == "__main__":
    for path, content in generated().items():
        path.write_text(content, encoding="utf-8")
