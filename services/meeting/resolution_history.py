"""What is on record of one resolution, folded: its state, and what may follow. Pure. domain.md §4.3 E.

adopted -> in_progress -> reported -> discharged; reported -> in_progress (sent back); any open state -> carried_over.
Decisions: resolution.py; what time does to it: resolution_dates.py.
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from events.resolution import (
    ResolutionAdopted,
    ResolutionCarriedOver,
    ResolutionDischarged,
    ResolutionDueRecomputed,
    ResolutionDueSoon,
    ResolutionExtended,
    ResolutionFact,
    ResolutionOverdue,
    ResolutionProgressed,
    ResolutionReported,
    ResolutionSentBack,
)
from services.decision import DamagedHistory

# The due day runs against the lead.
RUNNING = ("adopted", "in_progress")
ENDED = frozenset({"discharged", "carried_over"})
URGE, NOTICE, CIRCULAR = "urge", "notice", "circular"
CALENDAR, AMENDED = "calendar_published", "calendar_amended"


class Resolution(Struct, frozen=True, kw_only=True):
    adopted: ResolutionAdopted
    status: str = "adopted"
    # As it stands now: the day that was named, its last moment on the calendar, and whether that can still move.
    due_on: date
    due: datetime
    provisional: bool
    # Steps that were taken on this due day.
    reminded: bool = False
    crossed: tuple[str, ...] = ()
    last_step: datetime | None = None
    result: str | None = None
    # Whoever entered the report does not judge it.
    reporter: str | None = None
    rounds: int = 0
    carried_to: str | None = None
    # When the last step happened, and since when this due day runs.
    since: datetime | None = None
    running_from: datetime | None = None


def evolve(
    state: Resolution | None, fact: ResolutionFact, principal: str = "", occurred: datetime | None = None
) -> Resolution:
    """Apply one recorded fact, entered by `principal`, that happened at `occurred`. One that does not fit means damage."""
    if state is None:
        if not isinstance(fact, ResolutionAdopted):
            raise DamagedHistory(f"{type(fact).__name__} cannot begin a resolution")
        return Resolution(
            adopted=fact,
            due_on=fact.due_on,
            due=fact.due,
            provisional=fact.provisional,
            since=occurred,
            running_from=occurred,
        )
    changes = _work(state, fact, principal, occurred) or _time(state, fact, occurred)
    if changes is None:
        raise DamagedHistory(f"{type(fact).__name__} cannot follow in a resolution that is {state.status}")
    return msgspec.structs.replace(state, **changes)


def _work(
    state: Resolution, fact: ResolutionFact, principal: str, occurred: datetime | None
) -> dict[str, object] | None:
    latest = occurred if state.since is None or occurred is None else max(state.since, occurred)
    match fact:
        case ResolutionProgressed() if state.status in RUNNING:
            return {"status": "in_progress", "since": latest}
        case ResolutionReported(result=result) if state.status in RUNNING:
            return {"status": "reported", "result": result, "reporter": principal, "since": latest}
        case ResolutionDischarged() if state.status == "reported":
            return {"status": "discharged", "since": latest}
        case ResolutionSentBack() if state.status == "reported":
            moved = _another_day(state, fact, occurred)
            return moved | {"status": "in_progress", "rounds": state.rounds + 1, "result": None, "since": latest}
        case ResolutionExtended(old=old) if state.status in RUNNING and old == state.due:
            return _another_day(state, fact, occurred) | {"since": latest}
        case ResolutionCarriedOver(to=to) if state.status not in ENDED:
            return {"status": "carried_over", "carried_to": to, "since": latest}
        case _:
            return None


def _another_day(
    state: Resolution, fact: ResolutionSentBack | ResolutionExtended, occurred: datetime | None
) -> dict[str, object]:
    """Steps taken on an earlier due day count no more; a report sent back in time leaves the day, and what was taken on it."""
    moved = {"due_on": fact.due_on, "due": fact.due, "provisional": fact.provisional}
    if fact.due == state.due:
        return moved
    return moved | {"reminded": False, "crossed": (), "last_step": None, "running_from": occurred}


def _time(state: Resolution, fact: ResolutionFact, occurred: datetime | None) -> dict[str, object] | None:
    match fact:
        case ResolutionDueRecomputed(old=old, new=new, cause=cause) if (
            state.status in RUNNING
            and old == state.due
            and (cause == AMENDED or (cause == CALENDAR and state.provisional))
        ):
            taken = {} if new == old else {"reminded": False, "crossed": (), "last_step": None}
            return {"due": new, "provisional": fact.provisional} | taken
        case ResolutionDueSoon(due=due) if state.status in RUNNING and due == state.due and not state.reminded:
            return {"reminded": True}
        case ResolutionOverdue(due=due, threshold=threshold) if (
            state.status in RUNNING and due == state.due and threshold not in state.crossed
        ):
            return {"crossed": (*state.crossed, threshold), "last_step": occurred}
        case _:
            return None
