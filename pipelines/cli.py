"""The command line. Thin: it reads arguments, calls the steps, and turns errors into sentences and exit codes.

Exit codes: 0 done; 1 problems were found (`check`), a check stopped the publication, or somebody decided meanwhile; 2 the
call is wrong; 3 another run is under way; 4 the key is missing or another one; 5 the disk or a folder cannot be used.
"""

import datetime as dt
import errno
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from pipelines.cli_decisions import decisions, log
from pipelines.vault import KeyProblem, PersonKeys, Vault, demo_key, key_from_environment, new_key

P = ParamSpec("P")
T = TypeVar("T")

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _fail(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)


def _says_what_is_wrong(command: Callable[P, T]) -> Callable[P, T]:
    """Turn the errors that a user can mend into a sentence and an exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        from pipelines.decisions import StoreProblem
        from pipelines.landing.profiles import ProfileError
        from pipelines.publishing import RunUnderWay
        from pipelines.reporting.problems import ReportProblem
        from pipelines.sampling.problems import SampleProblem

        try:
            return command(*args, **kwargs)
        except RunUnderWay as error:
            _fail(str(error), 3)
        except KeyProblem as error:
            _fail(str(error), 4)
        except StoreProblem as error:
            _fail(str(error), 5)
        except (ProfileError, ReportProblem) as error:
            _fail(str(error), 2)
        except SampleProblem as error:
            _fail(str(error), error.exit_code)
        except FileNotFoundError as error:
            _fail(str(error), 2)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                _fail("the disk is full: free some room and run again; the last publication stands", 5)
            if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                _fail(f"no permission for {error.filename}; the last publication stands", 5)
            raise
        raise AssertionError("unreachable")

    return wrapped


def _date(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day such as 2025-06-30") from error


class _Number(click.ParamType):
    """A decimal number, kept exactly as it is written."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The number; the call is wrong where it is none."""
        try:
            number = Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is no number", param, ctx)
        if not number.is_finite():
            self.fail(f"{value!r} is no number", param, ctx)
        return number


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Oversight of government-supported home and community care: from offices' files to figures that can be traced."""


main.add_command(decisions)
main.add_command(log)


@main.command()
@click.option("--landing", type=_FOLDER, required=True, help="Folder with the files that offices sent.")
@click.option("--data", type=_FOLDER, required=True, help="Folder for everything that is made of them.")
@click.option("--as-of", callback=_date, required=True, help="The day of evaluation; nothing dated after it is used.")
@click.option("--period-start", callback=_date, help="First day of the period [1 January of the year of --as-of].")
@click.option("--vault", type=_FOLDER, help="Folder for what is personal [DATA/vault].")
@click.option("--profile", "profiles", type=_FILE, multiple=True, help="A profile; may be given several times.")
@click.option("--keep", type=click.IntRange(1), default=12, show_default=True, help="How many publications are kept.")
@click.option("--demo-key", is_flag=True, help="Use the demo's own key, kept in its vault. Never for real data.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome for programs.")
@_says_what_is_wrong
def run(
    landing: Path,
    data: Path,
    as_of: dt.date,
    period_start: dt.date | None,
    vault: Path | None,
    profiles: tuple[Path, ...],
    keep: int,
    demo_key: bool,
    as_json: bool,
) -> None:
    """Do all steps: land, judge, model, publish."""
    from pipelines.landing.profiles import load_profiles
    from pipelines.run import PublicationStopped, Run, run_all

    if period_start and period_start > as_of:
        raise click.BadParameter("the period starts after the day of evaluation", param_hint="--period-start")
    place = Vault(vault or data / "vault")
    job = Run(
        landing=landing,
        data=data,
        vault=place,
        keys=_keys(place, demo_key),
        as_of=as_of,
        period_start=period_start,
        profiles=tuple(load_profiles(profiles)) if profiles else (),
        keep=keep,
        progress=(lambda _text: None) if as_json else (lambda text: click.echo(f"  {text}", err=True)),
    )
    try:
        outcome = run_all(job)
    except PublicationStopped as stopped:
        _fail(str(stopped), 1)
        return
    statuses = dict(outcome.landed.files["status"].value_counts().sort("status").iter_rows())
    manifest = outcome.publication.manifest
    if as_json:
        click.echo(
            json.dumps({"run": manifest["run"], "is_new": outcome.is_new, "files": statuses}, ensure_ascii=False)
        )
        return
    click.echo(f"{'published' if outcome.is_new else 'nothing is new, current stays'}: {manifest['run']}")
    click.echo("files: " + ", ".join(f"{count} {status}" for status, count in statuses.items()))


