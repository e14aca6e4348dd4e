"""States of a finding and the steps between them: rows of `seeds/policy/decision_states.csv`, `decision_transitions.csv`."""

from dataclasses import dataclass
from functools import cache

from pipelines.decisions.problems import NotAllowed
from pipelines.seed_rows import policy_rows


@dataclass(frozen=True)
class State:
    """A state in which a decision can leave a finding."""

    state: str
    is_verdict: bool
    name_zh: str
    name_en: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Step:
    """A step that a decision may take."""

    from_state: str
    to_state: str
    name_zh: str
    name_en: str


@cache
def all_states() -> dict[str, State]:
    """All states in their order; the first is that of a finding without a decision."""
    ordered = sorted(policy_rows("decision_states"), key=lambda row: int(row["position"]))
    return {
        row["state"]: State(
            row["state"],
            row["is_verdict"] == "true",
            row["name_zh"],
            row["name_en"],
            row["note_zh"],
            row["note_en"],
        )
        for row in ordered
    }


@cache
def initial_state() -> str:
    """The state of a finding on which nobody has decided."""
    return next(iter(all_states()))


@cache
def verdict_states() -> frozenset[str]:
    """The states that say whether a finding is true."""
    return frozenset(state.state for state in all_states().values() if state.is_verdict)


@cache
def steps() -> tuple[Step, ...]:
    """All steps, in the order of the seed."""
    return tuple(Step(**row) for row in policy_rows("decision_transitions"))


def steps_from(state: str) -> tuple[Step, ...]:
    """The steps that may follow a state."""
    return tuple(step for step in steps() if step.from_state == state)


def require_step(from_state: str, to_state: str) -> None:
    """Raise `NotAllowed` where no such step may be taken, saying which may."""
    known = all_states()
    for state in (from_state, to_state):
        if state not in known:
            codes = ", ".join(known)
            raise NotAllowed(f"没有状态 {state}；状态有：{codes}", f"there is no state {state}; states are: {codes}")
    possible = steps_from(from_state)
    if all(step.to_state != to_state for step in possible):
        zh = "、".join(known[step.to_state].name_zh for step in possible) or "无"
        en = ", ".join(step.to_state for step in possible) or "none"
        raise NotAllowed(
            f"“{known[from_state].name_zh}”之后不能是“{known[to_state].name_zh}”；可以是：{zh}",
            f"{to_state} cannot follow {from_state}; what can: {en}",
        )
