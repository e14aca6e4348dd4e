"""How much a report shows in its text."""

from dataclasses import dataclass

from pipelines.app_limits import app_limit


@dataclass(frozen=True)
class Limits:
    """How much a report shows in its text: dated rows of the seeds."""

    findings: int
    rules_in_chart: int
    providers: int
    evidence: int


def limits_on(day: str) -> Limits:
    """The limits in force on a day (written 2025-06-30)."""
    return Limits(
        *(
            int(app_limit(name, day))
            for name in (
                "report_findings_listed",
                "report_rules_in_chart",
                "report_providers_listed",
                "report_evidence_listed",
            )
        )
    )