def _keys(vault: Vault, is_demo: bool) -> PersonKeys:
    return demo_key(vault) if is_demo else key_from_environment()


def _publication(data: Path, run_name: str | None) -> Path:
    """The folder of a publication: the one named, else the current one. Exit code 2 where there is none."""
    from pipelines.publishing import current, publications

    named = {item.manifest["run"]: item.folder for item in publications(data)}
    if run_name:
        if run_name not in named:
            _fail(f"{data} keeps no publication {run_name}; kept are: {', '.join(named) or 'none'}", 2)
        return named[run_name]
    publication = current(data)
    if publication is None:
        _fail(f"nothing is published in {data} yet; make a publication with: oversight run", 2)
        raise AssertionError("unreachable")
    return publication.folder


@main.command()
@click.argument("finding_id")
@click.option("--data", type=_FOLDER, required=True)
@click.option("--run", "run_name", help="A publication that is kept [the current one].")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def explain(finding_id: str, data: Path, run_name: str | None, lang: Any, as_json: bool) -> None:
    """Say why a finding is one: numbers, articles, parameters in force that day, calculation, rows with file and line."""
    from pipelines import explaining
    from pipelines.reporting.decided import verdict_on

    try:
        explanation = explaining.explain(_publication(data, run_name), finding_id, verdict=verdict_on(data, finding_id))
    except explaining.UnknownFinding as error:
        _fail(str(error), 2)
        return
    if as_json:
        click.echo(json.dumps(asdict(explanation), ensure_ascii=False, default=str))
    else:
        click.echo(explaining.in_words(explanation, lang))


@main.command()
@click.option("--data", type=_FOLDER, required=True)
@click.option("--run", "run_name", help="A publication that is kept [the current one].")
@click.option("--jurisdiction", help="The place that is reported on.")
@click.option("--provider", help="Only this provider, by its credit code.")
@click.option("--period", help="2025, 2025Q1, 2025-03 or 2025-01..2025-06.")
@click.option("--finding", help="Only this finding, as a Word document with its evidence.")
@click.option("--lang", "language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--out", type=_FOLDER, required=True, help="Folder for the documents.")
@_says_what_is_wrong
def report(data: Path, run_name: str | None, **asked: Any) -> None:
    """Write an evaluation report as Word, PDF and a workbook of annexes: from a publication and what people decided."""
    from pipelines.reporting import commands
    from pipelines.reporting.decided import decisions_of
    from pipelines.reporting.gathering import source_of

    source = source_of(_publication(data, run_name))
    for path in commands.write_report(
        source, commands.Asked(**asked), decisions_of(data), lambda text: click.echo(f"  {text}", err=True)
    ):
        click.echo(str(path))


