"""Why something was not written down. Each problem speaks both languages, since users read it."""

from typing import Literal


class DecisionProblem(Exception):
    """Something was refused; nothing was written."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)  # both, so that it can be handed from process to process
        self.zh, self.en = zh, en

    def __str__(self) -> str:
        return self.en

    def say(self, language: Literal["zh", "en"]) -> str:
        """What happened, in a language."""
        return self.zh if language == "zh" else self.en


class NotAllowed(DecisionProblem):
    """No such step between states."""


class Stale(DecisionProblem):
    """Somebody decided in the meantime."""


class NotWhole(DecisionProblem):
    """What was given is not whole: no reason, too long, something personal."""


class StoreProblem(DecisionProblem):
    """The store cannot be used: unreachable, full, held by others for too long, or damaged."""
