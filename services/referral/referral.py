"""The life of one referral: issued -> signed -> in handling -> reported -> verified. Pure. domain.md §4.3 C.

signed -> return_requested -> returned | signed (designated)        reported -> in_handling (sent back)
"""

from datetime import datetime, timedelta

from events.calendar import CHINA
from events.codes import code_list
from events.referral import (
    Duty,
    FinalReported,
    ProgressReported,
    ReferralFact,
    ReferralIssued,
    ReferralSigned,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral.clock import Deadlines
from services.referral.commands import (
    CheckDeadline,
    GrantReturn,
    IssueReferral,
    RefuseReturn,
    ReportProgress,
    ReportResult,
    RequestReturn,
    SendBackReport,
    SignReferral,
    VerifyReport,
)
from services.referral.overdue import LADDER, check, next_wake
from services.referral.referral_history import Referral, evolve

__all__ = ["CHINA", "LADDER", "Deadlines", "Referral", "check", "decide", "evolve", "issue", "next_wake"]

AHEAD_MAX = timedelta(minutes=5)
DISCLOSURE_PROFILE = "lead_unit"
# 5 working days after sign-for to ask for a return (信访工作条例 23; domain.md §4.7 OBJ).
RETURN_POLICY = "OBJ"
SENT_BACK_POLICY = "R2"
SYSTEM, PROXY = "system", "proxy"
YOUTH_LAW = "未成年人保护法"
PREVENTION_LAW = "预防未成年人犯罪法"
LEGAL_AID_LAW = "法律援助法"
LEGAL_BASIS = {"15": (YOUTH_LAW, LEGAL_AID_LAW), "16": (YOUTH_LAW, PREVENTION_LAW)}


def issue(command: IssueReferral, env: Env, duty: Duty, number: str, deadlines: Deadlines) -> ReferralIssued:
    """Build the referral from its disclosure profile: codes and posts, nothing that anyone typed."""
    policy = deadlines.sign_policy(command.urgency)
    due, provisional = deadlines.due(policy, env.now)
    category, region = code_list("category"), code_list("region")
    return ReferralIssued(
        referral_no=number,
        unit=command.unit,
        role="lead",
        duty=duty,
        contact_type=command.contact_type,
        category=command.category,
        region=command.region,
        age_band=command.age_band,
        urgency=command.urgency,
        matter_zh=f"{region.zh(command.region)}青少年“{category.zh(command.category)}”事项"[:80],
        matter_en=f"{category.en(command.category)}, {region.en(command.region)}"[:80],
        asks=command.asks,
        legal_basis=LEGAL_BASIS.get(command.category, (YOUTH_LAW,)),
        disclosure_profile=DISCLOSURE_PROFILE,
        issued=env.now,
        due_sign=due,
        sign_policy=policy,
        report_policy=deadlines.report_policy(command.contact_type, command.urgency),
        calendar_version=deadlines.version,
        provisional=provisional,
    )


def decide(
    command: Command, state: Referral | None, env: Env, deadlines: Deadlines, duty: Duty | None = None, number: str = ""
) -> list[ReferralFact] | Already | Refused:
    """Return the facts to record. `duty` and `number` are for IssueReferral: the unit's three posts, the next number."""
    match command, state:
        case IssueReferral(), None:
            if duty is None:
                return Refused("unit.unknown", "unit")
            return [issue(command, env, duty, number, deadlines)]
        case IssueReferral(), Referral():
            return Already()
        case _, None:
            return Refused("referral.not_found", "referral")
        case CheckDeadline(), Referral():
            return check(state, env.now, deadlines) or Already()
        case _, Referral() if env.actor.role == "unit" and env.actor.unit != state.issued.unit:
            # Exactly like no referral: no unit learns what another one has.
            return Refused("referral.not_found", "referral")
        case _, Referral(status="returned"):
            return Refused("referral.returned", "referral")
        case SignReferral(), Referral(status="issued"):
            return _sign(command, state, env, deadlines)
        case SignReferral(), Referral():
            return Already()
        case _, Referral(status="issued"):
            return Refused("referral.not_signed", "referral")
        case _, Referral() if (refusal := _moment(env, state.since)) is not None:
            return refusal
        case ReportProgress(measures=measures), Referral(status="signed" | "in_handling"):
            return first_refusal(*(unknown_code("measure", code, "measures") for code in measures)) or [
                ProgressReported(measures=measures)
            ]
        case ReportResult(), Referral(status="signed" | "in_handling"):
            return _report(command, state, env, deadlines)
        case VerifyReport(), Referral(status="reported"):
            return _verify(state, env)
        case VerifyReport(), Referral(status="verified"):
            return Already()
        case SendBackReport(), Referral(status="reported"):
            return _send_back(command, state, env, deadlines)
        case RequestReturn(), Referral(status="signed" | "in_handling"):
            return _ask_return(command, state, env)
        case GrantReturn() | RefuseReturn(), Referral(status="return_requested") if env.actor.role == "unit":
            return Refused("referral.unit_may_not_decide", "referral")
        case GrantReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnGranted(ground=ground)]
        case RefuseReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnRefused(ground=ground)]
        case _:
            return Refused("referral.not_in_this_state", "referral", {"status": state.status})