@main.command()
@click.option("--data", type=_FOLDER, required=True)
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def status(data: Path, as_json: bool) -> None:
    """Say what is published, as of which day, and which publications are kept."""
    from pipelines.publishing import current, publications

    publication = current(data)
    kept = [item.manifest["run"] for item in publications(data)]
    document: dict[str, Any] = {"current": publication.manifest["run"] if publication else None, "kept": kept}
    if publication:
        document["as_of"] = publication.manifest["as_of"]
        document["tables"] = {name: table["rows"] for name, table in publication.manifest["tables"].items()}
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    if not publication:
        click.echo(f"nothing is published in {data} yet")
        return
    click.echo(f"current: {document['current']}, as of {document['as_of']}")
    for name, rows in document["tables"].items():
        click.echo(f"  {name}: {rows} rows")
    click.echo(f"kept: {', '.join(kept)}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", "profiles", type=_FILE, multiple=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def check(files: tuple[Path, ...], profiles: tuple[Path, ...], lang: Any, as_json: bool) -> None:
    """Read files without changing anything and say what would load and what is wrong. Exit code 1: something is."""
    from pipelines.checking import check_file, in_words
    from pipelines.landing.profiles import load_profiles

    known = load_profiles(profiles) if profiles else []
    found = [checked for path in files for checked in check_file(path, known)]
    if as_json:
        click.echo(json.dumps([checked.document() for checked in found], ensure_ascii=False))
    else:
        click.echo("\n\n".join(in_words(checked, lang) for checked in found))
    sys.exit(0 if all(checked.is_clean for checked in found) else 1)


@main.command()
@click.option("--size", type=click.Choice(["small", "city", "large"]), default="small", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=_FOLDER, required=True)
@click.option("--clean", is_flag=True, help="Plant no fault.")
@_says_what_is_wrong
def demo(size: Any, seed: int, out: Path, clean: bool) -> None:
    """Make the files of five made-up places, and a list of the faults planted in them."""
    from pipelines.demo import FolderInUse, generate

    try:
        made = generate(out, size, seed, clean)
    except FolderInUse as refused:
        _fail(str(refused), 2)
        return
    rows = sum(made.rows.values())
    click.echo(f"{made.files} files with {rows:,} rows, {made.rows['visits']:,} of them visits: {made.landing}")
    click.echo(f"{sum(made.planted.values()):,} faults of {len(made.planted)} kinds are planted: {made.planted_list}")


@main.command()
@click.option("--data", type=_FOLDER, required=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--address", default="127.0.0.1", show_default=True, help="Where to listen; beyond loopback only with sign-in."
)
@_says_what_is_wrong
def serve(data: Path, port: int, address: str) -> None:
    """Start the app on the publications of a data folder."""
    from dashboards.serve import serve as start
    from dashboards.sign_in import SignInProblem
    from dashboards.users import UsersProblem

    try:
        sys.exit(start(data, port, address))
    except (SignInProblem, UsersProblem) as problem:
        _fail(str(problem), 2)


@main.group()
def key() -> None:
    """The secret from which person keys are made."""


@key.command("new")
def key_new() -> None:
    """Print a new secret. Keep it: without it, later files cannot be joined with earlier ones."""
    click.echo(new_key())


@main.group()
def profile() -> None:
    """Profiles: how an office's own export is read."""


@profile.command("draft")
@click.argument("file", type=_FILE)
@click.option("--source", required=True)
@_says_what_is_wrong
def profile_draft(file: Path, source: str) -> None:
    """Propose a profile from a file's headers and the shapes of its values."""
    from pipelines.contracts import load_contracts
    from pipelines.drafting import draft_for

    if source not in load_contracts():
        raise click.BadParameter(
            f"{source!r} is no source; sources: {', '.join(load_contracts())}", param_hint="--source"
        )
    click.echo(draft_for(file, source))


@profile.command("check")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@_says_what_is_wrong
def profile_check(files: tuple[Path, ...]) -> None:
    """Check profiles without reading any data."""
    from pipelines.landing.profiles import load_profile

    for path in files:
        click.echo(f"{path}: {load_profile(path).source}")


@main.group()
def policy() -> None:
    """What people decided: documents, requirements, rules and their numbers."""


@policy.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--data", type=_FOLDER, required=True)
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def policy_diff(before: str, after: str, data: Path, as_json: bool) -> None:
    """Say what differs between two publications: rows of the policy, and findings that appeared, vanished or changed."""
    from pipelines import comparing

    difference = comparing.compare(_publication(data, before), _publication(data, after))
    if as_json:
        document = {"policy": difference.policy.to_dicts(), "findings": difference.findings.to_dicts()}
        click.echo(json.dumps(document, ensure_ascii=False, default=str))
    else:
        click.echo(comparing.in_words(difference))


@policy.command("check")
@click.option("--documents", type=_FOLDER, help="Folder with the texts of the documents [beside the project].")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome for programs.")
@_says_what_is_wrong
def policy_check(documents: Path | None, as_json: bool) -> None:
    """Say whether the tables of policy are whole: days, quotations, parameters, cases, pages. Exit code 1: they are not."""
    from pipelines import paths
    from pipelines.policy import check as check_policy

    checks = check_policy(paths.POLICY, paths.PROJECT, documents or paths.DOCUMENTS)
    if as_json:
        click.echo(json.dumps([one.document() for one in checks], ensure_ascii=False))
    else:
        for one in checks:
            click.echo(f"{one.outcome:<9} {one.name}: {one.not_done or one.question}")
            for problem in one.problems:
                click.echo(f"    {problem.sentence()}")
    sys.exit(1 if any(one.problems for one in checks) else 0)


@main.command("what-if")
@click.option("--data", type=_FOLDER, required=True)
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="A number of the policy; several may be given."
)
@click.option("--list", "is_list", is_flag=True, help="Print the numbers that can be changed.")
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def what_if(data: Path, changes: tuple[str, ...], is_list: bool, as_json: bool) -> None:
    """Say what would change if numbers of the policy were others: areas short, people entitled, yuan, findings."""
    from pipelines import simulating, simulations
    from pipelines.publishing import current

    if is_list:
        publication = current(data)
        if publication is None:
            raise FileNotFoundError(f"nothing is published in {data} yet; make a publication with: oversight run")
        for number in simulations.numbers(publication):
            click.echo(f"{number.name}={number.value.normalize():f} {number.unit} ({number.basis})")
        return
    try:
        asked = {name: Decimal(value) for name, _, value in (change.partition("=") for change in changes)}
        simulation = simulating.simulate(data, asked, lambda step: click.echo(f"  {step}", err=True))
    except (InvalidOperation, simulations.NoSuchNumber) as error:
        _fail(str(error) if isinstance(error, simulations.NoSuchNumber) else "a change is written NAME=NUMBER", 2)
        return
    if as_json:
        document = {"folder": str(simulation.folder), "changes": dict(simulation.changes)}
        click.echo(json.dumps(document, ensure_ascii=False, default=str))
    else:
        click.echo(simulations.in_words(simulation))


