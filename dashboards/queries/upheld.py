"""Upheld complaints against chance and against the thresholds of the text, and the complaints behind each figure."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached


@cached
def funnel(reader: Reader, jurisdiction: str) -> pl.DataFrame:
    """The providers of a peer group in the funnel."""
    return ask(
        reader,
        """
        select funnel.*, provider_activity.name
        from complaint_funnel as funnel
        left join provider_activity on funnel.provider = provider_activity.provider_id
        where funnel.jurisdiction = $jurisdiction
        order by funnel.rate desc, funnel.visits desc, funnel.provider
        """,
        {"jurisdiction": jurisdiction},
    )


@cached
def setting(reader: Reader, jurisdiction: str, name: str) -> float:
    """A setting of scorecards in force on as_of; a jurisdiction's own before that of all."""
    found = ask(
        reader,
        """
        select value from policy_scoring_settings
        where
            setting = $name and jurisdiction in ($jurisdiction, '*')
            and cast($as_of as date) between cast(valid_from as date)
                and coalesce(cast(valid_to as date), date '9999-12-31')
        order by jurisdiction = '*'
        limit 1
        """,
        {"name": name, "jurisdiction": jurisdiction, "as_of": reader.publication.as_of},
    )
    return float(found.item())


@cached
def provider_upheld(reader: Reader, provider: str, jurisdiction: str) -> pl.DataFrame:
    """The upheld complaints that the funnel counts for a provider: about it or its workers, received in the period."""
    return ask(
        reader,
        """
        select complaints.*
        from trace_complaints as complaints
        cross join (select any_value(period_start) as first_day, any_value(period_end) as last_day from provider_activity)
        where
            complaints.provider_id = $provider and complaints.jurisdiction = $jurisdiction
            and complaints.target_kind in ('provider', 'worker') and complaints.verdict in ('upheld', 'partly_upheld')
            and complaints.received_on between first_day and last_day
        order by complaints.received_on, complaints.complaint_id
        """,
        {"provider": provider, "jurisdiction": jurisdiction},
    )


@cached
def months(reader: Reader, provider: str, jurisdiction: str) -> pl.DataFrame:
    """A provider's complaints and ratings by month, with limits of single values."""
    return ask(
        reader,
        "select * from monthly_series where provider = $provider and jurisdiction = $jurisdiction order by month",
        {"provider": provider, "jurisdiction": jurisdiction},
    )


@cached
def counters(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Workers and contracts with upheld complaints that count towards a threshold, the nearest to it first, and where the
    threshold comes from."""
    return ask(
        reader,
        """
        select counters.*, provider_activity.name, limits.basis
        from complaint_counters as counters
        left join provider_activity on counters.provider_id = provider_activity.provider_id
        left join policy_parameters as limits
            on
                limits.rule = counters.rule and limits.name = 'threshold' and limits.jurisdiction = counters.jurisdiction
                and counters.judged_on
                    between cast(limits.valid_from as date) and coalesce(cast(limits.valid_to as date), date '9999-12-31')
        where starts_with(counters.division_code, $prefix)
        order by counters.threshold - counters.complaints, counters.rule, counters.subject
        """,
        {"prefix": scope.prefix},
    )


@cached
def counter_rows(reader: Reader, rule: str, jurisdiction: str, subject: str) -> pl.DataFrame:
    """The complaints that a counter counts: of a worker those of the fullest window, of a contract those of its term."""
    query = _WINDOW if rule == "C01" else _TERM
    return ask(
        reader,
        query,
        {"rule": rule, "jurisdiction": jurisdiction, "subject": subject, "as_of": reader.publication.as_of},
    )


_WINDOW = """
    with upheld as (
        select * from trace_complaints
        where
            verdict in ('upheld', 'partly_upheld') and target_kind = 'worker' and worker_id = $subject
            and jurisdiction = $jurisdiction
    ),
    days as (select any_value(period_start) as first_day from provider_activity),
    ends as (
        select received_on as ends_on from upheld, days where received_on >= first_day
        union
        select first_day from days
    ),
    windows as (
        select ends.ends_on, max(cast(limits.value as integer)) as days, count(*) as complaints
        from ends
        inner join policy_parameters as limits
            on
                limits.rule = $rule and limits.name = 'window_days' and limits.jurisdiction = $jurisdiction
                and ends.ends_on
                    between cast(limits.valid_from as date) and coalesce(cast(limits.valid_to as date), date '9999-12-31')
        inner join upheld on upheld.received_on between ends.ends_on - cast(limits.value as integer) + 1 and ends.ends_on
        group by ends.ends_on
    ),
    fullest as (select * from windows order by complaints desc, ends_on desc limit 1)

    select upheld.* from upheld
    inner join fullest on upheld.received_on between fullest.ends_on - fullest.days + 1 and fullest.ends_on
    where cast($as_of as date) is not null
    order by upheld.received_on, upheld.complaint_id
"""
_TERM = """
    select complaints.* from trace_complaints as complaints
    inner join complaint_counters as counters
        on
            counters.rule = $rule and counters.jurisdiction = $jurisdiction and counters.subject = $subject
            and complaints.provider_id = counters.provider_id and complaints.jurisdiction = counters.jurisdiction
            and complaints.received_on between counters.starts_on and least(counters.ends_on, cast($as_of as date))
    where complaints.verdict in ('upheld', 'partly_upheld') and complaints.target_kind = 'provider'
    order by complaints.received_on, complaints.complaint_id
"""
