"""The steps as assets: 26 sources, the models of dbt, the publication; and the judgements as checks on them.

What one asset leaves for the next lies in the build space of the run, as Parquet; nothing personal is in it.
"""

import fcntl
import html
import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from pipelines import data_docs, modelling, publishing
from pipelines.contracts import Contract, load_contracts
from pipelines.decisions import Snapshot
from pipelines.judging import Judgement
from pipelines.landing.folder import Landed
from pipelines.orchestration.resources import Warehouse
from pipelines.paths import DBT_PROJECT
from pipelines.run import (
    Run,
    step_decisions,
    step_judge_deliveries,
    step_land,
    step_model,
    step_prepare,
    step_publish,
    unchanged,
)

PREVIEW_ROWS = 5
MESSAGES = 50
_COUNTS = ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined")


def source_key(source: str) -> dg.AssetKey:
    """The asset of a source."""
    return dg.AssetKey(["landing", source])


def _cell(value: object) -> str:
    """A value as it stands in a table; what an office typed cannot break the table or become a link or a picture."""
    text = "" if value is None else html.escape(" ".join(str(value).split()))
    return "".join(f"\\{sign}" if sign in "\\|[]()!`*_" else sign for sign in text)


def _preview(run: Run, files: pl.DataFrame, contract: Contract) -> str:
    """A few rows without anything personal, as a table in Markdown: only columns that carry no mark of privacy, and no
    rows at all where a row is a person."""
    if any(contract.columns[name].pii for name in contract.key):
        return "Each row is a person: none is shown."
    columns = [name for name, column in contract.columns.items() if column.pii is None][:8]
    for load in files.filter(pl.col("status") == "loaded")["load_id"].to_list():
        parts = sorted((run.data / "raw" / contract.source / load).glob("part-*.parquet"))
        if parts:
            rows = pl.scan_parquet(parts[0]).select(columns).head(PREVIEW_ROWS).collect().rows()
            lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
            return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return ""


def _source_result(run: Run, landed: Landed, contract: Contract) -> dg.MaterializeResult[Any]:
    files = landed.files.filter(pl.col("source") == contract.source)
    metadata: dict[str, Any] = {name: int(files[name].sum() or 0) for name in _COUNTS}
    metadata["files"] = files.height
    for status, count in files["status"].value_counts().iter_rows():
        metadata[f"files {status}"] = count
    metadata["preview"] = dg.MetadataValue.md(_preview(run, files, contract))
    return dg.MaterializeResult(asset_key=source_key(contract.source), metadata=metadata)


def _listed(messages: list[str]) -> str:
    """Messages as a list in Markdown; what is beyond the first of them is counted."""
    lines = [f"- {_cell(message)}" for message in messages[:MESSAGES]]
    return "\n".join([*lines, f"- ... {len(messages) - MESSAGES}"] if len(messages) > MESSAGES else lines)


def _check_result(key: dg.AssetKey, name: str, results: pl.DataFrame) -> dg.AssetCheckResult:
    failed = results.filter(~pl.col("passed"))
    is_error = (failed["severity"] == "error").any()
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=failed.height == 0,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={"checks": results.height, "failed": dg.MetadataValue.md(_listed(failed["message_zh"].to_list()))},
    )


@dg.multi_asset(
    name="landing",
    specs=[
        dg.AssetSpec(
            source_key(contract.source),
            description=f"{contract.en}（{contract.zh[0]}）. {contract.grain}",
            group_name="landing",
        )
        for contract in load_contracts().values()
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "delivery",
            asset=source_key(source),
            description="2 Judge: each delivery as a whole, by Great Expectations (expectations/deliveries.py).",
        )
        for source in load_contracts()
    ],
)
def landing(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """1 Land and 2 judge: every file of the landing folder, and each delivery as a whole."""
    run = warehouse.run
    landed = step_land(run)
    publishing.clear_leftovers(run.data)
    decisions = step_decisions(run)
    step_prepare(run, landed, decisions)
    deliveries = step_judge_deliveries(run)
    landed.files.write_parquet(run.work / "landed.parquet")
    deliveries.write(run.work, "deliveries")
    decisions.write(run.work)
    unrecognised = landed.files.filter(pl.col("source").is_null())
    if unrecognised.height:
        context.log.warning(
            f"{unrecognised.height} files were not recognised; they are listed on the data-quality page"
        )
    for contract in load_contracts().values():
        yield _source_result(run, landed, contract)
        results = deliveries.results.filter(pl.col("source") == contract.source)
        yield _check_result(source_key(contract.source), "delivery", results)


class Translator(DagsterDbtTranslator):
    """dbt's sources are the landed sources, so that lineage runs from file to mart."""

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        """The asset of a node."""
        if dbt_resource_props["resource_type"] == "source" and dbt_resource_props["name"] in load_contracts():
            return source_key(dbt_resource_props["name"])
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Any) -> str | None:
        """The room of a node: staging, registers, facts, marts; seeds are what people decided."""
        return "seeds" if dbt_resource_props["resource_type"] == "seed" else dbt_resource_props["fqn"][1]

    def get_description(self, dbt_resource_props: Any) -> str:
        """The grain and the words of the model, without its SQL, which lies in the project."""
        return dbt_resource_props.get("description", "")


