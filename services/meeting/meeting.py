"""Decisions on one joint meeting: plan, notify, freeze, hold, sign, follow up. Pure. domain.md §4.3 E.

Its states and what may follow stand in meeting_history.py; its agenda in agenda.py, its minutes in minutes.py, what it
resolves in adopting.py.
"""

from events.calendar import CHINA
from events.meeting import (
    AttendanceRecorded,
    ItemDiscussed,
    MeetingCancelled,
    MeetingClosed,
    MeetingPlanned,
    ResolutionNoted,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.meeting import agenda, minutes
from services.meeting.agenda import item_id
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
from services.meeting.rules import PLANNED_AHEAD_MAX, Laid, Outcome, misdated, not_now, personal, unknown_units

__all__ = ["Laid", "Meeting", "decide", "evolve", "item_id"]


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
            return agenda.decide(command, state, env, key)
        case FreezeAgenda():
            return agenda.freeze(command, state, briefing)
        case RecordAttendance():
            return _hold(command, state, env)
        case RecordDiscussion():
            return _discuss(command, state)
        case DraftMinutes() | SignMinutes() | DistributeMinutes():
            return minutes.decide(command, state, env, number, briefing)
        case CloseMeeting() | CancelMeeting():
            return _end(command, state)
        case _:
            return not_now(state)


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
