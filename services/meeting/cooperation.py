"""What a co-unit is told of a resolution: that it was adopted, that its due day moved, that it ended. Pure. domain.md §4.3 E.

The service tells it in answer to each commit of the resolution that changes one of these, and to no other.
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from events.commit import derive_id
from events.cooperation import CooperationBegun, CooperationDueMoved, CooperationEnded, CooperationFact
from services.decision import Already, DamagedHistory, Refused
from services.meeting.commands import NoteCooperation
from services.meeting.resolution_history import ENDED, Resolution

RUNS = "adopted"


class Concern(Struct, frozen=True):
    """All that a co-unit hears of how a resolution stands. `ending` is None while it runs."""

    due_on: date
    due: datetime
    provisional: bool
    ending: str | None


class Cooperation(Struct, frozen=True):
    begun: CooperationBegun
    heard: Concern

    @property
    def status(self) -> str:
        """Code list resolution_status, as far as a co-unit knows."""
        return self.heard.ending or RUNS


def cooperation_id(resolution: str, unit: str) -> str:
    """The id of what `unit` hears of this resolution."""
    return derive_id("cooperation", resolution, unit)


def concern(resolution: Resolution | None) -> Concern | None:
    """What concerns a co-unit of this state. Two states of the same concern are one to it."""
    if resolution is None:
        return None
    ending = resolution.status if resolution.status in ENDED else None
    return Concern(resolution.due_on, resolution.due, resolution.provisional, ending)


def decide(
    command: NoteCooperation, resolution: Resolution | None, calendar: str, state: Cooperation | None
) -> list[CooperationFact] | Already | Refused:
    """The facts to record. `resolution`: as it stood after the commit told of; `calendar`: the version that it was dated by."""
    now = concern(resolution)
    if resolution is None or now is None:
        return Refused("resolution.not_found", "resolution")
    if command.unit not in resolution.adopted.co:
        return Refused("cooperation.not_a_co_unit", "unit")
    if state is not None and state.heard.ending is not None:
        return Already()
    facts: list[CooperationFact] = []
    if state is None:
        facts.append(_begun(command.resolution, resolution, calendar))
    elif msgspec.structs.replace(now, ending=None) != state.heard:
        facts.append(
            CooperationDueMoved(
                old=state.heard.due,
                due_on=now.due_on,
                due=now.due,
                calendar_version=calendar,
                provisional=now.provisional,
            )
        )
    if now.ending is not None:
        facts.append(CooperationEnded(ending=now.ending))
    return facts or Already()


def _begun(key: str, resolution: Resolution, calendar: str) -> CooperationBegun:
    adopted = resolution.adopted
    return CooperationBegun(
        resolution=key,
        resolution_no=adopted.resolution_no,
        title=adopted.title,
        lead=adopted.lead,
        basis=adopted.basis,
        due_on=resolution.due_on,
        due=resolution.due,
        calendar_version=calendar,
        provisional=resolution.provisional,
    )


def evolve(state: Cooperation | None, fact: CooperationFact) -> Cooperation:
    """Apply one recorded fact. One that does not fit means damage."""
    match state, fact:
        case None, CooperationBegun():
            return Cooperation(fact, Concern(fact.due_on, fact.due, fact.provisional, None))
        case Cooperation(heard=heard), CooperationDueMoved(old=old) if heard.ending is None and old == heard.due:
            moved = Concern(fact.due_on, fact.due, fact.provisional, None)
            return msgspec.structs.replace(state, heard=moved)
        case Cooperation(heard=heard), CooperationEnded(ending=ending) if heard.ending is None:
            return msgspec.structs.replace(state, heard=msgspec.structs.replace(heard, ending=ending))
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in a cooperation")
