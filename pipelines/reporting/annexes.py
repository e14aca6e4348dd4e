"""The sheets of the workbook: all rows of which the text of a report speaks, and where each of them stands."""

import polars as pl

from pipelines.divisions import name_of
from pipelines.reporting import labels
from pipelines.reporting.content import Annex, Cell, Column, Kind, clean
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


def _columns(words: Words, *named: str | tuple[str, Kind]) -> tuple[Column, ...]:
    """Columns by the keys of their headings; plain keys are text."""
    return tuple(
        Column(words(f"col_{one}")) if isinstance(one, str) else Column(words(f"col_{one[0]}"), one[1]) for one in named
    )


def _about(gathered: Gathered, words: Words) -> Annex:
    covered = words("from_to", first=gathered.covered.first, last=gathered.covered.last)
    rows: list[tuple[Cell, ...]] = [
        (words("fact_place"), words.of(gathered.place, "name")),
        (words("fact_period"), covered),
        (words("fact_as_of"), gathered.as_of),
        (words("fact_run"), gathered.run),
        (words("fact_fingerprint"), gathered.fingerprint),
    ]
    if gathered.scope.provider:
        rows.insert(1, (words("fact_provider"), labels.provider_name(gathered, gathered.scope.provider)))
    return Annex(words("annex_about"), _columns(words, "name", "content"), tuple(rows))


def _scores(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, "provider", "provider_id", "level", "domain", "measure", ("score", "number"), ("low", "number"),
        ("high", "number"), "grade", "cap", ("weight", "number"), ("k", "number"), ("n", "number"),
        ("value", "number"), ("shrunk", "number"), ("reliability", "number"), "state",
    )  # fmt: skip
    if gathered.scores is None:
        return Annex(words("annex_scores"), columns, ((words("scores_missing"), *(None,) * (len(columns) - 1)),))

    def head(row: dict[str, Cell], level: str) -> tuple[Cell, ...]:
        provider = str(row["provider"])
        return labels.provider_name(gathered, provider), provider, words(f"level_{level}")

    def total(row: dict[str, Cell]) -> tuple[Cell, ...]:
        grade, why = words(f"grade_{row['grade'] or 'none'}"), labels.caps(words, row["cap_reason"])
        scores = (row["total"], row["total_low"], row["total_high"])
        return (*head(row, "total"), None, None, *scores, grade, why, row["weight_scored"], *(None,) * 6)

    def domain(row: dict[str, Cell]) -> tuple[Cell, ...]:
        name = labels.score_name(gathered, words, "domain", f"{row['domain']}")
        return (*head(row, "domain"), name, None, row["score"], *(None,) * 4, row["weight_scored"], *(None,) * 6)

    def measure(row: dict[str, Cell]) -> tuple[Cell, ...]:
        code = f"{row['measure']}"
        of = gathered.score_names.get(("measure", code), {}).get("domain")
        domain_name = labels.score_name(gathered, words, "domain", of) if of else None
        names = (domain_name, labels.score_name(gathered, words, "measure", code))
        scores = (row["score"], row["low"], row["high"], None, None, None)
        counts = tuple(row[name] for name in ("k", "n", "value", "shrunk", "reliability"))
        return (*head(row, "measure"), *names, *scores, *counts, words(f"state_{row['state']}"))

    tables = gathered.scores
    rows = [
        *map(total, tables["scorecards"].sort("provider").iter_rows(named=True)),
        *map(domain, tables["scorecard_domains"].sort("provider", "domain").iter_rows(named=True)),
        *map(measure, tables["scorecard_measures"].sort("provider", "measure").iter_rows(named=True)),
    ]
    return Annex(words("annex_scores"), columns, tuple(rows))


def _funnel(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, "provider", "provider_id", ("visits", "whole"), ("upheld", "whole"), ("rate", "number"),
        ("target", "number"), ("low95", "number"), ("high95", "number"), ("low998", "number"), ("high998", "number"),
        ("phi", "number"), "position",
    )  # fmt: skip
    numbers = ("visits", "complaints", "rate", "target", "low95", "high95", "low998", "high998", "phi")
    table = gathered.scores["complaint_funnel"] if gathered.scores else None
    rows = () if table is None else table.sort("provider").iter_rows(named=True)
    return Annex(
        words("annex_funnel"),
        columns,
        tuple(
            (
                labels.provider_name(gathered, row["provider"]),
                row["provider"],
                *(row[name] for name in numbers),
                words(f"position_{row['position']}") if row["position"] else None,
            )
            for row in rows
        ),
    )


