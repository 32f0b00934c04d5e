"""The life of one case: what each command may do, and when. Pure. domain.md §4.3 B.

triaged -> answered | not_accepted | accepted -> in_handling -> awaiting_callback -> closed -> archived;
closed | answered | not_accepted -> in_handling again, when it is reopened.

This file says which command meets which state; what it then decides stands in the module of its subject.
"""

import msgspec

from events.case import (
    AssignedToOfficer,
    CaseFact,
    CaseReopened,
    CoordinationRecorded,
    LeaderInstructionRecorded,
    ReferralOutcomeNoted,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.intake import closing, mandatory_report, opening, outcomes, relations
from services.intake.case_history import evolve, fold
from services.intake.case_state import OPEN, Case, holder
from services.intake.case_work import UNREACHABLE_AFTER_DAYS, replaceable
from services.intake.commands import (
    AcknowledgeMandatoryReport,
    AnswerCase,
    ArchiveCase,
    AssignOfficer,
    CloseCase,
    LinkCases,
    MakeMandatoryReport,
    NoteCaseLink,
    NoteCorrection,
    NoteReferralOutcome,
    OpenCase,
    OverrideMandatoryReport,
    RecordCallback,
    RecordConsent,
    RecordCoordination,
    RecordInstruction,
    RecordOutcome,
    RefuseAcceptance,
    ReopenCase,
    RequestReferral,
    ReviewOutcome,
    UnlinkCases,
    ViewRegistration,
    WithdrawConsent,
)
from services.intake.contact import AHEAD_MAX
from services.intake.mandatory_report import Planned
from services.intake.opening import DEFAULT_ASKS

__all__ = ["DEFAULT_ASKS", "OPEN", "UNREACHABLE_AFTER_DAYS", "Case", "decide", "evolve", "fold", "holder"]

Outcome = list[CaseFact] | Already | Refused


def decide(command: Command, state: Case | None, env: Env, planned: Planned = None) -> Outcome:
    """Return the facts to record. `planned`: the contact's disposition and unit, which wait for the police report."""
    match command, state:
        case OpenCase(), None:
            return opening.open_case(command, env)
        case OpenCase(), Case():
            return Already()
        case _, None:
            return Refused("case.not_found", "case")
        case NoteReferralOutcome(), Case():
            return _note(command, state, env)
        case NoteCorrection(), Case():
            return mandatory_report.correct(command, state, env)
        case NoteCaseLink(), Case():
            return relations.mirror(command, state)
        case _, Case() if (refusal := _moment(state, env)) is not None:
            return refusal
        case ViewRegistration(), Case():
            return relations.view(command, state, env)
        case LinkCases(), Case():
            return relations.link(command, state, command.case)
        case UnlinkCases(), Case():
            return relations.unlink(command, state)
        case RecordConsent(), Case():
            return relations.consent(command, state, env)
        case WithdrawConsent(), Case():
            return relations.withdraw(command, state)
        case AcknowledgeMandatoryReport(), Case():
            return mandatory_report.acknowledge(command, state, env)
        case MakeMandatoryReport(), Case(report_made=True):
            return Already()
        case _, Case(status=status) if status not in OPEN:
            return _after_the_end(command, state, env)
        case MakeMandatoryReport(), Case():
            return mandatory_report.report(command, state, env, planned)
        case OverrideMandatoryReport(), Case():
            return mandatory_report.override(command, state, env, planned)
        case RecordInstruction(instruction_no=number, post=post, instruction=words), Case():
            if not words.strip():
                return Refused("case.instruction_missing", "instruction")
            return [LeaderInstructionRecorded(instruction_no=number, post=post)]
        case AssignOfficer(officer=officer), Case():
            return Already() if state.officer == officer else [AssignedToOfficer(officer=officer)]
        # An emergency lets work begin before the report; nothing ends without it.
        case _, Case(report_open=True) if state.hindered or isinstance(command, (AnswerCase, CloseCase)):
            return Refused("case.mandatory_report_open", "case")
        case ReopenCase() | ArchiveCase(), Case():
            return Refused("case.not_ended", "case", {"status": state.status})
        case _, Case():
            return _work(command, state, env)


def _work(command: Command, state: Case, env: Env) -> Outcome:
    """A command on a case in hand."""
    match command:
        case AnswerCase():
            return closing.answer(command, state, env)
        case RefuseAcceptance():
            return closing.refuse_acceptance(command, state, env)
        case RequestReferral():
            return _refer(command, state, env)
        case RecordCoordination():
            return _coordinate(command, state, env)
        case RecordOutcome():
            return outcomes.record(command, env)
        case ReviewOutcome():
            return outcomes.review(command, state, env)
        case RecordCallback():
            return closing.call_back(command, state, env)
        case CloseCase():
            return closing.close(command, state, env)
        case _:
            return Refused("command.unknown_verb")


def _after_the_end(command: Command, state: Case, env: Env) -> Outcome:
    """A command on a case that rests."""
    match command:
        case ArchiveCase():
            return closing.archive(state, env)
        case _ if state.status == "archived":
            return Refused("case.archived", "case")
        case ReopenCase():
            return closing.reopen(command, state, env)
        case ReviewOutcome():
            return outcomes.review(command, state, env)
        case CloseCase(code="voided") if state.closed_as is None:
            return closing.close(command, state, env)
        case _:
            return Refused("case.not_open", "case", {"status": state.status})


def _moment(state: Case, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    return Refused("case.back_dated", "occurred") if env.occurred < state.opened.started else None


def _note(command: NoteReferralOutcome, state: Case, env: Env) -> Outcome:
    """What came of a referral. Ends it, passes it on, or brings it back to work, and the case with it."""
    refusal = first_refusal(
        unknown_code("referral_outcome", command.outcome, "outcome"),
        unknown_code("referral_result", command.result, "result"),
    )
    if refusal is not None:
        return refusal
    noted = ReferralOutcomeNoted(
        referral=command.referral,
        outcome=command.outcome,
        result=command.result,
    )
    if command.outcome == "redo":
        if command.referral not in state.requested:
            return Already()
        return [noted] if state.status in OPEN else [CaseReopened(reason="redo"), noted]
    known = command.outcome == "issued" and command.referral in state.issued
    if known or command.referral not in state.open_referrals:
        return Already()
    return [_with_callback(noted, state, env)]


def _with_callback(
    fact: ReferralOutcomeNoted | CoordinationRecorded, state: Case, env: Env
) -> ReferralOutcomeNoted | CoordinationRecorded:
    """The same fact, with the day of the callback when nothing else is left to be done (domain.md §4.7 CB)."""
    if state.no_callback or evolve(state, fact).status != "awaiting_callback":
        return fact
    due, provisional = env.clock.due("CB", env.occurred)
    return msgspec.structs.replace(fact, callback_due=due, provisional=provisional)


def _refer(command: RequestReferral, state: Case, env: Env) -> Outcome:
    units = (command.unit, *command.co_units)
    for field, unit in (("unit", command.unit), *(("co_units", unit) for unit in command.co_units)):
        if unit not in env.units:
            return Refused("unit.unknown", field)
        if unit == state.suspect_unit:
            return Refused("case.suspect_unit", field)
        if unit in state.open_referrals.values() or units.count(unit) > 1:
            return Refused("case.already_referred_there", field)
    # One that is still open is transferred on (再转) by what replaces it; the case alone knows who may not get it.
    if command.replaces is not None and command.replaces not in replaceable(state):
        return Refused("case.nothing_to_replace", "replaces")
    refusal = first_refusal(
        *(unknown_code("ask", code, "asks") for code in command.asks),
        *(unknown_code("ask", code, "co_asks") for code in command.co_asks or ()),
    )
    if refusal is not None:
        return refusal
    assert state.triaged is not None
    lead = opening.request(command.unit, command.asks, command.replaces, state.triaged, env)
    co_asks = command.co_asks or command.asks
    requested = [
        lead,
        *(opening.request(unit, co_asks, None, state.triaged, env, lead.referral) for unit in command.co_units),
    ]
    # Ids follow from command ids: two people who chose the same one would ask for one referral twice.
    taken = any(each.referral in state.requested for each in requested)
    return Refused("command.id_reused", "command_id") if taken else [*requested]


def _coordinate(command: RecordCoordination, state: Case, env: Env) -> Outcome:
    if any(unit not in env.units for unit in command.units):
        return Refused("unit.unknown", "units")
    if state.suspect_unit in command.units:
        return Refused("case.suspect_unit", "units")
    refusal = first_refusal(*(unknown_code("measure", code, "measures") for code in command.measures))
    if refusal is not None:
        return refusal
    return [_with_callback(CoordinationRecorded(units=command.units, measures=command.measures), state, env)]
