"""The life of one referral: issued -> signed -> in handling -> reported -> verified. Pure. domain.md §4.3 C.

signed -> return_requested -> returned | signed (designated)        reported -> in_handling (sent back)
"""

from datetime import date, datetime, timedelta, timezone
from typing import Protocol

import msgspec
from msgspec import Struct

from events.codes import code_list
from events.referral import (
    Duty,
    FinalReported,
    ProgressReported,
    ReferralFact,
    ReferralIssued,
    ReferralOverdue,
    ReferralSigned,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
    SignOverdue,
)
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused, first_refusal, unknown_code
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

CHINA = timezone(timedelta(hours=8))
AHEAD_MAX = timedelta(minutes=5)
# Thresholds after the due day, in working days, and what each calls for (fsou 172733; domain.md §4.7 U→N).
THRESHOLDS = (("urge", 1), ("notice", 6))
DISCLOSURE_PROFILE = "lead_unit"
# 5 working days after sign-for to ask for a return (信访工作条例 23; domain.md §4.7 OBJ).
RETURN_POLICY = "OBJ"
SENT_BACK_POLICY = "R2"
YOUTH_LAW = "未成年人保护法"
PREVENTION_LAW = "预防未成年人犯罪法"
LEGAL_AID_LAW = "法律援助法"
LEGAL_BASIS = {"15": (YOUTH_LAW, LEGAL_AID_LAW), "16": (YOUTH_LAW, PREVENTION_LAW)}


class Deadlines(Protocol):
    """The working-day clock as the decider needs it."""

    version: str

    def sign_policy(self, urgency: str) -> str: ...
    def report_policy(self, contact_type: str, urgency: str) -> str: ...
    def due(self, policy: str, start: datetime) -> tuple[datetime, bool]:
        """The end of the period and whether it is provisional."""
        ...

    def working_days_after(self, due: datetime, now: datetime) -> int:
        """Whole working days from the due day to today; 0 on or before the due day."""
        ...


class Referral(Struct, frozen=True, kw_only=True):
    issued: ReferralIssued
    status: str = "issued"
    signed_on: date | None = None
    due_report: datetime | None = None
    return_until: datetime | None = None
    reporter: str | None = None
    return_ground: str | None = None
    designated: bool = False
    sign_overdue: bool = False
    crossed: tuple[str, ...] = ()
    rounds: int = 0
    result: str | None = None


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
            return _check(state, env.now, deadlines) or Already()
        case _, Referral(status="returned"):
            return Refused("referral.returned", "referral")
        case SignReferral(), Referral(status="issued"):
            return _sign(command, state, env, deadlines)
        case SignReferral(), Referral():
            return Already()
        case _, Referral(status="issued"):
            return Refused("referral.not_signed", "referral")
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
        case SendBackReport(reason=reason), Referral(status="reported"):
            due, _ = deadlines.due(SENT_BACK_POLICY, env.now)
            return unknown_code("sent_back_reason", reason, "reason") or [ReportSentBack(reason=reason, due_report=due)]
        case RequestReturn(), Referral(status="signed" | "in_handling"):
            return _ask_return(command, state, env)
        case GrantReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnGranted(ground=ground)]
        case RefuseReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnRefused(ground=ground)]
        case _:
            return Refused("referral.not_in_this_state", "referral", {"status": state.status})


def _moment(env: Env, earliest: datetime) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    return Refused("referral.back_dated", "occurred") if env.occurred < earliest else None


def _sign(command: SignReferral, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Refused:
    refusal = _moment(env, state.issued.issued) or unknown_code("sign_method", command.method, "method")
    if refusal is not None:
        return refusal
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


def _verify(state: Referral, env: Env) -> list[ReferralFact] | Refused:
    # 回避: whoever reported does not verify, and no unit verifies its own report.
    if env.actor.principal == state.reporter or env.actor.unit == state.issued.unit:
        return Refused("referral.reporter_may_not_verify")
    return [ReportVerified(result=state.result or "solved")]


def _ask_return(command: RequestReturn, state: Referral, env: Env) -> list[ReferralFact] | Refused:
    if state.designated:
        return Refused("referral.designated", "referral")
    if state.return_until is not None and env.now > state.return_until:
        return Refused("referral.return_too_late", "referral")
    return unknown_code("return_ground", command.ground, "ground") or [ReturnRequested(ground=command.ground)]


def _check(state: Referral, now: datetime, deadlines: Deadlines) -> list[ReferralFact]:
    facts: list[ReferralFact] = []
    if state.status == "issued" and now > state.issued.due_sign and not state.sign_overdue:
        facts.append(SignOverdue(due=state.issued.due_sign))
    if state.status in ("signed", "in_handling") and state.due_report is not None:
        over = deadlines.working_days_after(state.due_report, now)
        facts += [
            ReferralOverdue(
                due=state.due_report, working_days=over, threshold=threshold, calendar_version=deadlines.version
            )
            for threshold, days in THRESHOLDS
            if over >= days and threshold not in state.crossed
        ]
    return facts


def evolve(state: Referral | None, fact: ReferralFact, principal: str, occurred: datetime) -> Referral:
    """Apply one recorded fact, which `principal` caused. A fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, ReferralIssued():
            return Referral(issued=fact)
        case Referral(status="issued"), ReferralSigned(due_report=due, return_until=until):
            signed_on = occurred.astimezone(CHINA).date()
            return change(state, status="signed", due_report=due, signed_on=signed_on, return_until=until)
        case Referral(status="signed" | "in_handling"), ProgressReported():
            return change(state, status="in_handling")
        case Referral(status="signed" | "in_handling"), FinalReported(result=result):
            return change(state, status="reported", reporter=principal, result=result)
        case Referral(status="reported"), ReportVerified():
            return change(state, status="verified")
        case Referral(status="reported"), ReportSentBack(due_report=due):
            return change(state, status="in_handling", due_report=due, crossed=(), rounds=state.rounds + 1)
        case Referral(status="signed" | "in_handling", designated=False), ReturnRequested(ground=ground):
            return change(state, status="return_requested", return_ground=ground)
        case Referral(status="return_requested"), ReturnGranted():
            return change(state, status="returned")
        case Referral(status="return_requested"), ReturnRefused():
            return change(state, status="signed", designated=True)
        case Referral(status="issued", sign_overdue=False), SignOverdue():
            return change(state, sign_overdue=True)
        case Referral(status="signed" | "in_handling"), ReferralOverdue(threshold=threshold) if (
            threshold not in state.crossed
        ):
            return change(state, crossed=(*state.crossed, threshold))
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in referral {_name(state)}")


def _name(state: Referral | None) -> str:
    return state.issued.referral_no if state else "?"
