"""Scorecards: totals, domains, measures, quarters, and the rows behind a measure."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached


@cached
def peer_groups(reader: Reader, scope: Scope) -> list[str]:
    """Jurisdictions with a card of a provider in scope, that with the most visits first."""
    found = ask(
        reader,
        """
        select cards.jurisdiction
        from scorecards as cards
        left join provider_activity on cards.provider = provider_activity.provider_id
        where starts_with(coalesce(provider_activity.division_code, ''), $prefix)
        group by cards.jurisdiction
        order by sum(cards.visits) desc, cards.jurisdiction
        """,
        {"prefix": scope.prefix},
    )
    return found["jurisdiction"].to_list()


@cached
def cards(reader: Reader, jurisdiction: str) -> pl.DataFrame:
    """The cards of a peer group, the best total first, those without a total last."""
    return ask(
        reader,
        """
        select cards.*, provider_activity.name, provider_activity.division_code
        from scorecards as cards
        left join provider_activity on cards.provider = provider_activity.provider_id
        where cards.jurisdiction = $jurisdiction
        order by cards.total desc nulls last, cards.provider
        """,
        {"jurisdiction": jurisdiction},
    )


@cached
def jurisdictions_of(reader: Reader, provider: str) -> list[str]:
    """Where a provider has a card, the place of most visits first."""
    found = ask(
        reader,
        "select jurisdiction from scorecards where provider = $provider order by visits desc, jurisdiction",
        {"provider": provider},
    )
    return found["jurisdiction"].to_list()


@cached
def domain_scores(reader: Reader, jurisdiction: str) -> pl.DataFrame:
    """The domains of all cards of a peer group."""
    return ask(
        reader,
        "select * from scorecard_domains where jurisdiction = $jurisdiction order by provider, domain",
        {"jurisdiction": jurisdiction},
    )


@cached
def measures(reader: Reader, provider: str, jurisdiction: str) -> pl.DataFrame:
    """The measures of a card with the median score of the peers that have one, and how many these are."""
    return ask(
        reader,
        """
        with peers as (
            select measure, median(score) as peer_median, count(score) as peers_scored
            from scorecard_measures
            where jurisdiction = $jurisdiction
            group by measure
        )

        select measures.*, peers.peer_median, peers.peers_scored
        from scorecard_measures as measures
        inner join peers using (measure)
        where measures.provider = $provider and measures.jurisdiction = $jurisdiction
        order by measures.domain, measures.weight desc, measures.measure
        """,
        {"provider": provider, "jurisdiction": jurisdiction},
    )


@cached
def words_of_domains(reader: Reader) -> pl.DataFrame:
    """Domains with their names and weights, those of everywhere first."""
    return ask(reader, "select * from policy_scoring_domains order by jurisdiction != '*', weight desc, domain")


@cached
def words_of_measures(reader: Reader) -> pl.DataFrame:
    """Measures with their names and what k and n count."""
    return ask(reader, "select * from policy_scoring_measures order by jurisdiction != '*', domain, measure")


@cached
def quarters(reader: Reader, provider: str, jurisdiction: str) -> pl.DataFrame:
    """The totals of a card by quarter."""
    return ask(
        reader,
        """
        select * from scorecard_quarters
        where provider = $provider and jurisdiction = $jurisdiction and measure is null
        order by quarter
        """,
        {"provider": provider, "jurisdiction": jurisdiction},
    )


@cached
def rows(reader: Reader, provider: str, jurisdiction: str, measure: str, most: int | None) -> pl.DataFrame:
    """The rows behind a measure, those that do not count in k first, with the numbers of all."""
    return ask(
        reader,
        """
        with asked as materialized (
            select source, row_key, day, counts_in_k, file, sheet, line
            from scorecard_rows
            where provider = $provider and jurisdiction = $jurisdiction and measure = $measure
        ),
        total as (select count(*) as all_rows, count(*) filter (where counts_in_k) as all_k from asked)

        select asked.*, total.* from asked cross join total
        order by counts_in_k, day, source, row_key
        limit $most
        """,
        {
            "provider": provider,
            "jurisdiction": jurisdiction,
            "measure": measure,
            "most": most if most is not None else 1_000_000,
        },
    )


@cached
def settings(reader: Reader, jurisdiction: str) -> dict[str, float]:
    """The settings of scorecards in force on as_of, a jurisdiction's own before those of all."""
    found = ask(
        reader,
        """
        select setting, arg_min(value, jurisdiction = '*') as value
        from policy_scoring_settings
        where
            jurisdiction in ($jurisdiction, '*')
            and cast($as_of as date) between cast(valid_from as date)
                and coalesce(cast(valid_to as date), date '9999-12-31')
        group by setting
        """,
        {"jurisdiction": jurisdiction, "as_of": reader.publication.as_of},
    )
    return {row["setting"]: float(row["value"]) for row in found.iter_rows(named=True)}
