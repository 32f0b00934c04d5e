"""Decisions on one resolution: progress, report, discharge, send back, extend, carry over, check. Pure. domain.md §4.3 E.

How it comes to be stands in adopting.py.
"""

from events.resolution import (
    ResolutionCarriedOver,
    ResolutionDischarged,
    ResolutionExtended,
    ResolutionFact,
    ResolutionProgressed,
    ResolutionReported,
    ResolutionSentBack,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.meeting.adopting import due_refused, moment_of
from services.meeting.commands import (
    CarryOverResolution,
    CheckResolution,
    DischargeResolution,
    ExtendResolution,
    ForLead,
    ReportResolution,
    ReportResolutionProgress,
    SendBackResolution,
)
from services.meeting.meeting_history import Meeting
from services.meeting.resolution_dates import check, next_wake
from services.meeting.resolution_history import ENDED, RUNNING, Resolution, evolve
from services.meeting.rules import AHEAD_MAX

__all__ = ["Resolution", "decide", "evolve", "next_wake"]

SYSTEM = "system"

Outcome = list[ResolutionFact] | Already | Refused


def decide(command: Command, state: Resolution | None, env: Env, next_meeting: Meeting | None = None) -> Outcome:
    """Return the facts to record. `next_meeting`: the one that CarryOverResolution names."""
    if state is None or (env.actor.role == "unit" and env.actor.unit != state.adopted.lead):
        # Another's is exactly like none: no unit learns what another one has to do.
        return Refused("resolution.not_found", "resolution")
    if isinstance(command, CheckResolution):
        return check(state, env.now, env.clock) or Already()
    refusal = _misdated(state, env)
    if refusal is not None:
        return refusal
    match command:
        case ReportResolutionProgress() | ReportResolution():
            return _report(command, state, env)
        case DischargeResolution() | SendBackResolution():
            return _judge(command, state, env)
        case ExtendResolution():
            return _extend(command, state, env)
        case CarryOverResolution():
            return _carry_over(command, state, next_meeting)
        case _:
            return _not_now(state)


def _not_now(state: Resolution) -> Refused:
    return Refused("resolution.not_in_this_state", "resolution", {"status": state.status})


def _misdated(state: Resolution, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = state.since is not None and env.occurred < state.since and env.occurred < env.now
    return Refused("resolution.back_dated", "occurred") if early else None


def _report(command: ReportResolutionProgress | ReportResolution, state: Resolution, env: Env) -> Outcome:
    refusal = first_refusal(
        _may_not_speak(command, state, env),
        None if state.status in RUNNING else _not_now(state),
        *(unknown_code("measure", code, "measures") for code in command.measures),
    )
    if refusal is not None:
        return refusal
    # A unit's word counts when it is entered; one on paper, when it came in (domain.md §4.2).
    method, at = (None, env.now) if command.method == SYSTEM else (command.method, env.occurred)
    if isinstance(command, ReportResolutionProgress):
        return [ResolutionProgressed(measures=command.measures, method=method)]
    # Late is recorded, never refused: refusing would hide the delay from supervision.
    return unknown_code("resolution_result", command.result, "result") or [
        ResolutionReported(
            result=command.result,
            measures=command.measures,
            late=at > state.due,
            late_working_days=env.clock.working_days_after(state.due, at),
            method=method,
        )
    ]


def _may_not_speak(command: ForLead, state: Resolution, env: Env) -> Refused | None:
    """Who speaks for the lead: itself, or a coordinator who names it and says how its word came in."""
    refusal = unknown_code("entry_method", command.method, "method")
    if refusal is not None:
        return refusal
    if env.actor.role == "unit":
        foreign = command.on_behalf_of not in (None, env.actor.unit) or command.method != SYSTEM
        return Refused("resolution.not_a_proxy", "on_behalf_of") if foreign else None
    if command.on_behalf_of is None:
        return Refused("resolution.on_behalf_missing", "on_behalf_of")
    if command.on_behalf_of != state.adopted.lead:
        return Refused("resolution.not_its_unit", "on_behalf_of")
    return Refused("resolution.method_missing", "method") if command.method == SYSTEM else None


def _judge(command: DischargeResolution | SendBackResolution, state: Resolution, env: Env) -> Outcome:
    match command, state.status:
        case DischargeResolution(), "discharged":
            return Already()
        case _, "adopted" | "in_progress":
            return Refused("resolution.not_reported", "resolution")
        case _, status if status != "reported":
            return _not_now(state)
    # 回避: whoever reported, or entered the report, does not judge it, and no person of the lead judges its own.
    if env.actor.principal == state.reporter or env.actor.unit == state.adopted.lead:
        return Refused("resolution.own_report", "resolution")
    assert state.result is not None  # it was reported
    if isinstance(command, DischargeResolution):
        return [ResolutionDischarged(result=state.result)]
    return _send_back(command, state, env)


def _send_back(command: SendBackResolution, state: Resolution, env: Env) -> Outcome:
    if command.due is None and env.now > state.due:
        return Refused("resolution.due_missing", "due")
    refusal = unknown_code("sent_back_reason", command.reason, "reason")
    if refusal is None and command.due is not None:
        refusal = due_refused(command.due, env.now, env)
    if refusal is not None:
        return refusal
    due_on = command.due or state.due_on
    due, provisional = moment_of(due_on, env.clock)
    return [
        ResolutionSentBack(
            reason=command.reason,
            due_on=due_on,
            due=due,
            calendar_version=env.clock.version,
            provisional=provisional,
        )
    ]


def _extend(command: ExtendResolution, state: Resolution, env: Env) -> Outcome:
    if state.status not in RUNNING:
        return _not_now(state)
    if command.due == state.due_on:
        return Already()
    refusal = unknown_code("extension_reason", command.reason, "reason") or due_refused(command.due, state.due, env)
    if refusal is not None:
        return refusal
    if env.now > state.due and env.actor.role != "supervisor":
        return Refused("resolution.extension_by_supervisor", "resolution")
    due, provisional = moment_of(command.due, env.clock)
    return [
        ResolutionExtended(
            reason=command.reason,
            old=state.due,
            due_on=command.due,
            due=due,
            calendar_version=env.clock.version,
            provisional=provisional,
        )
    ]


def _carry_over(command: CarryOverResolution, state: Resolution, next_meeting: Meeting | None) -> Outcome:
    if state.status in ENDED:
        return Already() if state.carried_to == command.to else _not_now(state)
    if next_meeting is None or command.to == state.adopted.meeting:
        return Refused("meeting.not_found", "to")
    if not next_meeting.agenda_open:
        return Refused("meeting.agenda_frozen", "to")
    return [ResolutionCarriedOver(to=command.to)]
