"""What if: what the numbers of the policy are called."""

import polars as pl

from dashboards.queries.base import Reader, ask, cached


@cached
def names(reader: Reader) -> pl.DataFrame:
    """The names of the rules' numbers, and of the rules: rule, name, rule_zh, rule_en, name_zh, name_en."""
    return ask(
        reader,
        """
        select
            texts.rule, texts.name, rules.name_zh as rule_zh, rules.name_en as rule_en, texts.name_zh, texts.name_en
        from policy_parameter_texts as texts
        inner join policy_rules as rules using (rule)
        """,
    )
