"""What must hold of a delivery as a whole. Rows are judged by their contract, at the door; nothing here looks at a row.

A check is a bound on a measure of one delivery. Its limit is a dated row of `seeds/policy/quality_limits.csv`, unless it
can only be broken by this program itself; only such a check has the severity error.
"""

from expectations.checks import Check

CHECKS = (
    Check(
        code="rows_add_up",
        column="rows_unaccounted",
        severity="error",
        high=0,
        zh="读取行数 = 载入 + 重复 + 隔离",
        en="rows read = loaded + duplicate + quarantined",
    ),
    Check(
        code="file_is_read",
        column="is_unread",
        severity="warning",
        high=0,
        zh="文件能够识别和读取",
        en="the file is recognised and can be read",
    ),
    Check(
        code="quarantine_share",
        column="quarantine_share",
        severity="warning",
        high_limit="quarantine_share",
        article="jincheng.s5_3.platform_completeness",
        article_source="visits",
        zh="隔离行占比不超过限值",
        en="the share of rows set aside stays below its limit",
    ),
    Check(
        code="missing_optional_share",
        column="missing_optional_share",
        severity="warning",
        high_limit="missing_optional_share",
        article="wuhai.a12.registry_and_ledger",
        article_source="elders",
        zh="选填项空缺占比不超过限值",
        en="the share of empty optional cells stays below its limit",
    ),
    Check(
        code="volume",
        column="volume_ratio",
        severity="warning",
        low_limit="volume_ratio_low",
        high_limit="volume_ratio_high",
        zh="数据量与同一来源以往文件相当",
        en="the volume is like that of earlier files of the same source and division",
    ),
    Check(
        code="dated_after_file",
        column="dated_after_file_share",
        severity="warning",
        high_limit="dated_after_file_share",
        zh="日期晚于文件日期的行不超过限值",
        en="few rows are dated after the file",
    ),
    Check(
        code="dated_long_ago",
        column="dated_long_ago_share",
        severity="warning",
        high_limit="dated_long_ago_share",
        zh="日期过早的行不超过限值",
        en="few rows are dated long before the file",
    ),
    Check(
        code="elders_registered",
        column="elder_registered_share",
        severity="warning",
        low_limit="elder_registered_share",
        article="wuhai.a12.registry_and_ledger",
        zh="服务对象在台账内",
        en="the elders of the visits stand in a register",
    ),
    Check(
        code="workers_registered",
        column="worker_registered_share",
        severity="warning",
        low_limit="worker_registered_share",
        article="wuhai.a11.resources_match",
        zh="服务人员在册",
        en="the workers of the visits stand in a register",
    ),
    Check(
        code="providers_registered",
        column="provider_registered_share",
        severity="warning",
        low_limit="provider_registered_share",
        zh="服务机构在册",
        en="the providers of the visits stand in a register",
    ),
    Check(
        code="freshness",
        column="days_since_newest_file",
        severity="warning",
        high_limit="freshness_days",
        article="jincheng.s5_3.platform_completeness",
        article_source="visits",
        zh="最新文件未逾期",
        en="the newest file of the source and division is not late",
    ),
)
