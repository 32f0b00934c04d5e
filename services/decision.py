"""What a decider is given and what it answers. Shared by every core; no I/O."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, field

from events.codes import code_list
from events.commit import Actor
from services.working_clock import WorkingClock


class Refused(Struct, frozen=True):
    """A typed no. The sentences for `code` stand in services/refusals.py; `details` fill their places."""

    code: str
    field: str | None = None
    details: dict[str, str] = {}


class Already(Struct, frozen=True):
    """Nothing to add: what the command asks for is on record."""


class DamagedHistory(Exception):
    """A recorded fact cannot follow the ones before it. Never skipped: whoever reads stops."""


class Env(Struct, frozen=True, kw_only=True):
    """All that a decision may know besides the command and the state.

    `now` carries an offset; `new_id(purpose)` gives the same id for the same command and purpose, always.
    """

    now: datetime
    occurred: datetime
    actor: Actor
    new_id: Callable[[str], str]
    # Keyed digest of a text under the case's key: equal texts, equal digests, and nothing else to learn.
    keyed_digest: Callable[[str], str] = lambda text: ""
    # The codes of the units in the directory: a referral or a coordination goes to nobody else.
    units: frozenset[str] = frozenset()
    # Counts periods by the policies, on the newest calendar on record; without one, on the calendar that ships.
    clock: WorkingClock = field(default_factory=WorkingClock)


def unknown_code(list_name: str, code: str | None, field: str) -> Refused | None:
    """A refusal when `code` is given and not in the code list, else None."""
    if code is None or code in code_list(list_name):
        return None
    return Refused("code.unknown", field, {"list": list_name})


def first_refusal(*checks: Refused | None) -> Refused | None:
    """The first check that refuses. A sender mends one thing at a time; the first is the outermost."""
    return next((check for check in checks if check is not None), None)
