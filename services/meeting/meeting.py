"""Decisions on one joint meeting: plan, notify, freeze, hold, sign, follow up. Pure. domain.md §4.3 E.

Its states and what may follow stand in meeting_history.py, what it resolves in adopting.py.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from events.calendar import CHINA
from events.commit import derive_id
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
    items_digest,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.meeting.commands import (
    CancelMeeting,
    CloseMeeting,
    DistributeMinutes,
    DraftMinutes,
    FreezeAgenda,
    NoteResolution,
    PlanMeeting,
    ProposeAgendaItem,
    RecordAttendance,
    RecordDiscussion,
    SendNotification,
    SignMinutes,
    WithdrawAgendaItem,
)
from services.meeting.meeting_history import ENDED, NOT_HELD_YET, Meeting, evolve

__all__ = ["AHEAD_MAX", "Laid", "Meeting", "decide", "evolve", "item_id", "personal"]

AHEAD_MAX = timedelta(minutes=5)
# A year that is typed wrong is far away: no meeting is planned so long ahead.
PLANNED_AHEAD_MAX = timedelta(days=2 * 366)
# Nothing that a meeting takes up is older.
EARLIEST = datetime(2000, 1, 1, tzinfo=CHINA)
# A mobile phone has 11 digits in a row, an identity card 17; a document number or a date never so many.
NUMBER_OF_A_PERSON = re.compile(r"\d{9,}")
# Ids of cases, and of everything else, look like this: none is ever named on an agenda.
ID = re.compile(r"[0-9A-Z]{26}")
DOCUMENT_NUMBER = re.compile(r"[一-龥]{1,8}〔\d{4}〕[1-9]\d{0,5}号")

Outcome = list[MeetingFact] | Already | Refused


class Laid(Struct, frozen=True, kw_only=True):
    """A briefing as it is laid before a meeting. `withdrawn`: it no longer counts."""

    briefing: str
    position: int
    figures_digest: str
    withdrawn: bool = False


def item_id(meeting: str, kind: str, matter: str) -> str:
    """The id of the item about one matter, a document's number or a title: who proposes it twice meets the first."""
    return derive_id("agenda-item", meeting, kind, matter)


def decide(
    command: Command,
    state: Meeting | None,
    env: Env,
    key: str = "",
    number: str = "",
    briefing: Laid | None = None,
) -> Outcome:
    """Return the facts to record.

    `key`: the meeting's id. `number`: the next number of the minutes, for SignMinutes. `briefing`: the one that
    FreezeAgenda names; for SignMinutes the restatement, without one the frozen one. None: there is no such briefing.
    """
    if isinstance(command, PlanMeeting):
        return _planned(command, env) if state is None else Already()
    if state is None:
        return Refused("meeting.not_found", "meeting")
    if isinstance(command, NoteResolution):
        return _note(command, state)
    refusal = misdated(state, env)
    if refusal is not None:
        return refusal
    match command:
        case SendNotification() | ProposeAgendaItem() | WithdrawAgendaItem():
            return _on_agenda(command, state, env, key)
        case FreezeAgenda():
            return _freeze(command, state, briefing)
        case RecordAttendance():
            return _hold(command, state, env)
        case RecordDiscussion():
            return _discuss(command, state)
        case DraftMinutes() | SignMinutes() | DistributeMinutes():
            return _minutes(command, state, env, number, briefing)
        case CloseMeeting() | CancelMeeting():
            return _end(command, state)
        case _:
            return not_now(state)


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


def _planned(command: PlanMeeting, env: Env) -> Outcome:
    refusal = first_refusal(
        unknown_code("organ", command.organ, "organ"),
        *(unknown_code("region", region, "regions") for region in command.regions),
        personal(place=command.place, chair=command.chair),
        Refused("meeting.in_the_past", "starts") if command.starts <= env.now else None,
        Refused("meeting.too_far_ahead", "starts") if command.starts > env.now + PLANNED_AHEAD_MAX else None,
    )
    if refusal is not None:
        return refusal
    return [
        MeetingPlanned(
            organ=command.organ,
            starts=command.starts.astimezone(CHINA),
            place=command.place.strip(),
            chair=command.chair.strip(),
            regions=command.regions,
        )
    ]


