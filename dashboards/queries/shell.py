"""What the frame around all pages asks: the places and years to choose from, freshness, and the search box."""

import polars as pl

from dashboards.queries.base import Reader, ask, cached


@cached
def divisions(reader: Reader) -> list[str]:
    """All division codes that any figure speaks of, in order."""
    found = ask(
        reader,
        """
        select division_code from fund_usage
        union select division_code from complaint_counts
        union select division_code from area_compliance
        union select division_code from land_compliance
        union select division_code from provider_activity where division_code is not null
        order by 1
        """,
    )
    return found["division_code"].to_list()


@cached
def places(reader: Reader) -> list[str]:
    """The places to choose from: divisions, and cities for who may see all of them."""
    codes = divisions(reader)
    cities = {f"{code[:4]}00" for code in codes if reader.places is None}
    return sorted(cities | set(codes))


@cached
def years(reader: Reader) -> list[int]:
    """All years that funds, complaints or findings speak of, the newest first."""
    found = ask(
        reader,
        """
        select fiscal_year as year from fund_usage
        union select cast(left(month, 4) as bigint) from complaint_counts
        union select year(judged_on) from findings
        order by 1 desc
        """,
    )
    return found["year"].to_list()


@cached
def freshness(reader: Reader) -> pl.DataFrame:
    """For each source how many files and rows came and the newest day of which its data speak."""
    return ask(
        reader,
        """
        select source, sum(files) as files, sum(rows) as rows, max(newest_on) as newest_on, max(newest_file_on) as file_on
        from source_freshness
        group by source
        order by source
        """,
    )


@cached
def late_sources(reader: Reader) -> list[str]:
    """Sources of which some delivery is later than its rhythm allows."""
    found = ask(
        reader,
        "select distinct source from quality_checks where \"check\" = 'freshness' and not passed order by source",
    )
    return found["source"].to_list()


HITS = 8


@cached
def search(reader: Reader, text: str) -> pl.DataFrame:
    """What an id, a code or a name leads to: kind (finding, provider, batch, area), id, name, division; exact hits first.

    A finding is found by its id or its subject's id, everything else also by a part of its name.
    """
    return ask(
        reader,
        """
        with hits as (
            select 'finding' as kind, finding_id as id, subject as name, jurisdiction as place,
                finding_id = $text as is_exact
            from findings
            where starts_with(lower(finding_id), lower($text)) or subject = $text
            union all
            select 'provider', provider_id, name, division_code, provider_id = $text or name = $text
            from provider_activity
            where starts_with(lower(provider_id), lower($text)) or contains(name, $text)
            union all
            select 'area', residential_area_id, name, division_code, residential_area_id = $text or name = $text
            from area_compliance
            where starts_with(lower(residential_area_id), lower($text)) or contains(name, $text)
            union all
            select distinct 'batch', batch_id, '', division_code, batch_id = $text
            from trace_payments
            where starts_with(lower(batch_id), lower($text))
        )

        -- A window before a limit made the engine fail now and then: the number is asked for by itself.
        select kind, id, name, place, is_exact, (select count(*) from hits) as all_hits
        from hits
        order by is_exact desc, kind, id
        limit $most
        """,
        {"text": text, "most": HITS},
    )
