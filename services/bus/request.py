"""One command as it came over the bus, with what the broker knows about its sender, and the answer to it."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from events.commit import Actor
from services.decision import Refused
from services.refusals import sentences

# Only a stack that was started under a simulated clock listens to this header (docs/decisions/0004).
TIME_HEADER = "Lianxi-Time"
# Says "this was on record before" beside an answer that is equal to the first one.
REPEATED_HEADER = "Lianxi-Repeated"


class Request(Struct, frozen=True, kw_only=True):
    actor: Actor
    verb: str
    body: bytes
    now: datetime
    causation: str | None = None
    # Settings of a ledger under a simulated clock.
    simulated: bool = False


class Accepted(Struct, frozen=True, kw_only=True):
    """On record: `seq` is the position that a reader must have reached to see it."""

    id: str
    commit: str
    n: int
    seq: int
    repeated: bool = False
    data: dict[str, Any] | None = None


Answer = Accepted | Refused


def written(answer: Answer) -> bytes:
    """The reply as JSON: {"accepted": …, "seq": …} or {"refused": {"code", "zh", "en", "field"}}."""
    return msgspec.json.encode(as_reply(answer))


def as_reply(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Refused):
        zh, en = sentences(answer)
        return {"refused": {"code": answer.code, "zh": zh, "en": en, "field": answer.field}}
    reply: dict[str, Any] = {"accepted": {"id": answer.id, "commit": answer.commit, "n": answer.n}, "seq": answer.seq}
    if answer.data is not None:
        reply["data"] = answer.data
    return reply
