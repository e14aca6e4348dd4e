"""Policy and method: requirements by document and article, rules with their settings, and what they found."""

import polars as pl

from dashboards.queries.base import Reader, ask, cached


@cached
def requirements(reader: Reader) -> pl.DataFrame:
    """All requirements with their document, state, rules, and how many findings these rules have in the document's place."""
    return ask(
        reader,
        """
        with found as (
            select linked.requirement, count(*) as findings
            from policy_rule_requirements as linked
            inner join findings using (rule, jurisdiction)
            group by linked.requirement
        ),

        judged as (
            select requirement, list(distinct rule order by rule) as tested_by
            from policy_rule_requirements
            group by requirement
        )

        select
            asked.requirement,
            asked.document,
            documents.jurisdiction,
            documents.title_zh as document_zh,
            documents.title_en as document_en,
            documents.number,
            documents.status,
            documents.in_force_from,
            documents.in_force_to,
            asked.article,
            asked.quote_zh,
            asked.precise_definition,
            states.title_zh,
            states.title_en,
            states.state,
            coalesce(judged.tested_by, []) as rules,
            states.reason_zh,
            states.reason_en,
            states.data_needed_zh,
            states.data_needed_en,
            found.findings
        from policy_requirements as asked
        inner join policy_documents as documents using (document)
        inner join policy_requirement_states as states using (requirement)
        left join judged using (requirement)
        left join found using (requirement)
        order by documents.jurisdiction, asked.document, asked.requirement
        """,
    )


@cached
def rules(reader: Reader) -> pl.DataFrame:
    """All rules with their texts, the places in which they apply, and their subjects in four states."""
    return ask(
        reader,
        """
        with counted as (
            select
                rule,
                sum(failed) as failed,
                sum(not_assessable) as not_assessable,
                sum(passed) as passed,
                sum(no_rule_in_force) as no_rule_in_force
            from rule_coverage
            group by rule
        ),

        placed as (
            select rule, list(distinct jurisdiction order by jurisdiction) as places
            from policy_rule_requirements
            group by rule
        )

        select rules.*, texts.* exclude (rule), placed.places, counted.* exclude (rule)
        from policy_rules as rules
        inner join policy_rule_texts as texts using (rule)
        left join placed using (rule)
        left join counted using (rule)
        order by rules.rule
        """,
    )


@cached
def settings(reader: Reader, rule: str) -> pl.DataFrame:
    """Every dated setting of a rule: numbers, classes and sets, with origin, days, article and the day of verification."""
    return ask(
        reader,
        """
        with dated as (
            select
                name, jurisdiction, division, cast(null as varchar) as grouping, cast(value as double) as value, unit,
                cast(null as double) as low, cast(null as double) as high, cast(null as varchar) as bound_unit,
                cast([] as varchar[]) as members, valid_from, valid_to, basis, requirement, verified_on, note
            from policy_parameters
            where rule = $rule
            union all
            select
                name, jurisdiction, null, null, cast(value as double), unit, cast(low as double), cast(high as double),
                bound_unit, [], valid_from, valid_to, basis, requirement, verified_on, note
            from policy_parameter_brackets
            where rule = $rule
            union all
            select
                name, jurisdiction, null, grouping, null, null, null, null, null, list(member order by member),
                valid_from, valid_to, basis, requirement, verified_on, null
            from policy_parameter_sets
            where rule = $rule
            group by name, jurisdiction, grouping, valid_from, valid_to, basis, requirement, verified_on
        )

        select
            dated.*,
            texts.name_zh,
            texts.name_en,
            texts.explanation_zh,
            texts.explanation_en,
            texts.code_list,
            asked.article
        from dated
        left join policy_parameter_texts as texts on texts.rule = $rule and texts.name = dated.name
        left join policy_requirements as asked using (requirement)
        order by dated.name, dated.jurisdiction, dated.grouping nulls first, dated.low nulls first, dated.valid_from
        """,
        {"rule": rule},
    )


@cached
def articles(reader: Reader, rule: str) -> pl.DataFrame:
    """The articles on which a rule rests, by place."""
    return ask(
        reader,
        """
        select
            linked.jurisdiction,
            linked.requirement,
            documents.title_zh,
            documents.title_en,
            documents.number,
            documents.status,
            documents.in_force_from,
            documents.in_force_to,
            asked.article,
            asked.quote_zh
        from policy_rule_requirements as linked
        inner join policy_requirements as asked using (requirement)
        inner join policy_documents as documents using (document)
        where linked.rule = $rule
        order by linked.jurisdiction, linked.requirement
        """,
        {"rule": rule},
    )
