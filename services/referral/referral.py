"""The life of one referral (转办单): which command does what in which state. Pure. domain.md §4.3 C.

issued -> signed -> in_handling -> reported -> verified -> closed
signed | in_handling -> return_requested -> returned | signed (designated)
signed | in_handling -> on_hold -> back        reported | verified -> in_handling (sent back, redone)
before the end: revoked, transferred_on, terminated
"""

from events.calendar import CHINA
from events.referral import CoUnitNoted, Duty, LeadChanged, ReferralFact
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral import endings, extensions, issuing, reports, returns
from services.referral.clock import Deadlines
from services.referral.commands import (
    ChangeLead,
    CheckDeadline,
    CloseReferral,
    GrantExtension,
    GrantReturn,
    HoldReferral,
    IssueReferral,
    NoteCoUnit,
    RedoReferral,
    RefuseExtension,
    RefuseReturn,
    ReportProgress,
    ReportResult,
    RequestExtension,
    RequestReturn,
    ResumeReferral,
    RevokeReferral,
    SendBackReport,
    SignReferral,
    TerminateReferral,
    TransferReferral,
    VerifyReport,
)
from services.referral.overdue import LADDER, check, next_wake
from services.referral.proxy import AHEAD_MAX, misdated
from services.referral.referral_history import ENDED, JOINED, LEAD, Referral, evolve

__all__ = ["AHEAD_MAX", "CHINA", "LADDER", "Deadlines", "Referral", "check", "decide", "evolve", "next_wake"]


def decide(
    command: Command,
    state: Referral | None,
    env: Env,
    deadlines: Deadlines,
    duty: Duty | None = None,
    number: str = "",
    lead_unit: str | None = None,
) -> list[ReferralFact] | Already | Refused:
    """Return the facts to record. For IssueReferral: the unit's three posts, the next number. `lead_unit`: of a co-unit's lead."""
    match command, state:
        case IssueReferral(), None:
            return issuing.issue(command, env, duty, number, deadlines, lead_unit)
        case IssueReferral(), Referral():
            return Already()
        case _, None:
            return Refused("referral.not_found", "referral")
        case CheckDeadline(), Referral() if (refusal := misdated(command, env, env.now - AHEAD_MAX)) is not None:
            # The ladder counts from its steps: whoever looks, looks now.
            return refusal
        case CheckDeadline(), Referral():
            return check(state, env.now, deadlines) or Already()
        case NoteCoUnit(), Referral():
            return _note_co_unit(command, state)
        case ChangeLead(), Referral():
            return _change_lead(command, state, lead_unit)
        case _, Referral() if env.actor.role == "unit" and env.actor.unit != state.issued.unit:
            # Exactly like no referral: no unit learns what another one has.
            return Refused("referral.not_found", "referral")
        case _, Referral() if state.status in ENDED:
            return endings.ended(command, state)
        case SignReferral(), Referral(status="issued"):
            return issuing.sign(command, state, env, deadlines)
        case SignReferral(), Referral():
            return Already()
        case _, Referral(status="issued") if not isinstance(
            command, RevokeReferral | TransferReferral | TerminateReferral
        ):
            return Refused("referral.not_signed", "referral")
        case _, Referral() if (refusal := misdated(command, env, state.since)) is not None:
            return refusal
        case ReportProgress() | ReportResult() | VerifyReport() | SendBackReport() | RedoReferral(), Referral():
            return reports.decide(command, state, env, deadlines)
        case RequestReturn() | GrantReturn() | RefuseReturn(), Referral():
            return returns.decide(command, state, env)
        case RequestExtension() | GrantExtension() | RefuseExtension() | HoldReferral() | ResumeReferral(), Referral():
            return extensions.decide(command, state, env, deadlines)
        case CloseReferral() | RevokeReferral() | TransferReferral() | TerminateReferral(), Referral():
            return endings.decide(command, state, env)
        case _:
            return Refused("command.unknown_verb")


def _change_lead(command: ChangeLead, state: Referral, lead_unit: str | None) -> list[ReferralFact] | Already | Refused:
    if state.issued.role == LEAD or state.status in ENDED or command.lead == state.lead:
        return Already()
    if lead_unit is None:
        return Refused("referral.lead_not_found", "lead")
    return [LeadChanged(lead=command.lead, lead_unit=lead_unit)]


def _note_co_unit(command: NoteCoUnit, state: Referral) -> list[ReferralFact] | Already | Refused:
    """首接负责制: the lead learns of its co-units' steps, each once."""
    refusal = first_refusal(
        unknown_code("co_step", command.step, "step"), unknown_code("referral_result", command.result, "result")
    )
    if refusal is not None:
        return refusal
    known = state.co_units.get(command.co)
    if state.issued.role != LEAD or state.status in ENDED or known == command.step:
        return Already()
    if (command.step == JOINED) != (known is None):
        return Already()
    return [CoUnitNoted(co=command.co, unit=command.unit, step=command.step, result=command.result, late=command.late)]
