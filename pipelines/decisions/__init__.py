"""What people decide about findings, and what was seen and done: append-only, apart from what is computed, so that no
rebuild loses any of it. `open_store` is the one door."""

from pipelines.decisions.attachments import Attachment
from pipelines.decisions.chain import Fault, Head
from pipelines.decisions.entries import Ask, Decision, Finding, Kept, Use
from pipelines.decisions.problems import DecisionProblem, NotAllowed, NotWhole, Stale, StoreProblem
from pipelines.decisions.snapshot import Snapshot
from pipelines.decisions.states import State, Step, all_states, initial_state, steps_from
from pipelines.decisions.store import SavedView, Store, decided_finding, open_store, read_snapshot

__all__ = [
    "Ask",
    "Attachment",
    "Decision",
    "DecisionProblem",
    "Fault",
    "Finding",
    "Head",
    "Kept",
    "NotAllowed",
    "NotWhole",
    "SavedView",
    "Snapshot",
    "Stale",
    "State",
    "Step",
    "Store",
    "StoreProblem",
    "Use",
    "all_states",
    "decided_finding",
    "initial_state",
    "open_store",
    "read_snapshot",
    "steps_from",
]
