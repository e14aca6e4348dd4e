"""Is what people decided whole? Pure functions over the tables of `seeds/policy/`; each returns what is wrong, in sentences.

dbt tests the same tables for keys and relations when they are loaded; here stands what needs more than one table, a
document or the project's own files.
"""

from pipelines.policy.checking import check
from pipelines.policy.tables import ELIGIBILITY, ELIGIBILITY_RULES, Policy, Problem, Row, load

__all__ = ["ELIGIBILITY", "ELIGIBILITY_RULES", "Policy", "Problem", "Row", "check", "load"]
