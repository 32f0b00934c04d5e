"""What every decision on a meeting asks: who, when, and whether a label may be read by everybody there. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from events.meeting import MeetingFact
from services.decision import Already, Env, Refused
from services.meeting.meeting_history import Meeting

AHEAD_MAX = timedelta(minutes=5)
# A year that is typed wrong is far away: no meeting is planned so long ahead.
PLANNED_AHEAD_MAX = timedelta(days=2 * 366)
# A mobile phone has 11 digits in a row, an identity card 17; a document number or a date never so many.
NUMBER_OF_A_PERSON = re.compile(r"\d{9,}")
# Ids of cases, and of everything else, look like this: none is ever named on an agenda.
ID = re.compile(r"[0-9A-Z]{26}")

Outcome = list[MeetingFact] | Already | Refused


class Laid(Struct, frozen=True, kw_only=True):
    """A briefing as it is laid before a meeting. `withdrawn`: it no longer counts."""

    briefing: str
    position: int
    figures_digest: str
    withdrawn: bool = False


def not_now(state: Meeting) -> Refused:
    return Refused("meeting.not_in_this_state", "meeting", {"status": state.status})


def personal(**labels: str | None) -> Refused | None:
    """Why a label may not stand where everybody at the meeting reads it, if so."""
    for field, text in labels.items():
        if text is not None and not text.strip():
            return Refused("meeting.label_empty", field)
        if text is not None and NUMBER_OF_A_PERSON.search(text):
            return Refused("meeting.personal_data", field)
        if text is not None and ID.search(text):
            return Refused("meeting.id_named", field)
    return None


def unknown_units(units: Sequence[str], field: str, env: Env) -> Refused | None:
    return None if set(units) <= env.units else Refused("unit.unknown", field)


def misdated(state: Meeting, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = state.since is not None and env.occurred < state.since and env.occurred < env.now
    return Refused("meeting.back_dated", "occurred") if early else None
