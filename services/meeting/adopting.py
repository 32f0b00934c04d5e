"""Adopting a resolution: one fact of the meeting and the first one of the resolution itself, in one batch. Pure.

domain.md §4.3 E: each resolution has exactly one lead and a due date.
"""

from datetime import date, datetime, timedelta

from events.calendar import CHINA
from events.codes import code_list
from events.commit import derive_id
from events.meeting import ResolutionRecorded
from events.referral import Duty
from events.resolution import ResolutionAdopted
from services.deadlines import LAST_MOMENT
from services.decision import Env, Refused, first_refusal
from services.meeting.commands import AdoptResolution
from services.meeting.meeting_history import Meeting
from services.meeting.rules import misdated, not_now, personal, unknown_units
from services.working_clock import WorkingClock

# A year that is typed wrong is far away: what takes longer is not resolved in one meeting.
DUE_AHEAD_MAX = timedelta(days=5 * 366)
# What a resolution rests on that names nothing else: its entry of the code list `authority`.
DEFAULT_BASIS = "joint-meeting"


def resolution_id(meeting: str, principal: str, command_id: str) -> str:
    """The id of the resolution that this command adopts: sent again, it meets the first."""
    return derive_id("resolution", meeting, principal, command_id)


def adopt(
    command: AdoptResolution, state: Meeting | None, env: Env, key: str, number: str, duty: Duty | None
) -> tuple[ResolutionRecorded, ResolutionAdopted] | Refused:
    """The two facts. `key`: the resolution's id; `number`: its document number; `duty`: the lead's three posts."""
    if state is None:
        return Refused("meeting.not_found", "meeting")
    if state.status != "held":
        return misdated(state, env) or not_now(state)
    refusal = first_refusal(
        misdated(state, env),
        personal(title=command.title, basis=command.basis),
        unknown_units((command.lead,), "lead", env),
        unknown_units(command.co, "co", env),
        _parts_refused(command),
        due_refused(command.due, state.planned.starts, env),
    )
    if refusal is not None:
        return refusal
    if duty is None:
        return Refused("unit.unknown", "lead")
    if command.item is not None and command.item not in state.items:
        return Refused("meeting.no_such_item", "item")
    due, provisional = moment_of(command.due, env.clock)
    return (
        ResolutionRecorded(resolution=key, resolution_no=number, lead=command.lead, co=command.co, item=command.item),
        ResolutionAdopted(
            resolution_no=number,
            meeting=command.meeting,
            title=command.title.strip(),
            lead=command.lead,
            co=command.co,
            duty=duty,
            basis=command.basis or code_list("authority").zh(DEFAULT_BASIS),
            due_on=command.due,
            due=due,
            calendar_version=env.clock.version,
            provisional=provisional,
        ),
    )


def _parts_refused(command: AdoptResolution) -> Refused | None:
    if command.lead in command.co:
        return Refused("resolution.lead_among_co", "co")
    return Refused("meeting.unit_twice", "co") if len(set(command.co)) < len(command.co) else None


def due_refused(due: date, after: datetime, env: Env) -> Refused | None:
    """A day to be done by is a working day, after the day of `after` and not before today."""
    if due <= after.astimezone(CHINA).date() or due < env.now.astimezone(CHINA).date():
        return Refused("resolution.due_too_early", "due")
    if due > (env.now + DUE_AHEAD_MAX).date():
        return Refused("resolution.due_too_late", "due")
    return None if env.clock.calendar.is_workday(due) else Refused("resolution.due_no_working_day", "due")


def moment_of(day: date, clock: WorkingClock) -> tuple[datetime, bool]:
    """The last moment of a due day, which rolls on when another calendar makes it a holiday (民法典 203); provisional?"""
    last, provisional = clock.calendar.next_workday(day)
    return datetime.combine(last, LAST_MOMENT), provisional
