"""A reaction's command: sent by the service itself, with an id that follows from the commit it answers."""

from datetime import datetime

import msgspec

from events.commit import Actor
from services.bus.clock import CHINA
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import Refused
from services.ledger import Stored

# These pass: the same commit is handed over again. Every other refusal is a decision and stands.
PASSING = frozenset({"service.unavailable", "service.failed", "aggregate.busy", "ledger.damaged"})


class ReactionRefused(Exception):
    """A reaction could not be recorded yet."""


def as_request(service: str, stored: Stored, command: Command) -> Request:
    """The request of `service` in answer to a commit. Under a simulated clock it happens at the commit's own time."""
    return Request(
        actor=Actor(principal=service, role="service"),
        verb=type(command).__name__,
        body=msgspec.json.encode(command),
        now=stored.commit.recorded if stored.commit.simulated else datetime.now(CHINA),
        causation=stored.commit.id,
        simulated=stored.commit.simulated,
    )


def insist(answer: Answer) -> None:
    """Raise ReactionRefused when the commit has to be handed over again."""
    if isinstance(answer, Refused) and answer.code in PASSING:
        raise ReactionRefused(answer.code)
