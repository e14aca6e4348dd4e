"""Report: for which places and providers a reader may have one made."""

import polars as pl

from dashboards.queries.base import Reader, ask, cached


@cached
def places(reader: Reader) -> list[str]:
    """The policies whose whole place the reader sees: a report speaks of nothing smaller."""
    return ask(reader, "select distinct jurisdiction from rule_coverage order by 1")["jurisdiction"].to_list()


@cached
def providers(reader: Reader, jurisdiction: str) -> pl.DataFrame:
    """The providers of a place: provider_id, name."""
    return ask(
        reader,
        """
        select provider_id, any_value(name) as name
        from provider_activity
        where jurisdiction = $jurisdiction
        group by provider_id
        order by provider_id
        """,
        {"jurisdiction": jurisdiction},
    )