def _on_agenda(
    command: SendNotification | ProposeAgendaItem | WithdrawAgendaItem, state: Meeting, env: Env, key: str
) -> Outcome:
    match command:
        case SendNotification() if state.agenda_open:
            return _notify(command, state, env)
        case ProposeAgendaItem() if state.agenda_open:
            return _propose(command, state, env, key)
        case WithdrawAgendaItem(item=item) if state.agenda_open:
            return [AgendaItemWithdrawn(item=item)] if item in state.items else Refused("meeting.no_such_item", "item")
        case _ if state.status in ENDED:
            return not_now(state)
        case _:
            return Refused("meeting.agenda_frozen", "meeting")


def _notify(command: SendNotification, state: Meeting, env: Env) -> Outcome:
    refusal = unknown_units(command.units, "units", env)
    if refusal is not None:
        return refusal
    if env.now >= state.planned.starts:
        return Refused("meeting.has_begun", "meeting")
    units = tuple(dict.fromkeys((*state.units, *command.units)))
    return Already() if units == state.units else [NotificationSent(units=units)]


def _propose(command: ProposeAgendaItem, state: Meeting, env: Env, key: str) -> Outcome:
    refusal = first_refusal(
        unknown_code("agenda_kind", command.kind, "kind"),
        unknown_code("agenda_why", command.why, "why"),
        unknown_code("category", command.category, "category"),
        unknown_code("region", command.region, "region"),
        unknown_units((command.unit,) if command.unit else (), "unit", env),
        _since_refused(command, env),
        personal(title=command.title),
        _number_refused(command),
    )
    if refusal is not None:
        return refusal
    item = item_id(key, command.kind, command.number or command.title.strip())
    if item in state.items:
        return Already()
    return [
        AgendaItemProposed(
            item=item,
            kind=command.kind,
            title=command.title.strip(),
            number=command.number,
            unit=command.unit,
            category=command.category,
            region=command.region,
            why=command.why,
            since=command.since.astimezone(CHINA) if command.since else None,
        )
    ]


def _since_refused(command: ProposeAgendaItem, env: Env) -> Refused | None:
    if command.since is None:
        return None
    if command.since > env.now + PLANNED_AHEAD_MAX:
        return Refused("command.in_the_future", "since")
    return Refused("meeting.back_dated", "since") if command.since < EARLIEST else None


def _number_refused(command: ProposeAgendaItem) -> Refused | None:
    """What is stuck, overdue or resolved upon is a document with a number; other business needs none."""
    if command.number is None:
        return None if command.kind == "other" else Refused("meeting.number_missing", "number")
    return None if DOCUMENT_NUMBER.fullmatch(command.number) else Refused("meeting.number_malformed", "number")


def _freeze(command: FreezeAgenda, state: Meeting, briefing: Laid | None) -> Outcome:
    if state.frozen is not None:
        same = state.frozen.briefing == command.briefing
        return Already() if same else Refused("meeting.agenda_frozen", "meeting")
    if state.status != "notified":
        return not_now(state)
    if not state.items:
        return Refused("meeting.agenda_empty", "meeting")
    if briefing is None:
        return Refused("meeting.no_such_briefing", "briefing")
    if briefing.withdrawn:
        return Refused("meeting.briefing_withdrawn", "briefing")
    return [
        AgendaFrozen(
            as_of_position=briefing.position,
            briefing=briefing.briefing,
            figures_digest=briefing.figures_digest,
            items_digest=items_digest(state.items.values()),
        )
    ]