def _moment(env: Env, earliest: datetime) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = env.occurred < earliest and env.occurred < env.now
    return Refused("referral.back_dated", "occurred") if early else None


def _sign(command: SignReferral, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Refused:
    refusal = _moment(env, state.issued.issued) or unknown_code("sign_method", command.method, "method")
    if refusal is not None:
        return refusal
    if command.method == PROXY and env.actor.role == "unit":
        return Refused("referral.not_a_proxy", "method")
    if command.method == SYSTEM and env.occurred < env.now - AHEAD_MAX:
        return Refused("referral.system_sign_is_now", "occurred")
    # From the day of signing, not of typing (domain.md §4.2).
    due, provisional = deadlines.due(state.issued.report_policy, env.occurred)
    return_until, _ = deadlines.due(RETURN_POLICY, env.occurred)
    return [
        ReferralSigned(
            method=command.method,
            late=env.occurred > state.issued.due_sign,
            due_report=due,
            return_until=return_until,
            report_policy=state.issued.report_policy,
            calendar_version=deadlines.version,
            provisional=provisional,
        )
    ]


def _report(command: ReportResult, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Refused:
    assert state.due_report is not None and state.signed_on is not None  # set by signing
    if command.handled_on < state.signed_on:
        return Refused("referral.back_dated", "handled_on")
    if command.handled_on > env.now.astimezone(CHINA).date():
        return Refused("command.in_the_future", "handled_on")
    replied = command.replied_to_caller_on
    if replied is not None and replied < state.signed_on:
        return Refused("referral.back_dated", "replied_to_caller_on")
    if replied is not None and replied > env.now.astimezone(CHINA).date():
        return Refused("command.in_the_future", "replied_to_caller_on")
    refusal = first_refusal(
        unknown_code("referral_result", command.result, "result"),
        *(unknown_code("measure", code, "measures") for code in command.measures),
    )
    if refusal is not None:
        return refusal
    # Late is recorded, never refused: refusing would hide the delay from supervision.
    return [
        FinalReported(
            result=command.result,
            measures=command.measures,
            handled_on=command.handled_on,
            replied_to_caller_on=replied,
            late=env.now > state.due_report,
            late_working_days=deadlines.working_days_after(state.due_report, env.now),
        )
    ]


def _reported(state: Referral, env: Env) -> Refused | None:
    """回避: whoever reported does not judge the report, and no unit judges its own."""
    own = env.actor.principal == state.reporter or env.actor.unit == state.issued.unit
    return Refused("referral.reporter_may_not_verify") if own else None


def _send_back(
    command: SendBackReport, state: Referral, env: Env, deadlines: Deadlines
) -> list[ReferralFact] | Refused:
    refusal = _reported(state, env) or unknown_code("sent_back_reason", command.reason, "reason")
    if refusal is not None:
        return refusal
    # To do it again takes no longer than to do it: what was urgent stays so.
    policies = {SENT_BACK_POLICY, state.issued.report_policy}
    due, provisional = min(deadlines.due(policy, env.now) for policy in policies)
    return [
        ReportSentBack(
            reason=command.reason, due_report=due, calendar_version=deadlines.version, provisional=provisional
        )
    ]


def _verify(state: Referral, env: Env) -> list[ReferralFact] | Refused:
    refusal = _reported(state, env)
    if refusal is not None:
        return refusal
    return [ReportVerified(result=state.result or "solved")]


def _ask_return(command: RequestReturn, state: Referral, env: Env) -> list[ReferralFact] | Refused:
    if state.designated:
        return Refused("referral.designated", "referral")
    if state.return_until is not None and env.now > state.return_until:
        return Refused("referral.return_too_late", "referral")
    return unknown_code("return_ground", command.ground, "ground") or [ReturnRequested(ground=command.ground)]
