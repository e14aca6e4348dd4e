"""What is written into the store: decisions on findings, and what was seen and done (the log of use)."""

import datetime as dt
import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, get_args

from pipelines.app_limits import app_limit
from pipelines.decisions.chain import Entry
from pipelines.decisions.problems import NotWhole
from pipelines.decisions.texts import names_a_person, required, written
from pipelines.seed_rows import policy_rows

Action = Literal["sign_in", "view", "export", "decision", "refusal"]
ACTIONS: tuple[Action, ...] = get_args(Action)

_FINDING_ID = re.compile(r"[A-Z]\d\d-[0-9a-f]{16}")
_RUN = re.compile(r"\d{6}-\d{8}-[0-9a-f]{12}")
# Codes, ids and days only. What people type into a search box may be a name, and is not kept.
_CODE = re.compile(r"[\w.:|/*-]{0,120}")


@dataclass(frozen=True)
class Finding:
    """The finding that is decided on, as the publication `run` had it. Who it is about is not kept, only what kind."""

    finding_id: str
    rule: str
    jurisdiction: str
    subject_kind: str
    run: str


@dataclass(frozen=True)
class Ask:
    """A finding and the state in which the user saw it. `seen`: the number of the last decision that was shown (0: none);
    where given, the finding must not have moved at all, not even to another state and back."""

    finding: Finding
    from_state: str
    seen: int | None = None


@dataclass(frozen=True)
class Kept:
    """An attachment: its bytes are kept under their hash."""

    sha256: str
    name: str
    size: int


@dataclass(frozen=True)
class Decision:
    """A decision as it stands in the store."""

    sequence: int
    hash: str
    finding_id: str
    rule: str
    jurisdiction: str
    subject_kind: str
    run: str
    from_state: str
    state: str
    reason: str
    note: str
    user: str
    at: dt.datetime
    attachments: tuple[Kept, ...]
    batch: str | None


@dataclass(frozen=True)
class Use:
    """What somebody saw or did, as it stands in the log. `target`: an id or the name of an export; `filters`: codes."""

    sequence: int
    user: str
    action: str
    target: str
    page: str
    run: str
    filters: dict[str, str]
    at: dt.datetime


def utc(now: dt.datetime) -> str:
    """A moment as it is written: UTC, to the microsecond, always as long."""
    return now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(written_at: str) -> dt.datetime:
    """A moment as it was written."""
    return dt.datetime.strptime(written_at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


@cache
def subject_kinds() -> dict[str, str]:
    """What each rule is about. Source: `seeds/policy/rules.csv`."""
    return {row["rule"]: row["subject"] for row in policy_rows("rules")}


def check_finding(finding: Finding) -> None:
    """Raise `NotWhole` where a finding is not named by id, rule, place and run alone."""
    wrong = [
        name
        for name, is_right in (
            ("finding_id", _FINDING_ID.fullmatch(finding.finding_id) and finding.finding_id[:3] == finding.rule),
            ("subject_kind", subject_kinds().get(finding.rule) == finding.subject_kind),
            ("jurisdiction", re.fullmatch(r"[a-z_]{1,40}", finding.jurisdiction)),
            ("run", _RUN.fullmatch(finding.run)),
        )
        if not is_right
    ]
    if wrong:
        raise NotWhole(f"疑点信息有误：{'、'.join(wrong)}", f"the finding is not named rightly: {', '.join(wrong)}")


def is_user(user: str) -> bool:
    """Whether a text can be the address of a user."""
    return 0 < len(user) <= 320 and all(character.isprintable() and not character.isspace() for character in user)


def check_user(user: str) -> str:
    """The user's address. Raises `NotWhole` where there is none."""
    if not is_user(user):
        raise NotWhole("缺少用户", "a user is needed: an address without blanks")
    return user


def decision_texts(reason: str, note: str, day: str) -> tuple[str, str]:
    """Reason and note as they are kept. Raises `NotWhole`."""
    longest = int(app_limit("decision_text", day))
    return required(reason, "理由", "reason", longest), written(note, "备注", "note", longest)


def decision_content(
    ask: Ask, state: str, texts: tuple[str, str], user: str, at: str, attachments: tuple[Kept, ...], batch: str | None
) -> dict[str, Any]:
    """What a decision says, as it is hashed."""
    reason, note = texts
    return {
        **asdict(ask.finding),
        "from_state": ask.from_state,
        "state": state,
        "reason": reason,
        "note": note,
        "user": user,
        "at": at,
        "attachments": [asdict(one) for one in attachments],
        "batch": batch,
    }


def read_decision(entry: Entry) -> Decision:
    """A decision out of its entry."""
    said = entry.said
    attachments = tuple(Kept(**one) for one in said.pop("attachments"))
    at = moment(said.pop("at"))
    return Decision(sequence=entry.sequence, hash=entry.hash, at=at, attachments=attachments, **said)


def use_content(
    user: str, action: Action, at: str, target: str, page: str, run: str, filters: dict[str, str]
) -> dict[str, Any]:
    """What an entry of the log says. Raises `NotWhole` where it would hold more than ids and codes."""
    if action not in ACTIONS:
        raise NotWhole(f"没有操作 {action}", f"there is no action {action}; actions are: {', '.join(ACTIONS)}")
    for text in (target, page, run, *filters, *filters.values()):
        if not _CODE.fullmatch(text) or names_a_person(text):
            raise NotWhole("日志只记编号和代码", "the log keeps ids and codes only: no blanks, 120 characters at most")
    return {
        "user": check_user(user),
        "action": action,
        "target": target,
        "page": page,
        "run": run,
        "filters": dict(sorted(filters.items())),
        "at": at,
    }


def read_use(entry: Entry) -> Use:
    """An entry of the log."""
    said = entry.said
    at = moment(said.pop("at"))
    return Use(sequence=entry.sequence, at=at, **said)
