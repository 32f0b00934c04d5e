"""What the unit reports, and what becomes of it: verified, sent back, done again. Pure. domain.md §4.3 C."""

from datetime import datetime

from events.calendar import CHINA
from events.referral import (
    FinalReported,
    Period,
    ProgressReported,
    ReferralFact,
    ReferralRedone,
    ReportSentBack,
    ReportVerified,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral.clock import Deadlines
from services.referral.commands import RedoReferral, ReportProgress, ReportResult, SendBackReport, VerifyReport
from services.referral.proxy import may_not_speak, method_of, not_now, reached_office
from services.referral.referral_history import Referral

# To mend a report takes at most as long as to answer a plain question.
SENT_BACK_POLICY = "R2"


def decide(command: Command, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Already | Refused:
    match command, state:
        case ReportProgress(), Referral(status="signed" | "in_handling"):
            return first_refusal(may_not_speak(command, state, env), _unknown_measures(command.measures)) or [
                ProgressReported(measures=command.measures, method=method_of(command))
            ]
        case ReportResult(), Referral(status="signed" | "in_handling"):
            return may_not_speak(command, state, env) or _report(command, state, env, deadlines)
        case VerifyReport(), Referral(status="reported"):
            return _may_not_judge(state, env) or [ReportVerified(result=state.result or "solved")]
        case VerifyReport(), Referral(status="verified"):
            return Already()
        case SendBackReport(reason=reason), Referral(status="reported"):
            refusal = _may_not_judge(state, env) or unknown_code("sent_back_reason", reason, "reason")
            if refusal is not None:
                return refusal
            counted, due, provisional = _again(state, env.now, deadlines)
            return [
                ReportSentBack(
                    reason=reason,
                    due_report=due,
                    calendar_version=deadlines.version,
                    provisional=provisional,
                    counted=counted,
                )
            ]
        case RedoReferral(reason=reason), Referral(status="reported" | "verified"):
            refusal = _may_not_judge(state, env) or unknown_code("sent_back_reason", reason, "reason")
            if refusal is not None:
                return refusal
            counted, due, provisional = _again(state, env.now, deadlines)
            return [
                ReferralRedone(
                    reason=reason,
                    due_report=due,
                    calendar_version=deadlines.version,
                    provisional=provisional,
                    counted=counted,
                )
            ]
        case _:
            return not_now(state)


def _report(command: ReportResult, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Refused:
    assert state.due_report is not None and state.signed_on is not None  # set by signing
    at = reached_office(command, env)
    last = at.astimezone(CHINA).date()
    for field, day in (("handled_on", command.handled_on), ("replied_to_caller_on", command.replied_to_caller_on)):
        if day is not None and day < state.signed_on:
            return Refused("referral.back_dated", field)
        if day is not None and day > last:
            return Refused("command.in_the_future", field)
    refusal = first_refusal(
        unknown_code("referral_result", command.result, "result"), _unknown_measures(command.measures)
    )
    if refusal is not None:
        return refusal
    # Late is recorded, never refused: refusing would hide the delay from supervision.
    return [
        FinalReported(
            result=command.result,
            measures=command.measures,
            handled_on=command.handled_on,
            replied_to_caller_on=command.replied_to_caller_on,
            late=at > state.due_report,
            late_working_days=deadlines.working_days_after(state.due_report, at),
            method=method_of(command),
            # The lead may report without them, and it shows (首接负责制: the others report to it or explain).
            co_outstanding=state.co_outstanding,
        )
    ]


def _unknown_measures(measures: tuple[str, ...]) -> Refused | None:
    return first_refusal(*(unknown_code("measure", code, "measures") for code in measures))


def _may_not_judge(state: Referral, env: Env) -> Refused | None:
    """回避: whoever reported, or entered the report, does not judge it, and no unit judges its own."""
    own = env.actor.principal == state.reporter or env.actor.unit == state.issued.unit
    return Refused("referral.reporter_may_not_verify") if own else None


def _again(state: Referral, now: datetime, deadlines: Deadlines) -> tuple[Period, datetime, bool]:
    """To do it again takes no longer than to do it: what was urgent stays so."""
    periods = [deadlines.period(policy, now) for policy in (SENT_BACK_POLICY, state.issued.report_policy)]
    counted = min(periods, key=lambda period: deadlines.end(period)[0])
    return counted, *deadlines.end(counted)
