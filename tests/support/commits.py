"""Commits for tests of the ledger, which looks at chains and never at what the facts mean."""

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from events import subjects
from events.commit import Actor, Commit, derive_id, digest
from events.notice import NumberAssigned
from services.ledger import Append, History

CHINA = timezone(timedelta(hours=8))


def commit_after(history: History, command_id: str, **changed: Any) -> Commit:
    """The commit that a command would leave after this history."""
    kind, _, key = subjects.parse(history.subject)
    made = Commit(
        id=derive_id("referral", command_id, history.subject),
        kind=kind,
        key=key,
        n=history.n + 1,
        prev=history.head_hash,
        occurred=datetime(2026, 3, 2, 9, 0, tzinfo=CHINA),
        recorded=datetime(2026, 3, 2, 9, 0, tzinfo=CHINA),
        actor=Actor(principal="referral", role="service"),
        command="Assign",
        command_id=command_id,
        command_digest=digest(command_id.encode()),
        policy="2026-01",
        calendar="2026",
        facts=(NumberAssigned(number=history.n + 1, to="0" * 26),),
    )
    return msgspec.structs.replace(made, **changed)


def following(history: History, command_id: str, **changed: Any) -> Append:
    return Append(history, commit_after(history, command_id, **changed))
