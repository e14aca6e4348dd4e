"""What can be wrong with a sample, as sentences for those who asked for it."""


class SampleProblem(Exception):
    """The base of all. `exit_code`: what the command line ends with."""

    exit_code = 2


class UnfitPopulation(SampleProblem):
    """The rows cannot be drawn from."""


class UnknownPopulation(SampleProblem):
    """What is asked for is not there."""


class SizeProblem(SampleProblem):
    """No sample can show what is asked."""


class WorksheetProblem(SampleProblem):
    """The worksheet is not the one that was drawn, or an answer in it makes no sense."""

    exit_code = 1
