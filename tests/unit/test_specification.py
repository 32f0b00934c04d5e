"""The readable specification: what an office and its units live through, told in given, when and then. domain.md §4.3."""

from datetime import date
from typing import Any

import pytest

from events.case import CallbackAttempted, CallbackCompleted, CaseClosed, MandatoryReportMade, ReferralRequested
from events.notice import (
    NoticeDischarged,
    NoticeServed,
    NoticeSignedOff,
    ReplyAccepted,
    ReplyOverdue,
    ReplyReceived,
)
from events.referral import (
    DueRecomputed,
    DueSoon,
    ExtensionGranted,
    ExtensionRequested,
    FinalReported,
    ProgressReported,
    ReferralOverdue,
    ReferralSigned,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
    SignOverdue,
)
from services.intake import commands as intake
from services.referral import commands as r
from tests.support.specification import KEY, Life, case, having, notice, referral

# As the demo signs: a rule of the joint meeting, in force and reaching so far.
BASIS = "青少年维权工作联席会议制度（示例）第6条"


def issued(urgency: str = "3", contact_type: str = "complaint") -> r.IssueReferral:
    return r.IssueReferral(
        command_id="issue",
        referral=KEY,
        unit="u07",
        contact_type=contact_type,
        category="05",
        region="231003",
        age_band="6-13",
        urgency=urgency,
        asks=("handle",),
    )


def signed() -> r.SignReferral:
    return r.SignReferral(command_id="sign", referral=KEY)


def reported(day: str) -> r.ReportResult:
    return r.ReportResult(
        command_id=f"report-{day}",
        referral=KEY,
        result="solved",
        measures=("mediated",),
        handled_on=date.fromisoformat(day),
    )


@pytest.fixture
def at_the_unit() -> Life:
    """Issued on the Friday before the Spring Festival of 2026, signed the same day: due on 27 February."""
    return referral().at("2026-02-13T10:00").given(issued()).by("u07").at("2026-02-13T15:00").given(signed())


def test_a_unit_signs_and_its_five_working_days_skip_the_festival() -> None:
    life = referral().at("2026-02-13T10:00").given(issued()).by("u07").at("2026-02-13T15:00").when(signed())
    life.then(having(ReferralSigned, late=False))
    assert life.state.due_report.date() == date(2026, 2, 27)


def test_whoever_lets_time_pass_is_reminded_urged_supervised_and_named(at_the_unit: Life) -> None:
    reminded = at_the_unit.when_time_reaches("2026-02-26T00:00").then(DueSoon)
    urged = reminded.when_time_reaches("2026-02-28T00:00").then(having(ReferralOverdue, threshold="urge"))
    noticed = urged.when_time_reaches("2026-03-06T00:00").then(having(ReferralOverdue, threshold="notice"))
    named = noticed.when_time_reaches("2026-03-13T00:00").then(having(ReferralOverdue, threshold="circular"))
    named.when_time_reaches("2026-12-31T00:00").then_nothing()


def test_an_outage_over_a_due_date_makes_each_step_once(at_the_unit: Life) -> None:
    at_the_unit.when_time_reaches("2026-02-27T23:59").then(DueSoon).when_time_reaches("2026-04-30T00:00").then(
        *(having(ReferralOverdue, threshold=name) for name in ("urge", "notice", "circular"))
    )


def test_nobody_signs_and_the_office_hears_of_it() -> None:
    life = referral().at("2026-02-13T10:00").given(issued())
    life.when_time_reaches("2026-02-15T00:00").then(SignOverdue).by("u07").when(signed()).then(
        having(ReferralSigned, late=True)
    )


def test_a_late_report_is_taken_and_says_how_late(at_the_unit: Life) -> None:
    at_the_unit.when_time_reaches("2026-02-28T00:00").at("2026-03-03T09:00").by("u07").when(
        reported("2026-03-02")
    ).then(having(FinalReported, late=True, late_working_days=3))


def test_no_report_speaks_of_a_day_before_the_referral_was_signed(at_the_unit: Life) -> None:
    at_the_unit.at("2026-02-14T09:00").when(reported("2026-02-12")).then_refused("referral.back_dated", "handled_on")


def test_the_office_verifies_and_never_the_unit_itself(at_the_unit: Life) -> None:
    verify = r.VerifyReport(command_id="verify", referral=KEY)
    done = at_the_unit.at("2026-02-26T09:00").when(reported("2026-02-25"))
    done.when(verify).then_refused("referral.reporter_may_not_verify")
    done.by("coordinator").when(verify).then(ReportVerified).then_state("verified")