@main.group()
def sample() -> None:
    """Audit samples: draw one as a worksheet, and project what was found in it."""


_DAY = {"callback": _date, "metavar": "DAY"}


@sample.command("draw")
@click.option("--data", type=_FOLDER, help="Data folder whose publication is drawn from.")
@click.option("--run", help="Publication [the current one].")
@click.option("--source", type=click.Choice(["payments", "settlement_lines", "visits"]), help="Rows to draw from.")
@click.option("--jurisdiction", help="Only rows of this place.")
@click.option("--provider", help="Only rows of this provider.")
@click.option("--programme", help="Only rows of this programme.")
@click.option("--first", help="First day of the rows.", **_DAY)
@click.option("--last", help="Last day of the rows.", **_DAY)
@click.option("--population", type=_FILE, help="Draw from this Parquet or CSV file instead.")
@click.option("--key-column", help="Its column of keys.")
@click.option("--amount-column", help="Its column of yuan.")
@click.option("--provider-column", help="Its column of providers.")
@click.option("--item-column", help="Its column of items.")
@click.option("--method", type=click.Choice(["simple", "stratified", "monetary_unit"]), required=True)
@click.option("--seed", required=True, help="Any text; the same seed draws the same rows.")
@click.option("--confidence", type=click.FloatRange(0, 1, min_open=True, max_open=True), required=True)
@click.option("--tolerable", type=_Number(), help="Tolerable error: yuan for monetary units, else a rate of rows.")
@click.option("--expected", type=_Number(), default="0", show_default=True, help="Expected error, in the same unit.")
@click.option("--size", type=click.IntRange(1), help="Rows wanted [as many as the errors need].")
@click.option("--by", type=click.Choice(["provider", "item", "amount"]), multiple=True, help="What makes the strata.")
@click.option("--amount-bound", "bounds", type=_Number(), multiple=True, help="A bound between classes of the amount.")
@click.option("--allocation", type=click.Choice(["proportional", "neyman"]), default="proportional", show_default=True)
@click.option("--minimum", type=click.IntRange(1), default=2, show_default=True, help="Least rows of each stratum.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The worksheet (xlsx).")
@_says_what_is_wrong
def sample_draw(out: Path, **asked: Any) -> None:
    """Draw a sample and write the worksheet to fill in. A file that is there already is never written over."""
    from pipelines.sampling import commands

    if out.exists():
        _fail(f"{out} is there already; a worksheet may hold answers and is not written over", 2)
    click.echo(commands.draw_worksheet(out, commands.Asked(**asked)))


@sample.command("evaluate")
@click.argument("file", type=_FILE)
@click.option("--data", type=_FOLDER, help="Draw again from this data folder, to be sure of the rows.")
@click.option("--population", type=_FILE, help="Draw again from this file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@_says_what_is_wrong
def sample_evaluate(file: Path, data: Path | None, population: Path | None, lang: Any, as_json: bool) -> None:
    """Read a worksheet back and give the projected error with its upper limit."""
    from pipelines.sampling import commands
    from pipelines.sampling.evaluation import in_words

    evaluation = commands.evaluate_worksheet(file, data, population)
    click.echo(json.dumps(evaluation.document(), ensure_ascii=False) if as_json else in_words(evaluation, lang))


@main.command()
@click.option("--out", type=_FOLDER, required=True)
@_says_what_is_wrong
def docs(out: Path) -> None:
    """Build the documentation of all models as one page."""
    from pipelines import modelling

    click.echo(str(modelling.docs(out)))


@main.command("data-docs")
@click.option("--data", type=_FOLDER, required=True)
@_says_what_is_wrong
def data_docs(data: Path) -> None:
    """Say where Great Expectations' pages on the current publication are. Every run makes them."""
    from pipelines.data_docs import FOLDER
    from pipelines.publishing import current

    publication = current(data)
    if not publication:
        raise FileNotFoundError(f"nothing is published in {data} yet")
    click.echo((publication.folder / FOLDER / "index.html").absolute().as_uri())


if __name__ == "__main__":
    main()
