"""Providers: what each of them does, and the complaints about it."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope


@cached
def providers(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Providers in scope with their visits, ratings and complaints of the period."""
    return ask(
        reader,
        f"""
        select * from provider_activity
        where {in_scope("coalesce(division_code, '')")}
        order by visits desc, provider_id
        """,
        {"prefix": scope.prefix},
    )


@cached
def provider_complaints(reader: Reader, provider: str) -> pl.DataFrame:
    """The complaints about a provider or its workers in the period of the publication."""
    return ask(
        reader,
        """
        select trace_complaints.*
        from trace_complaints
        inner join provider_activity using (provider_id)
        where
            provider_id = $provider and target_kind in ('provider', 'worker')
            and received_on between period_start and period_end
        order by received_on, complaint_id
        """,
        {"provider": provider},
    )