def test_a_report_that_does_not_do_goes_back_with_a_new_due_date(at_the_unit: Life) -> None:
    back = r.SendBackReport(command_id="back", referral=KEY, reason="incomplete")
    life = at_the_unit.at("2026-02-26T09:00").when(reported("2026-02-25")).by("coordinator").when(back)
    life.then(ReportSentBack).then_state("in_handling")
    life.by("u07").at("2026-02-27T09:00").when(reported("2026-02-27")).then(having(FinalReported, late=False))


def test_a_unit_may_ask_to_return_and_the_office_decides(at_the_unit: Life) -> None:
    ask = r.RequestReturn(command_id="ask", referral=KEY, ground="not_competent")
    asked = at_the_unit.at("2026-02-14T09:00").when(ask).then(ReturnRequested)
    asked.by("coordinator").when(r.GrantReturn(command_id="grant", referral=KEY)).then(ReturnGranted)
    kept = asked.by("coordinator").when(r.RefuseReturn(command_id="refuse", referral=KEY)).then(ReturnRefused)
    kept.by("u07").when(ask).then_refused("referral.designated")


def test_another_unit_is_told_that_there_is_no_such_referral(at_the_unit: Life) -> None:
    at_the_unit.by("u08").when(r.ReportProgress(command_id="p", referral=KEY, measures=("mediated",))).then_refused(
        "referral.not_found"
    )


def test_a_unit_reads_its_own_referral_and_nothing_of_the_child(at_the_unit: Life) -> None:
    done = at_the_unit.at("2026-02-26T09:00").when(reported("2026-02-25"))
    done.unit("u07").sees("ReferralIssued", "ReferralSigned", "FinalReported").never(
        "phone", "narrative", "child", "case_id", "contact_no"
    )
    done.unit("u08").sees_nothing()


def test_progress_is_reported_any_number_of_times(at_the_unit: Life) -> None:
    progress = r.ReportProgress(command_id="p", referral=KEY, measures=("contacted_school",))
    at_the_unit.at("2026-02-14T09:00").when(progress).then(ProgressReported).when(progress).then(ProgressReported)


def test_more_time_is_asked_for_with_a_reason_and_moves_the_date_by_an_event_that_says_why(at_the_unit: Life) -> None:
    ask = r.RequestExtension(command_id="ask", referral=KEY, reason="complex", working_days=3)
    asked = at_the_unit.at("2026-02-25T09:00").when(ask).then(ExtensionRequested)
    granted = asked.by("coordinator").when(r.GrantExtension(command_id="grant", referral=KEY))
    granted.then(ExtensionGranted, having(DueRecomputed, cause="extension"))
    # Friday 27 February, and three working days more: the 28th is a working Saturday.
    assert granted.state.due_report.date() == date(2026, 3, 3)


def test_what_waits_for_an_appraisal_does_not_run(at_the_unit: Life) -> None:
    hold = r.HoldReferral(command_id="hold", referral=KEY, ground="appraisal")
    held = at_the_unit.at("2026-02-25T09:00").by("coordinator").when(hold).then_state("on_hold")
    held.when_time_reaches("2026-04-30T00:00").then_nothing()
    back = held.at("2026-03-04T09:00").when(r.ResumeReferral(command_id="resume", referral=KEY))
    assert any(isinstance(fact, DueRecomputed) and fact.cause == "hold" for fact in back.outcome)


def test_a_unit_that_works_on_paper_is_entered_for_and_whoever_entered_it_does_not_judge_it() -> None:
    issued_life = referral().at("2026-02-13T10:00").given(issued()).by("coordinator").at("2026-02-16T09:00")
    paper = r.SignReferral(command_id="sign", referral=KEY, on_behalf_of="u07", method="paper")
    signed_life = issued_life.when(paper, occurred="2026-02-14T09:00").then(having(ReferralSigned, late=False))
    report = r.ReportResult(
        command_id="report",
        referral=KEY,
        on_behalf_of="u07",
        method="paper",
        result="solved",
        measures=("mediated",),
        handled_on=date(2026, 2, 26),
    )
    verify = r.VerifyReport(command_id="verify", referral=KEY)
    done = signed_life.at("2026-02-26T09:00").when(report).then(FinalReported)
    done.when(verify).then_refused("referral.reporter_may_not_verify")
    done.by("coordinator2").when(verify).then(ReportVerified)


@pytest.fixture
def overdue(at_the_unit: Life) -> Life:
    """Urged, and still nothing on the sixth working day after the due date."""
    return at_the_unit.when_time_reaches("2026-03-06T00:00")


