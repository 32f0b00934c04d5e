"""What is on record of one meeting, folded: its state, and what may follow. Pure. domain.md §4.3 E.

planned -> notified -> agenda_frozen -> held -> minutes_drafted -> minutes_signed -> in_follow_up -> closed; before it is
held -> cancelled. Decisions: meeting.py.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from events.meeting import (
    AgendaFrozen,
    AgendaItemProposed,
    AgendaItemWithdrawn,
    AttendanceRecorded,
    ItemDiscussed,
    MeetingCancelled,
    MeetingClosed,
    MeetingFact,
    MeetingPlanned,
    MinutesDistributed,
    MinutesDrafted,
    MinutesSigned,
    NotificationSent,
    ResolutionNoted,
    ResolutionRecorded,
    items_digest,
)
from services.decision import DamagedHistory

# Items may come and go.
AGENDA_OPEN = ("planned", "notified")
NOT_HELD_YET = ("planned", "notified", "agenda_frozen")
ENDED = frozenset({"closed", "cancelled"})
# What of a resolution lets its meeting close.
SETTLED = frozenset({"discharged", "carried_over"})


class Meeting(Struct, frozen=True, kw_only=True):
    planned: MeetingPlanned
    status: str = "planned"
    units: tuple[str, ...] = ()
    # By id, in the order of the agenda.
    items: dict[str, AgendaItemProposed] = {}
    outcomes: dict[str, str] = {}
    frozen: AgendaFrozen | None = None
    attendance: AttendanceRecorded | None = None
    # By id: the units with a part in it, and its status as the meeting last heard it.
    parties: dict[str, tuple[str, ...]] = {}
    resolutions: dict[str, str] = {}
    signed: MinutesSigned | None = None
    # When the last step happened: none after it can have happened before.
    since: datetime | None = None

    @property
    def agenda_open(self) -> bool:
        return self.status in AGENDA_OPEN

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The resolutions that keep the meeting from closing."""
        return tuple(key for key, status in self.resolutions.items() if status not in SETTLED)


def evolve(state: Meeting | None, fact: MeetingFact, occurred: datetime | None = None) -> Meeting:
    """Apply one recorded fact, which happened at `occurred`. A fact that does not fit means damage."""
    if state is None:
        if not isinstance(fact, MeetingPlanned):
            raise DamagedHistory(f"{type(fact).__name__} cannot begin a meeting")
        return Meeting(planned=fact, since=occurred)
    changes = _until_it_is_held(state, fact) or _from_then_on(state, fact)
    if changes is None:
        raise DamagedHistory(f"{type(fact).__name__} cannot follow in a meeting that is {state.status}")
    if occurred is not None and not isinstance(fact, ResolutionNoted):
        changes["since"] = occurred if state.since is None else max(state.since, occurred)
    return msgspec.structs.replace(state, **changes)


def _until_it_is_held(state: Meeting, fact: MeetingFact) -> dict[str, object] | None:
    match fact:
        case NotificationSent(units=units) if state.agenda_open and set(units) > set(state.units):
            return {"status": "notified", "units": units}
        case AgendaItemProposed(item=item) if state.agenda_open and item not in state.items:
            return {"items": state.items | {item: fact}}
        case AgendaItemWithdrawn(item=item) if state.agenda_open and item in state.items:
            return {"items": {key: each for key, each in state.items.items() if key != item}}
        case AgendaFrozen(items_digest=digest) if (
            state.status == "notified" and state.items and digest == items_digest(state.items.values())
        ):
            return {"status": "agenda_frozen", "frozen": fact}
        case AttendanceRecorded() if state.status == "agenda_frozen":
            return {"status": "held", "attendance": fact}
        case MeetingCancelled() if state.status in NOT_HELD_YET:
            return {"status": "cancelled"}
        case _:
            return None


def _from_then_on(state: Meeting, fact: MeetingFact) -> dict[str, object] | None:
    match fact:
        case ItemDiscussed(item=item, outcome=outcome) if state.status == "held" and item in state.items:
            return {"outcomes": state.outcomes | {item: outcome}}
        case ResolutionRecorded(resolution=key) if state.status == "held" and key not in state.resolutions:
            parties = state.parties | {key: (fact.lead, *fact.co)}
            return {"resolutions": state.resolutions | {key: "adopted"}, "parties": parties}
        case MinutesDrafted() if state.status == "held" and state.items.keys() == state.outcomes.keys():
            return {"status": "minutes_drafted"}
        case MinutesSigned() if state.status == "minutes_drafted":
            return {"status": "minutes_signed", "signed": fact}
        case MinutesDistributed() if state.status == "minutes_signed":
            return {"status": "in_follow_up"}
        # A unit may be done before the minutes are signed.
        case ResolutionNoted(resolution=key, status=status) if key in state.resolutions and state.status not in ENDED:
            return {"resolutions": state.resolutions | {key: status}}
        case MeetingClosed() if state.status == "in_follow_up" and not state.unsettled:
            return {"status": "closed"}
        case _:
            return None