def _quarters(gathered: Gathered, words: Words, quarters: pl.DataFrame) -> Annex:
    columns = _columns(
        words, "provider", "provider_id", "quarter", "level", "measure", ("k", "number"), ("n", "number"),
        ("value", "number"), ("low", "number"), ("high", "number"), ("shrunk", "number"), ("reliability", "number"),
        ("score", "number"), "state", ("change", "number"), ("change_low", "number"), ("change_high", "number"),
        ("weight", "number"),
    )  # fmt: skip
    numbers = ("k", "n", "value", "low", "high", "shrunk", "reliability", "score")
    moves = ("change", "change_low", "change_high", "weight_scored")
    rows = tuple(
        (
            labels.provider_name(gathered, row["provider"]),
            row["provider"],
            words.quarter(row["quarter"]) + ("" if row["is_complete"] else words("quarter_unfinished")),
            words("level_total" if row["measure"] is None else "level_measure"),
            row["measure"] and labels.score_name(gathered, words, "measure", row["measure"]),
            *(row[name] for name in numbers),
            words(f"state_{row['state']}"),
            *(row[name] for name in moves),
        )
        for row in quarters.iter_rows(named=True)
    )
    return Annex(words("annex_quarters"), columns, rows)


def _months(gathered: Gathered, words: Words, months: pl.DataFrame) -> Annex:
    columns = _columns(
        words, "provider", "provider_id", "month", ("visits", "whole"), ("upheld", "whole"), ("rate", "number"),
        ("centre", "number"), ("control_low", "number"), ("control_high", "number"), ("ratings", "whole"),
        ("satisfied", "whole"), ("satisfied_share", "number"), ("centre", "number"), ("control_low", "number"),
        ("control_high", "number"),
    )  # fmt: skip
    numbers = (
        "visits", "complaints", "rate", "rate_centre", "rate_low", "rate_high", "ratings", "satisfied", "satisfied_share",
        "share_centre", "share_low", "share_high",
    )  # fmt: skip
    rows = tuple(
        (
            labels.provider_name(gathered, row["provider"]),
            row["provider"],
            f"{row['month']:%Y-%m}",
            *(row[name] for name in numbers),
        )
        for row in months.iter_rows(named=True)
    )
    return Annex(words("annex_months"), columns, rows)


def _reach(gathered: Gathered, words: Words, reach: pl.DataFrame) -> Annex:
    columns = _columns(
        words, "county", "street", "division_code", "dimension", "group", ("entitled", "whole"), ("served", "whole"),
        ("reach", "percent"), ("low", "percent"), ("high", "percent"), "note",
    )  # fmt: skip
    rows = tuple(
        (
            labels.place(words, row["county"], None),
            row["street"] and labels.place(words, row["county"], row["street"]),
            row["street"] or row["county"],
            words(f"dimension_{row['dimension']}"),
            labels.group(gathered, words, row["dimension"], row["people"]),
            *(row[name] for name in ("entitled", "served", "rate", "low", "high")),
            words("reach_hidden") if row["is_hidden"] else None,
        )
        for row in reach.iter_rows(named=True)
    )
    return Annex(words("annex_reach"), columns, rows)


def _findings(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, ("no", "whole"), "finding", "rule", "rule_name", "kind", "subject", "subject_code", "period",
        ("measure_value", "number"),
        ("limit", "number"), "unit", ("amount", "yuan"), "state", ("first_seen", "day"), "articles",
    )  # fmt: skip
    rows = tuple(
        (
            row["number"],
            row["finding_id"],
            row["rule"],
            words.of(gathered.rules[row["rule"]], "name"),
            words.policy(gathered, "kind", row["kind"]),
            labels.subject(gathered, words, row),
            clean(row["subject"]),
            row["period"] or None,
            row["measure"],
            row["limit"],
            labels.measure(gathered, words, row["rule"])[1],
            row["amount"],
            labels.state(words, row),
            row["first_seen_on"],
            labels.articles(gathered, words, row["rule"], quoted=True),
        )
        for row in gathered.findings.iter_rows(named=True)
    )
    return Annex(words("annex_findings"), columns, rows)


def _exposure(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, ("no", "whole"), "finding", "rule_name", "consequence", "article", ("factor", "percent"),
        ("base", "yuan"), ("estimate", "yuan"),
    )  # fmt: skip
    rows = tuple(
        (
            row["number"],
            row["finding_id"],
            words.of(gathered.rules[row["rule"]], "name"),
            one.text_zh if words.language == "zh" else one.text_en,
            labels.article(gathered, words, one.requirement, quoted=True),
            None if one.factor is None else float(one.factor),
            row["amount"] if one.amount is not None else None,
            one.amount,
        )
        for row in gathered.findings.iter_rows(named=True)
        for one in gathered.exposures[row["finding_id"]]
    )
    return Annex(words("annex_exposure"), columns, rows)


