"""The commands on decisions and on the log of use, beside `pipelines/cli.py` and with its exit codes."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from pipelines.decisions import Decision, Store

P = ParamSpec("P")
T = TypeVar("T")

_DATA = click.option("--data", type=click.Path(file_okay=False, exists=True, path_type=Path), required=True)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the outcome for programs.")


def _says_what_is_wrong(command: Callable[P, T]) -> Callable[P, T]:
    """Exit code 1: somebody decided meanwhile; 2: what was asked for is not possible; 5: the store cannot be used."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        from pipelines.decisions import DecisionProblem, Stale, StoreProblem

        try:
            return command(*args, **kwargs)
        except DecisionProblem as problem:
            click.echo(str(problem), err=True)
            sys.exit(1 if isinstance(problem, Stale) else 5 if isinstance(problem, StoreProblem) else 2)
        except OSError as error:
            click.echo(f"{error.filename or 'the data folder'} cannot be used: {error.strerror}", err=True)
            sys.exit(5)

    return wrapped


def _store(data: Path) -> "Store":
    from pipelines.decisions import open_store

    return open_store(data)


def _document(decision: "Decision") -> dict[str, Any]:
    return {**asdict(decision), "at": decision.at.isoformat()}


def _line(decision: "Decision") -> str:
    moved = f"{decision.from_state} -> {decision.state}"
    files = "".join(f"\n    {kept.name} ({kept.size:,} bytes) {kept.sha256}" for kept in decision.attachments)
    note = f"\n    {decision.note}" if decision.note else ""
    return (
        f"{decision.at:%Y-%m-%d %H:%M} {decision.finding_id} {moved} by {decision.user}: {decision.reason}{note}{files}"
    )


def _print(found: list["Decision"], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], ensure_ascii=False))
    else:
        click.echo("\n".join(_line(one) for one in found) or "no decisions")


@click.group()
def decisions() -> None:
    """What people decided about findings: append-only, apart from what is computed."""


@decisions.command("list")
@_DATA
@click.option("--state", help="Only findings that are in this state now.")
@_JSON
@_says_what_is_wrong
def list_(data: Path, state: str | None, as_json: bool) -> None:
    """List the findings that have a decision, with their state."""
    found = _store(data).states()
    rows = found.filter(state=state).rows(named=True) if state else found.rows(named=True)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=lambda at: f"{at.isoformat()}+00:00"))
        return
    for row in rows:
        click.echo(f"{row['finding_id']} {row['state']:<10} {row['decided_at']:%Y-%m-%d %H:%M} {row['user']}")
    click.echo(f"{len(rows)} findings")


@decisions.command()
@click.argument("finding_id")
@_DATA
@_JSON
@_says_what_is_wrong
def show(finding_id: str, data: Path, as_json: bool) -> None:
    """Show all decisions on a finding, the oldest first."""
    _print(_store(data).history(finding_id), as_json)


@decisions.command()
@click.argument("finding_id")
@_DATA
@click.option("--state", required=True, help="State after the decision, such as checking or upheld.")
@click.option("--from-state", help="State before, as you saw it [the present one].")
@click.option("--reason", required=True)
@click.option("--note", default="")
@click.option("--attach", "paths", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", help="Who decides [the user of this machine].")
@_JSON
@_says_what_is_wrong
def add(
    finding_id: str,
    data: Path,
    state: str,
    from_state: str | None,
    reason: str,
    note: str,
    paths: tuple[Path, ...],
    user: str | None,
    as_json: bool,
) -> None:
    """Decide on a finding of the current publication."""
    import polars as pl

    from dashboards.identity import local_identity
    from pipelines.decisions import Ask, Attachment, decided_finding
    from pipelines.publishing import current

    publication = current(data)
    table = publication.folder / "findings.parquet" if publication else None
    rows = pl.scan_parquet(table).filter(pl.col("finding_id") == finding_id).collect() if table else pl.DataFrame()
    if publication is None or not rows.height:
        click.echo(f"the current publication has no finding {finding_id}", err=True)
        sys.exit(2)
    store = _store(data)
    finding = decided_finding(rows.row(0, named=True), publication.manifest["run"])
    decision = store.decide(
        Ask(finding, from_state or store.state(finding_id)[0]),
        state,
        reason,
        user or local_identity().user,
        note,
        [Attachment(path.name, path.read_bytes()) for path in paths],
    )
    _print([decision], as_json)


@decisions.command()
@_DATA
@_JSON
@_says_what_is_wrong
def verify(data: Path, as_json: bool) -> None:
    """Say whether the chains are whole, also by what the publications kept have noted. Exit code 1: they are not."""
    from pipelines.decisions import Head
    from pipelines.publishing import publications

    store = _store(data)
    noted = [Head(**one.manifest["decisions"]) for one in publications(data) if "decisions" in one.manifest]
    faults = store.verify(noted)
    heads = {chain: asdict(store.head(chain)) for chain in ("decisions", "uses")}
    if as_json:
        document = {"faults": [asdict(fault) for fault in faults], "heads": heads, "noted": len(noted)}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(f"{fault.chain}: {fault.message_en}（{fault.message_zh}）")
        for chain, head in heads.items():
            click.echo(f"{chain}: {head['count']} entries, head {head['hash']}")
        click.echo(f"compared with {len(noted)} publications: {'NOT whole' if faults else 'whole'}")
    sys.exit(1 if faults else 0)


@decisions.command()
@_DATA
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file (JSON Lines).")
@_says_what_is_wrong
def export(data: Path, out: Path) -> None:
    """Write all decisions as they are hashed, one a line: what keeps them outside this machine, and proves them."""
    aside = out.with_name(f".{out.name}.making")
    written = 0
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        for entry in _store(data).entries("decisions"):
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            written += 1
        file.flush()
        os.fsync(file.fileno())
    aside.replace(out)
    click.echo(f"{written} decisions: {out}")


@decisions.command("vanished")
@_DATA
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@_JSON
@_says_what_is_wrong
def vanished_(data: Path, lang: Any, as_json: bool) -> None:
    """List findings with decisions that the current publication no longer has, and why, as far as it can be told."""
    from pipelines.decisions.vanished import vanished
    from pipelines.publishing import current, publications

    publication = current(data)
    if publication is None:
        click.echo(f"nothing is published in {data} yet; make a publication with: oversight run", err=True)
        sys.exit(2)
    found = vanished(_store(data), publication, publications(data))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
        return
    for one in found:
        click.echo(f"{one.finding_id} {one.state} ({one.last_run or '-'}): {one.in_words(lang)}")
    click.echo(f"{len(found)} findings")


@click.group()
def log() -> None:
    """The log of use: who signed in, saw, exported, decided or was refused."""


@log.command("show")
@_DATA
@click.option("--user", help="Only what this user did.")
@click.option("--action", help="sign_in, view, export, decision or refusal.")
@click.option("--last", type=click.IntRange(1), default=100, show_default=True)
@_JSON
@_says_what_is_wrong
def log_show(data: Path, user: str | None, action: Any, last: int, as_json: bool) -> None:
    """Show the log, the newest first. Whoever may read the store on this machine may read it."""
    found = _store(data).uses(user, action, last)
    if as_json:
        click.echo(json.dumps([{**asdict(one), "at": one.at.isoformat()} for one in found], ensure_ascii=False))
        return
    for one in found:
        filters = " ".join(f"{key}={value}" for key, value in one.filters.items())
        click.echo(
            " ".join(f"{one.at:%Y-%m-%d %H:%M:%S} {one.user} {one.action} {one.target} {one.page} {filters}".split())
        )
