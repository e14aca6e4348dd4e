"""What must hold of a publication as a whole, before it is named by `current`.

A check that only this program can break (keys, sums, states) is an error and stops the publication; what strange data can
break is a warning. Each check is a count of what is wrong, which must be 0.
"""

from expectations.checks import Check

KEYS = {
    "fund_usage": ("division_code", "fiscal_year", "programme", "fund_source"),
    "complaint_counts": ("division_code", "month", "target_kind", "category"),
    "area_compliance": ("residential_area_id",),
    "land_compliance": ("division_code",),
    "provider_activity": ("provider_id",),
}
STATES = ("PASS", "FAIL", "NOT_ASSESSABLE", "NO_RULE_IN_FORCE")

CHECKS = (
    Check("table_is_there", "is_missing", "error", high=0, zh="应有的表都在", en="every table is there"),
    Check("key_is_unique", "repeated_keys", "error", high=0, zh="主键不重复", en="no key stands twice"),
    Check("figures_are_possible", "impossible_figures", "error", high=0, zh="数值可能", en="no figure is impossible"),
    Check("states_are_known", "unknown_states", "error", high=0, zh="状态在四种之内", en="states are one of four"),
    Check(
        "missing_is_no_pass",
        "shortages_without_verdict",
        "error",
        high=0,
        zh="无法评估者没有差额",
        en="what cannot be assessed has no figure of shortage",
    ),
    Check(
        "figures_have_rows",
        "unexplained_figures",
        "error",
        high=0,
        zh="每个数与其明细合计相等",
        en="figures equal the totals of their rows",
    ),
    Check(
        "rows_have_not_vanished",
        "has_vanished",
        "warning",
        high=0,
        zh="没有一张表从有变空",
        en="no table that had rows is empty now",
    ),
)