def _evidence(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, ("no", "whole"), "finding", "role", "source", "row_key", "file", "sheet", ("line", "whole"), "facts"
    )
    numbers = gathered.findings.select("finding_id", "number")
    rows = gathered.evidence.join(numbers, on="finding_id").sort("number", maintain_order=True)
    return Annex(
        words("annex_evidence"),
        columns,
        tuple(
            (
                row["number"],
                row["finding_id"],
                words(f"role_{row['role']}"),
                words.source(row["source"]),
                clean(row["row_key"]),
                *labels.sourced(row),
                labels.facts(words, row["source"], row["facts"]),
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def _parameters(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, "rule", "rule_name", "parameter", "member", ("parameter_value", "number"), "unit", "basis",
        ("valid_from", "day"), ("valid_to", "day"), "article",
    )  # fmt: skip
    rows = tuple(
        (
            row["rule"],
            words.of(gathered.rules[row["rule"]], "name"),
            labels.parameter_name(words, row),
            labels.parameter_member(words, row),
            row["value"],
            words.unit(gathered, row["unit"]) or None,
            words.policy(gathered, "basis", row["basis"]),
            row["valid_from"],
            row["valid_to"],
            labels.article(gathered, words, row["requirement"], quoted=True)
            if row["requirement"] in gathered.requirements
            else None,
        )
        for row in gathered.parameters.iter_rows(named=True)
    )
    return Annex(words("annex_parameters"), columns, rows)


def _files(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, "file", "source", "division", ("file_date", "day"), ("rows_read", "whole"), ("rows_loaded", "whole"),
        ("rows_duplicate", "whole"), ("rows_quarantined", "whole"), "file_status", "sha256",
    )  # fmt: skip
    rows = tuple(
        (
            clean(row["file"]),
            words.source(row["source"]),
            name_of(row["division"], words.language, full=False) or row["division"] if row["division"] else None,
            row["file_date"],
            row["rows_read"],
            row["rows_loaded"],
            row["rows_duplicate"],
            row["rows_quarantined"],
            words.landing("status", row["status"]),
            row["sha256"],
        )
        for row in gathered.files.iter_rows(named=True)
    )
    return Annex(words("annex_files"), columns, rows)


def _coverage(gathered: Gathered, words: Words) -> Annex:
    counts = ("population", "passed", "failed", "not_assessable", "no_rule_in_force", "exempted")
    columns = _columns(
        words, "rule", "rule_name", ("year", "number"), ("population", "whole"), ("passed", "whole"),
        ("failed", "whole"), ("not_assessable", "whole"), ("no_rule", "whole"), ("exempted", "whole"),
    )  # fmt: skip
    rows = tuple(
        (
            row["rule"],
            words.of(gathered.rules[row["rule"]], "name"),
            row["year"],
            *(row[name] for name in counts),
        )
        for row in gathered.coverage.iter_rows(named=True)
    )
    return Annex(words("annex_coverage"), columns, rows)


def _providers(gathered: Gathered, words: Words) -> Annex:
    columns = _columns(
        words, "provider", "provider_id", "division", ("visits", "whole"), ("public_visits", "whole"),
        ("subsidy", "yuan"), ("satisfaction", "number"), ("upheld", "whole"),
    )  # fmt: skip
    rows = tuple(
        (
            labels.provider_name(gathered, row["provider_id"]),
            row["provider_id"],
            name_of(row["division_code"], words.language, full=False) if row["division_code"] else None,
            row["visits"],
            row["public_visits"],
            row["subsidy_yuan"],
            row["mean_satisfaction"],
            row["complaints_upheld"],
        )
        for row in gathered.providers.iter_rows(named=True)
    )
    return Annex(words("annex_providers"), columns, rows)


def annexes(gathered: Gathered, words: Words) -> tuple[Annex, ...]:
    """All sheets. Findings have their `number` in the report."""
    scored = [] if gathered.scores is None else [_funnel(gathered, words)]
    quarters = [] if gathered.quarters is None else [_quarters(gathered, words, gathered.quarters)]
    months = [] if gathered.months is None else [_months(gathered, words, gathered.months)]
    reach = [] if gathered.reach is None else [_reach(gathered, words, gathered.reach)]
    following = [_exposure(gathered, words)] if any(gathered.exposures.values()) else []
    return (
        _about(gathered, words),
        _scores(gathered, words),
        *quarters,
        *scored,
        *months,
        _providers(gathered, words),
        *reach,
        _findings(gathered, words),
        *following,
        _evidence(gathered, words),
        _parameters(gathered, words),
        _files(gathered, words),
        _coverage(gathered, words),
    )
