"""What stops a report before anything is written."""


class ReportProblem(Exception):
    """The report cannot be made as it was asked for; the message says what to do."""