def _hold(command: RecordAttendance, state: Meeting, env: Env) -> Outcome:
    recorded = AttendanceRecorded(present=command.present, excused=command.excused, observers=command.observers)
    if state.attendance is not None:
        return Already() if state.attendance == recorded else not_now(state)
    if state.status != "agenda_frozen":
        return not_now(state)
    everybody = (*command.present, *command.excused, *command.observers)
    refusal = unknown_units(everybody, "present", env)
    if refusal is not None:
        return refusal
    if len(set(everybody)) < len(everybody):
        return Refused("meeting.unit_twice", "present")
    # Whoever was not called may observe.
    if not set(command.present + command.excused) <= set(state.units):
        return Refused("meeting.unit_not_called", "present")
    return Refused("meeting.not_begun", "meeting") if env.occurred < state.planned.starts else [recorded]


def _discuss(command: RecordDiscussion, state: Meeting) -> Outcome:
    if state.status != "held":
        return not_now(state)
    if command.item not in state.items:
        return Refused("meeting.no_such_item", "item")
    refusal = unknown_code("item_outcome", command.outcome, "outcome")
    if refusal is not None:
        return refusal
    same = state.outcomes.get(command.item) == command.outcome
    return Already() if same else [ItemDiscussed(item=command.item, outcome=command.outcome)]


def _minutes(
    command: DraftMinutes | SignMinutes | DistributeMinutes,
    state: Meeting,
    env: Env,
    number: str,
    briefing: Laid | None,
) -> Outcome:
    match command, state.status:
        case DraftMinutes(), "held":
            left = [key for key in state.items if key not in state.outcomes]
            refused = Refused("meeting.items_open", "meeting", {"left": str(len(left))})
            return refused if left else [MinutesDrafted()]
        case DraftMinutes(), "minutes_drafted" | "minutes_signed" | "in_follow_up":
            return Already()
        case SignMinutes(), "minutes_drafted":
            return _sign(command, state, number, briefing)
        case SignMinutes(figures_digest=figures), "minutes_signed" | "in_follow_up":
            # Other figures are other minutes, and these are signed.
            same = state.signed is not None and state.signed.figures_digest == figures
            return Already() if same else not_now(state)
        case DistributeMinutes(), "minutes_signed":
            parties = (unit for units in state.parties.values() for unit in units)
            units = command.units or tuple(dict.fromkeys((*state.units, *parties)))
            return unknown_units(units, "units", env) or [MinutesDistributed(units=units)]
        case DistributeMinutes(), "in_follow_up":
            return Already()
        case _:
            return not_now(state)


def _sign(command: SignMinutes, state: Meeting, number: str, briefing: Laid | None) -> Outcome:
    """The minutes print the figures that the meeting had before it, or say which briefing corrects them."""
    assert state.frozen is not None  # as the meeting was held
    refusal = personal(signatory=command.signatory)
    if refusal is not None:
        return refusal
    if command.restatement is not None and briefing is None:
        return Refused("meeting.no_such_briefing", "restatement")
    if briefing is not None and briefing.withdrawn:
        return Refused("meeting.briefing_withdrawn", "restatement")
    restated = briefing if command.restatement is not None else None
    expected = restated.figures_digest if restated else state.frozen.figures_digest
    if command.figures_digest != expected:
        return Refused("meeting.figures_differ", "figures_digest")
    return [
        MinutesSigned(
            doc_no=number,
            signatory=command.signatory.strip(),
            figures_digest=command.figures_digest,
            restatement=command.restatement,
        )
    ]


def _note(command: NoteResolution, state: Meeting) -> Outcome:
    if command.resolution not in state.resolutions or state.status in ENDED:
        return Already()
    same = state.resolutions[command.resolution] == command.status
    return Already() if same else [ResolutionNoted(resolution=command.resolution, status=command.status)]


def _end(command: CloseMeeting | CancelMeeting, state: Meeting) -> Outcome:
    match command, state.status:
        case CloseMeeting(), "in_follow_up":
            left = {"left": str(len(state.unsettled))}
            return Refused("meeting.resolutions_open", "meeting", left) if state.unsettled else [MeetingClosed()]
        case CloseMeeting(), "closed":
            return Already()
        case CancelMeeting(reason=reason), status if status in NOT_HELD_YET:
            return unknown_code("cancel_reason", reason, "reason") or [MeetingCancelled(reason=reason)]
        case CancelMeeting(), "cancelled":
            return Already()
        case _:
            return not_now(state)