@pytest.fixture
def drafted(overdue: Life) -> Life:
    return notice(overdue).given(r.DraftNotice(command_id="draft", referral=KEY, unit="u07", level=2))


def sign_off(basis: str) -> r.SignOffNotice:
    return r.SignOffNotice(command_id="off", notice=KEY, signatory="协调办公室主任", authority_basis=basis)


def test_a_notice_without_a_mandate_is_not_sent(drafted: Life) -> None:
    drafted.by("supervisor").when(sign_off("  ")).then_refused("notice.authority_basis_missing")


def test_a_notice_is_served_answered_and_discharged(drafted: Life) -> None:
    served = drafted.by("supervisor").when(sign_off(BASIS))
    served.then(NoticeSignedOff, NoticeServed)
    reply = r.ReplyToNotice(command_id="reply", notice=KEY, result="solved", measures=("mediated",))
    replied = served.by("u07").at("2026-03-09T09:00").when(reply).then(ReplyReceived)
    replied.by("supervisor").when(r.AcceptReply(command_id="accept", notice=KEY)).then(ReplyAccepted, NoticeDischarged)


def test_a_reply_that_does_not_come_is_a_fact_and_then_the_notice_may_be_escalated(drafted: Life) -> None:
    served = drafted.by("supervisor").when(sign_off(BASIS))
    served.when_time_reaches("2026-04-30T00:00").then(ReplyOverdue)


def test_another_unit_is_told_that_there_is_no_such_notice(drafted: Life) -> None:
    served = drafted.by("supervisor").when(sign_off(BASIS))
    served.by("u08").when(r.AcknowledgeNotice(command_id="a", notice=KEY)).then_refused("notice.not_found")
    served.unit("u07").sees("NoticeDrafted", "NoticeServed").never("child", "case_id", "phone")
    served.unit("u08").sees_nothing()


def opened(screen: str = "n" * 9, disposition: str = "C1", **how: Any) -> intake.OpenCase:
    return intake.OpenCase(
        command_id="open",
        contact="C" * 26,
        number="231000-2026-0001",
        desk="city",
        channel="01",
        started=case().at("2026-03-02T09:00").now,
        contact_type="help",
        category="12",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen=screen,
        disposition=disposition,
        **how,
    )


COORDINATED = intake.RecordCoordination(command_id="c", case=KEY, units=("u08", "u09"), measures=("visited_family",))


def called(reached: bool, solved: bool | None = None, satisfied: bool | None = None) -> intake.RecordCallback:
    answered = None if solved is None else True
    return intake.RecordCallback(
        command_id="call", case=KEY, reached=reached, answered=answered, solved=solved, satisfied=satisfied
    )


def test_nothing_passes_an_open_report_to_the_police() -> None:
    danger = (
        case(("B1", "u01"))
        .at("2026-03-02T17:30")
        .given(opened(screen="nnnnnynnn", disposition="B1", unit="u01"))
        .by("coordinator")
    )
    danger.when(COORDINATED).then_refused("case.mandatory_report_open")
    danger.when(intake.RequestReferral(command_id="r", case=KEY, unit="u01")).then_refused("case.mandatory_report_open")
    report = intake.MakeMandatoryReport(
        command_id="m", case=KEY, to="u01", method="phone_110", made=danger.now, police_ref="DEMO-110-1"
    )
    made = danger.when(report)
    assert isinstance(made.outcome, list), made.outcome
    assert isinstance(made.outcome[0], MandatoryReportMade)
    assert any(isinstance(fact, ReferralRequested) for fact in made.outcome)


def test_three_calls_that_nobody_answers_on_three_working_days_end_a_case() -> None:
    life = case().at("2026-03-02T17:30").given(opened(disposition="C1")).by("coordinator").given(COORDINATED)
    # Saturday 7 March does not count.
    for day in ("2026-03-05", "2026-03-06", "2026-03-07"):
        life = life.at(f"{day}T10:00").when(called(reached=False)).then(CallbackAttempted)
    life.at("2026-03-09T10:00").when(called(reached=False)).then(
        CallbackAttempted, having(CaseClosed, code="unreachable")
    )


def test_who_is_not_helped_goes_back_to_work() -> None:
    life = case().at("2026-03-02T17:30").given(opened(disposition="C1")).by("coordinator").given(COORDINATED)
    life.at("2026-03-05T10:00").when(called(True, solved=False, satisfied=False)).then(
        CallbackAttempted, CallbackCompleted
    ).then_state("in_handling")