def _manifest() -> dict[str, Any]:
    """dbt's manifest. Several processes load it at once (Dagster's pages, each run): one writes it, the others wait."""
    folder = DBT_PROJECT / "target"
    folder.mkdir(exist_ok=True)
    with (folder / "manifest.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return json.loads(modelling.manifest(folder).read_text(encoding="utf-8"))
        except json.JSONDecodeError:  # left half written by a process that was killed
            modelling.manifest(folder).unlink()
            return json.loads(modelling.manifest(folder).read_text(encoding="utf-8"))


MANIFEST = _manifest()
TRANSLATOR = Translator()


def _asset_keys() -> dict[str, dg.AssetKey]:
    return {
        name: TRANSLATOR.get_asset_key(node)
        for name, node in MANIFEST["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }


@dbt_assets(manifest=MANIFEST, name="models", dagster_dbt_translator=TRANSLATOR, exclude="resource_type:unit_test")
def models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """3 Model: the same call as the command line's; a test that fails with severity error ends the run."""
    if not warehouse.run.database.exists():
        raise dg.Failure(
            "models stand on what landing leaves in the same run: start the job everything", allow_retries=False
        )
    results = step_model(warehouse.run)
    keys = _asset_keys()
    for node in results.nodes:
        if node.unique_id in keys:
            key = keys[node.unique_id]
            rows = results.rows.get(".".join(key.path))
            counted = {} if rows is None else {"dagster/row_count": rows}
            yield dg.Output(None, key.to_python_identifier(), metadata={"seconds": node.seconds, **counted})
    tests = {node.unique_id.split(".")[2]: node for node in results.nodes if node.unique_id.startswith("test.")}
    for check in context.selected_asset_check_keys:
        if check.name in tests:
            status = tests[check.name].status
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=status == "pass",
                severity=dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR,
            )
    context.log.info(f"{len(results.nodes)} nodes were built")


@dg.asset(
    group_name="publishing",
    deps=[key for name, key in _asset_keys().items() if ".marts." in name or name.startswith("model.oversight.")],
    check_specs=[
        dg.AssetCheckSpec(
            "publication",
            asset="publication",
            description="The publication as a whole, by Great Expectations (expectations/publications.py).",
        )
    ],
)
def publication(warehouse: Warehouse) -> Iterator[Any]:
    """5 Publish: written aside, judged as a whole, named by `current` in one step; the same inputs publish nothing new."""
    run = warehouse.run
    landed = Landed(pl.read_parquet(run.work / "landed.parquet"), {})
    deliveries = Judgement.read(run.work, "deliveries")
    decisions = Snapshot.read(run.work)
    published = unchanged(run, landed, decisions) or step_publish(run, landed, deliveries, decisions)
    results = pl.read_parquet(published.folder / "quality_checks.parquet")
    publishing.clear_leftovers(run.data)
    tables = {name: table["rows"] for name, table in published.manifest["tables"].items()}
    pages = dg.MetadataValue.path(published.folder / data_docs.FOLDER / "index.html")
    yield dg.MaterializeResult(metadata={"run": published.manifest["run"], "data_docs": pages, **tables})
    judged = results.filter(pl.col("subject_kind") == "publication")
    yield _check_result(dg.AssetKey("publication"), "publication", judged)
