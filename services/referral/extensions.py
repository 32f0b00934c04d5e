"""What moves a due date: an extension that was granted, a hold that ended, a calendar that was published. Pure.

domain.md §4.3 C: by an event that says why. §4.7: never by another version of a file or a library.
"""

from datetime import datetime

import msgspec

from events.referral import (
    DueRecomputed,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    Period,
    ReferralFact,
    ReferralHeld,
    ReferralResumed,
)
from services.command import Command
from services.decision import Already, Env, Refused, unknown_code
from services.referral.clock import Deadlines
from services.referral.commands import (
    GrantExtension,
    HoldReferral,
    RefuseExtension,
    RequestExtension,
    ResumeReferral,
)
from services.referral.proxy import may_not_speak, not_now, reached_office
from services.referral.referral_history import AMENDED, CALENDAR, EXTENSION, HOLD, Referral

WORKING_DAYS = "working_days"
# How many extensions and working days a coordinator may grant, and how late one may be asked for.
TIMES_BOUND, DAYS_BOUND, ASK_BOUND = "EXK", "EXN", "EXA"


def decide(command: Command, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Already | Refused:
    match command, state:
        case RequestExtension(), Referral(status="signed" | "in_handling"):
            return may_not_speak(command, state, env) or _ask(command, state, env, deadlines)
        case GrantExtension() | RefuseExtension(), Referral(status="signed" | "in_handling", extension=None):
            return Refused("referral.no_extension_asked", "referral")
        case GrantExtension() | RefuseExtension(), Referral(status="signed" | "in_handling") if (
            env.actor.principal == state.extension_by or env.actor.role == "unit"
        ):
            return Refused("referral.requester_may_not_decide", "referral")
        case GrantExtension(), Referral(status="signed" | "in_handling", extension=ExtensionRequested() as asked):
            return _grant(command, asked, state, env, deadlines)
        case RefuseExtension(), Referral(status="signed" | "in_handling", extension=ExtensionRequested(reason=reason)):
            return [ExtensionRefused(reason=reason)]
        case HoldReferral(ground=ground), Referral(status="signed" | "in_handling"):
            return unknown_code("hold_ground", ground, "ground") or [ReferralHeld(ground=ground)]
        case HoldReferral(), Referral(status="on_hold"):
            return Already()
        case ResumeReferral(), Referral(status="on_hold"):
            return _resume(state, env, deadlines)
        case _:
            return not_now(state)


def settled(state: Referral, deadlines: Deadlines) -> DueRecomputed | None:
    """The due date on the calendar of now, when it was provisional or a year was amended, and it is another; else None.

    A date on which a step was taken already stays: what was urged, was urged.
    """
    due, taken = state.due, state.sign_overdue if state.status == "issued" else bool(state.crossed)
    if due is None or taken or state.counted is None or not (state.provisional or deadlines.amended):
        return None
    if deadlines.version == state.calendar_version or (due, state.provisional) == deadlines.end(state.counted):
        return None
    cause = by_calendar(state.counted, state.provisional, deadlines)
    return _recomputed(state, due, state.counted, cause, deadlines)


def by_calendar(counted: Period, provisional: bool, deadlines: Deadlines) -> str:
    """Which calendar moves a date: the publication that settles it, or else the amendment of a year."""
    settles = provisional and not deadlines.end(counted)[1]
    return CALENDAR if settles or not deadlines.amended else AMENDED


def _ask(
    command: RequestExtension, state: Referral, env: Env, deadlines: Deadlines
) -> list[ReferralFact] | Already | Refused:
    assert state.due_report is not None  # it is signed
    if state.extension is not None:
        return Refused("referral.extension_pending", "referral")
    at = reached_office(command, env)
    grace = deadlines.bound(ASK_BOUND, state.due_report)
    if at > state.due_report and deadlines.working_days_after(state.due_report, at) >= grace:
        return Refused("referral.extension_too_late", "referral")
    return unknown_code("extension_reason", command.reason, "reason") or [
        ExtensionRequested(reason=command.reason, working_days=command.working_days)
    ]


def _grant(
    command: GrantExtension, asked: ExtensionRequested, state: Referral, env: Env, deadlines: Deadlines
) -> list[ReferralFact] | Refused:
    assert state.due_report is not None  # it is signed
    days = asked.working_days if command.working_days is None else command.working_days
    if days > asked.working_days:
        return Refused("referral.extension_more_than_asked", "working_days", {"days": str(asked.working_days)})
    times, most = deadlines.bound(TIMES_BOUND, env.now), deadlines.bound(DAYS_BOUND, env.now)
    beyond = state.extensions >= times or state.extended_days + days > most
    if beyond and env.actor.role != "supervisor":
        details = {"times": str(times), "days": str(most)}
        return Refused("referral.extension_beyond_policy", "working_days", details)
    counted = _longer(state, state.due_report, days)
    return [
        ExtensionGranted(reason=asked.reason, working_days=days),
        _recomputed(state, state.due_report, counted, EXTENSION, deadlines),
    ]


def _longer(state: Referral, due: datetime, days: int) -> Period:
    """Counting in two steps is counting in one; hours that run on end with working days after their day."""
    if state.counted is not None and state.counted.unit == WORKING_DAYS:
        return msgspec.structs.replace(state.counted, limit=state.counted.limit + days)
    return Period(start=due, limit=days, unit=WORKING_DAYS)


def _resume(state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact]:
    assert state.held_from is not None and state.due_report is not None  # it is on hold
    days = deadlines.working_days_after(state.held_from, env.occurred)
    if state.counted is None or state.counted.unit == WORKING_DAYS:
        counted = _longer(state, state.due_report, days)
    else:
        # Hours stood still as long as the referral did.
        later = state.counted.start + (env.occurred - state.held_from)
        counted = msgspec.structs.replace(state.counted, start=later)
    moved = _recomputed(state, state.due_report, counted, HOLD, deadlines)
    if state.return_until is not None:
        # Who could not ask for a return while it was held has that time as well.
        until, _ = deadlines.end(Period(start=state.return_until, limit=days, unit=WORKING_DAYS))
        moved = msgspec.structs.replace(moved, return_until=until)
    return [ReferralResumed(working_days=days), moved]


def _recomputed(state: Referral, due: datetime, counted: Period, cause: str, deadlines: Deadlines) -> DueRecomputed:
    new, provisional = deadlines.end(counted)
    return DueRecomputed(
        awaited="sign" if state.status == "issued" else "report",
        old=due,
        new=new,
        cause=cause,
        calendar_version=deadlines.version,
        provisional=provisional,
        counted=counted,
    )
