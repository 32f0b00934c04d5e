"""The life of a referral, as sentences of the specification. domain.md §4.3 C."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from events.commit import Actor
from events.referral import (
    CoUnitNoted,
    Duty,
    FinalReported,
    ProgressReported,
    ReferralFact,
    ReferralIssued,
    ReferralOverdue,
    ReferralSigned,
    ReferralTerminated,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
    SignOverdue,
)
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.referral import referral
from services.referral.commands import (
    CheckDeadline,
    GrantReturn,
    HoldReferral,
    IssueReferral,
    NoteCoUnit,
    PublishCalendar,
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
    VerifyReport,
)
from services.referral.referral import CHINA
from services.working_clock import WorkingClock

CLOCK = WorkingClock()
KEY = "R" * 26
COORDINATOR = Actor(principal="coordinator", role="coordinator")
UNIT = Actor(principal="u07", role="unit", unit="u07")
DUTY = Duty(leader="分管副局长", department="基础教育科", post="科长")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# Friday before the Spring Festival of 2026: the next working day is Saturday 14 February.
ISSUED_ON = moment("2026-02-13T10:00")


def env(now: datetime, actor: Actor = UNIT, occurred: datetime | None = None) -> Env:
    return Env(now=now, occurred=occurred or now, actor=actor, new_id=lambda purpose: KEY)


def issue(urgency: str = "3", contact_type: str = "complaint") -> IssueReferral:
    return IssueReferral(
        command_id="i",
        referral=KEY,
        unit="u07",
        contact_type=contact_type,
        category="05",
        region="231003",
        age_band="6-13",
        urgency=urgency,
        asks=("handle",),
    )


class Life:
    """A referral's history; each step is decided and recorded as the service would."""

    def __init__(self, **how: str) -> None:
        self.state: referral.Referral | None = None
        self.facts: list[ReferralFact] = []
        outcome = referral.decide(issue(**how), None, env(ISSUED_ON, COORDINATOR), CLOCK, DUTY, "青转〔2026〕1号")
        assert isinstance(outcome, list)
        self.record(outcome, ISSUED_ON, COORDINATOR)

    def record(self, facts: list[ReferralFact], when: datetime, actor: Actor) -> None:
        for fact in facts:
            self.state = referral.evolve(self.state, fact, actor.principal, when)
            self.facts.append(fact)

    def decide(
        self, command: Command, now: datetime, actor: Actor = UNIT, occurred: datetime | None = None
    ) -> list[ReferralFact] | Already | Refused:
        outcome = referral.decide(command, self.state, env(now, actor, occurred), CLOCK)
        if isinstance(outcome, list):
            self.record(outcome, occurred or now, actor)
        return outcome


SIGN = SignReferral(command_id="s", referral=KEY)
SIGN_ON_PAPER = SignReferral(command_id="s", referral=KEY, method="paper")
PROGRESS = ReportProgress(command_id="p", referral=KEY, measures=("contacted_school",))
VERIFY = VerifyReport(command_id="v", referral=KEY)
CHECK = CheckDeadline(command_id="c", referral=KEY)
ASK_RETURN = RequestReturn(command_id="q", referral=KEY, ground="not_competent")
GRANT = GrantReturn(command_id="g", referral=KEY)
RESUME = ResumeReferral(command_id="u", referral=KEY)
REFUSE = RefuseReturn(command_id="f", referral=KEY)
SEND_BACK = SendBackReport(command_id="b", referral=KEY, reason="incomplete")


def report(handled_on: date) -> ReportResult:
    return ReportResult(command_id="r", referral=KEY, result="solved", measures=("mediated",), handled_on=handled_on)


SIGNED_AT = moment("2026-02-13T15:00")


@pytest.fixture
def signed() -> Life:
    life = Life()
    assert isinstance(life.decide(SIGN, SIGNED_AT), list)
    return life


def test_a_referral_names_the_three_responsibilities_and_says_nothing_that_was_typed() -> None:
    issued = Life().facts[0]
    assert isinstance(issued, ReferralIssued)
    assert issued.duty == DUTY
    assert "青少年" in issued.matter_zh and issued.legal_basis


def test_no_referral_without_a_unit_of_the_directory() -> None:
    assert referral.decide(issue(), None, env(ISSUED_ON), CLOCK, None, "1") == Refused("unit.unknown", "unit")


def test_the_report_is_due_after_working_days_from_sign_for_across_the_spring_festival(signed: Life) -> None:
    fact = signed.facts[1]
    assert isinstance(fact, ReferralSigned)
    # domain.md §4.7: five working days from 2026-02-13 end on 02-27, not on 02-20.
    assert fact.due_report.date() == date(2026, 2, 27)
    assert not fact.late


def test_a_late_signature_counts_and_is_flagged() -> None:
    life = Life()
    outcome = life.decide(SIGN, moment("2026-03-10T09:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], ReferralSigned) and outcome[0].late


def test_the_clock_runs_from_signing_not_from_typing() -> None:
    life = Life()
    outcome = life.decide(SIGN_ON_PAPER, moment("2026-02-28T09:00"), occurred=SIGNED_AT)
    assert isinstance(outcome, list) and isinstance(outcome[0], ReferralSigned)
    assert outcome[0].due_report.date() == date(2026, 2, 27)


def test_a_sign_for_in_the_system_is_never_back_dated_to_be_in_time() -> None:
    outcome = Life().decide(SIGN, moment("2026-03-10T09:00"), occurred=SIGNED_AT)
    assert outcome == Refused("referral.system_sign_is_now", "occurred")


def test_a_unit_does_not_sign_as_its_own_proxy() -> None:
    proxy = SignReferral(command_id="s", referral=KEY, method="proxy")
    assert Life().decide(proxy, SIGNED_AT) == Refused("referral.not_a_proxy", "method")


def test_another_unit_finds_no_referral() -> None:
    stranger = Actor(principal="u01", role="unit", unit="u01")
    assert Life().decide(SIGN, SIGNED_AT, stranger) == Refused("referral.not_found", "referral")


@pytest.mark.parametrize("command", [PROGRESS, ASK_RETURN])
def test_nothing_happens_before_sign_for_or_in_the_future(command: Command) -> None:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    before, after = SIGNED_AT - timedelta(minutes=1), SIGNED_AT + timedelta(hours=2)
    later = SIGNED_AT + timedelta(hours=1)
    assert life.decide(command, later, occurred=before) == Refused("referral.back_dated", "occurred")
    assert life.decide(command, later, occurred=after) == Refused("command.in_the_future", "occurred")
    assert isinstance(life.decide(command, later, occurred=SIGNED_AT), list)


def test_a_report_is_verified_after_it_was_made() -> None:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    life.decide(report(date(2026, 2, 25)), moment("2026-02-26T09:00"))
    outcome = life.decide(VERIFY, moment("2026-02-26T10:00"), COORDINATOR, occurred=SIGNED_AT)
    assert outcome == Refused("referral.back_dated", "occurred")


def test_nobody_replies_to_the_caller_before_sign_for() -> None:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    early = msgspec.structs.replace(report(date(2026, 2, 25)), replied_to_caller_on=date(2026, 2, 12))
    assert life.decide(early, moment("2026-02-26T09:00")) == Refused("referral.back_dated", "replied_to_caller_on")


def test_a_clock_that_ran_ahead_does_not_hold_up_the_next_step() -> None:
    life = Life()
    life.decide(SIGN_ON_PAPER, SIGNED_AT, occurred=SIGNED_AT + timedelta(minutes=4))
    assert isinstance(life.decide(PROGRESS, SIGNED_AT + timedelta(minutes=1)), list)


def test_nobody_signs_before_the_referral_was_issued() -> None:
    life = Life()
    early = ISSUED_ON - timedelta(hours=1)
    assert life.decide(SIGN, SIGNED_AT, occurred=early) == Refused("referral.back_dated", "occurred")


def test_signing_twice_adds_nothing(signed: Life) -> None:
    assert signed.decide(SIGN, SIGNED_AT) == Already()


@pytest.mark.parametrize("command", [PROGRESS, report(date(2026, 2, 14)), VERIFY, ASK_RETURN, GRANT, SEND_BACK])
def test_before_sign_for_nothing_else_can_be_done(command: Command) -> None:
    outcome = Life().decide(command, SIGNED_AT)
    assert outcome == Refused("referral.not_signed", "referral")


def test_a_report_in_time(signed: Life) -> None:
    outcome = signed.decide(report(date(2026, 2, 25)), moment("2026-02-27T23:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported)
    assert (outcome[0].late, outcome[0].late_working_days) == (False, 0)


def test_a_late_report_is_taken_and_says_by_how_many_working_days(signed: Life) -> None:
    # 28 February 2026 is a working Saturday: one working day late.
    outcome = signed.decide(report(date(2026, 2, 28)), moment("2026-02-28T09:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported)
    assert (outcome[0].late, outcome[0].late_working_days) == (True, 1)


@pytest.mark.parametrize(
    ("handled_on", "code"),
    [(date(2026, 2, 12), "referral.back_dated"), (date(2026, 3, 1), "command.in_the_future")],
)
def test_what_was_handled_lies_between_sign_for_and_today(signed: Life, handled_on: date, code: str) -> None:
    assert signed.decide(report(handled_on), moment("2026-02-26T09:00")) == Refused(code, "handled_on")


def test_the_reporting_unit_never_verifies(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 25)), moment("2026-02-26T09:00"))
    assert signed.decide(VERIFY, moment("2026-02-26T10:00"), UNIT) == Refused("referral.reporter_may_not_verify")
    assert signed.decide(VERIFY, moment("2026-02-26T10:00"), COORDINATOR) == [ReportVerified(result="solved")]


def test_a_report_sent_back_gets_a_new_date_and_is_reported_again(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 25)), moment("2026-02-26T09:00"))
    outcome = signed.decide(SEND_BACK, moment("2026-02-26T10:00"), COORDINATOR)
    assert isinstance(outcome, list) and isinstance(outcome[0], ReportSentBack)
    assert outcome[0].due_report.date() == date(2026, 3, 2)
    assert isinstance(signed.decide(report(date(2026, 3, 2)), moment("2026-03-02T09:00")), list)


def test_a_report_sent_back_begins_another_round_without_a_result_at_the_moment_it_is_sent_back(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 25)), moment("2026-02-26T09:00"))
    for round_, day in enumerate(("2026-02-26", "2026-02-27"), 1):
        back = moment(f"{day}T10:00")
        signed.decide(SEND_BACK, back, COORDINATOR)
        state = signed.state
        assert state is not None
        assert (state.status, state.rounds, state.since, state.result) == ("in_handling", round_, back, None)
        assert state.period_from == back
        signed.decide(report(back.date()), back + timedelta(hours=1))
    assert signed.state is not None and signed.state.result == "solved"


def test_a_unit_asks_to_return_and_the_coordinator_decides(signed: Life) -> None:
    assert signed.decide(ASK_RETURN, moment("2026-02-14T09:00")) == [ReturnRequested(ground="not_competent")]
    assert signed.decide(GRANT, moment("2026-02-14T10:00"), COORDINATOR) == [ReturnGranted(ground="not_competent")]
    assert signed.decide(PROGRESS, moment("2026-02-24T10:00")) == Refused("referral.returned", "referral")


def test_a_designated_unit_may_not_ask_again(signed: Life) -> None:
    signed.decide(ASK_RETURN, moment("2026-02-14T09:00"))
    assert signed.decide(REFUSE, moment("2026-02-14T10:00"), COORDINATOR) == [ReturnRefused(ground="not_competent")]
    assert signed.decide(ASK_RETURN, moment("2026-02-14T11:00")) == Refused("referral.designated", "referral")


def test_a_return_is_asked_for_within_five_working_days(signed: Life) -> None:
    late = moment("2026-02-28T09:00")
    assert signed.decide(ASK_RETURN, late) == Refused("referral.return_too_late", "referral")


def test_an_unsigned_referral_becomes_overdue_once() -> None:
    life = Life()
    assert life.decide(CHECK, SIGNED_AT, COORDINATOR) == Already()
    after = moment("2026-02-24T00:00")
    outcome = life.decide(CHECK, after, COORDINATOR)
    assert isinstance(outcome, list) and isinstance(outcome[0], SignOverdue)
    assert life.decide(CHECK, after + timedelta(days=1), COORDINATOR) == Already()


def test_each_threshold_after_the_due_day_is_crossed_once(signed: Life) -> None:
    thresholds = []
    # Daily checks for a month after the due day, as a timer or a person might send them.
    for days in range(40):
        outcome = signed.decide(CHECK, SIGNED_AT + timedelta(days=days), COORDINATOR)
        if isinstance(outcome, list):
            thresholds += [(fact.threshold, fact.working_days) for fact in outcome if isinstance(fact, ReferralOverdue)]
    assert thresholds == [("urge", 1), ("notice", 6), ("circular", 11)]


def thresholds_of(outcome: list[ReferralFact] | Already | Refused) -> list[str]:
    return [fact.threshold for fact in outcome if isinstance(fact, ReferralOverdue)] if outcome != Already() else []


def test_however_late_the_urge_is_the_notice_leaves_it_five_working_days(signed: Life) -> None:
    # domain.md §4.3 D: escalation only after the previous level's due. 30 June 2026 is a Tuesday.
    checks = [(day, thresholds_of(signed.decide(CHECK, moment(f"2026-{day}T09:00"), COORDINATOR)))
              for day in ("06-30", "07-01", "07-06", "07-07", "07-08")]  # fmt: skip
    assert checks == [("06-30", ["urge"]), ("07-01", []), ("07-06", []), ("07-07", ["notice"]), ("07-08", [])]


def test_a_unit_that_never_signs_is_urged_and_then_supervised() -> None:
    life = Life()
    urged = life.decide(CHECK, moment("2026-02-24T09:00"), COORDINATOR)
    assert isinstance(urged, list) and isinstance(urged[0], SignOverdue)
    assert life.decide(CHECK, moment("2026-02-28T09:00"), COORDINATOR) == Already()
    # 24 February (the first day after the festival) to 3 March: 25, 26, 27, 28 (make-up Saturday), 2, 3.
    outcome = life.decide(CHECK, moment("2026-03-03T09:00"), COORDINATOR)
    assert thresholds_of(outcome) == ["notice"]
    assert thresholds_of(life.decide(CHECK, moment("2026-06-30T09:00"), COORDINATOR)) == ["circular"]
    assert life.decide(CHECK, moment("2026-06-30T09:00"), COORDINATOR) == Already()
    # Signed at last: the report has its own time and its own ladder.
    life.decide(SIGN, moment("2026-07-01T09:00"))
    assert life.state is not None and life.state.crossed == ()
    assert thresholds_of(life.decide(CHECK, moment("2026-07-09T09:00"), COORDINATOR)) == ["urge"]


def test_an_urgent_report_that_is_sent_back_stays_urgent() -> None:
    life = Life(urgency="2")
    life.decide(SIGN, SIGNED_AT)
    life.decide(report(date(2026, 2, 13)), SIGNED_AT + timedelta(hours=2))
    outcome = life.decide(SEND_BACK, SIGNED_AT + timedelta(hours=3), COORDINATOR)
    assert isinstance(outcome, list) and isinstance(outcome[0], ReportSentBack)
    assert outcome[0].due_report == SIGNED_AT + timedelta(hours=27)


def test_a_report_that_is_sent_back_into_an_unpublished_year_has_a_provisional_date(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 25)), moment("2026-12-28T09:00"))
    outcome = signed.decide(SEND_BACK, moment("2026-12-30T10:00"), COORDINATOR)
    assert isinstance(outcome, list) and isinstance(outcome[0], ReportSentBack)
    assert outcome[0].provisional and outcome[0].calendar_version == CLOCK.version


def test_a_unit_neither_sends_back_its_own_report_nor_grants_its_own_return(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 25)), moment("2026-02-26T09:00"))
    assert signed.decide(SEND_BACK, moment("2026-02-26T10:00")) == Refused("referral.reporter_may_not_verify")
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    life.decide(ASK_RETURN, SIGNED_AT)
    for command in (GRANT, REFUSE):
        assert life.decide(command, SIGNED_AT) == Refused("referral.unit_may_not_decide", "referral")


def test_codes_outside_the_code_lists_are_refused(signed: Life) -> None:
    unknown = ReportProgress(command_id="p", referral=KEY, measures=("no_such_measure",))
    assert signed.decide(unknown, SIGNED_AT) == Refused("code.unknown", "measures", {"list": "measure"})


def test_a_fact_that_cannot_follow_is_damage(signed: Life) -> None:
    with pytest.raises(DamagedHistory):
        referral.evolve(signed.state, ReportVerified(result="solved"), "coordinator", SIGNED_AT)
    with pytest.raises(DamagedHistory):
        referral.evolve(None, ProgressReported(measures=("mediated",)), "u07", SIGNED_AT)


@pytest.mark.parametrize(
    ("command", "list_name", "field"),
    [
        (RevokeReferral(command_id="x", referral=KEY, reason="whim"), "revoke_reason", "reason"),
        (RequestReturn(command_id="x", referral=KEY, ground="whim"), "return_ground", "ground"),
        (RequestExtension(command_id="x", referral=KEY, reason="whim", working_days=1), "extension_reason", "reason"),
        (HoldReferral(command_id="x", referral=KEY, ground="whim"), "hold_ground", "ground"),
        (NoteCoUnit(command_id="x", referral=KEY, co="C" * 26, unit="u08", step="whim"), "co_step", "step"),
        (
            NoteCoUnit(command_id="x", referral=KEY, co="C" * 26, unit="u08", step="reported", result="whim"),
            "referral_result",
            "result",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Command) else "",
)
def test_a_reason_is_a_code_of_its_list(signed: Life, command: Command, list_name: str, field: str) -> None:
    actor = UNIT if isinstance(command, RequestReturn | RequestExtension) else COORDINATOR
    assert signed.decide(command, SIGNED_AT, actor) == Refused("code.unknown", field, {"list": list_name})


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2026-02-12", Refused("referral.back_dated", "requested_on")),
        ("2026-02-13", [ReferralTerminated(requested_on=date(2026, 2, 13))]),
        ("2026-02-14", [ReferralTerminated(requested_on=date(2026, 2, 14))]),
        ("2026-02-15", Refused("command.in_the_future", "requested_on")),
    ],
)
def test_a_caller_withdraws_between_the_day_of_issue_and_today_as_china_counts_them(day: str, outcome: object) -> None:
    life = Life()
    # 00:30 on the 14th in China is the 13th in Greenwich.
    command = TerminateReferral(command_id="t", referral=KEY, requested_on=date.fromisoformat(day))
    assert life.decide(command, moment("2026-02-14T00:30").astimezone(UTC), COORDINATOR) == outcome


def test_a_lead_hears_that_a_co_unit_was_late(signed: Life) -> None:
    joined = NoteCoUnit(command_id="j", referral=KEY, co="C" * 26, unit="u08", step="joined")
    signed.decide(joined, SIGNED_AT, COORDINATOR)
    late = msgspec.structs.replace(joined, command_id="r", step="reported", result="solved", late=True)
    assert signed.decide(late, SIGNED_AT, COORDINATOR) == [
        CoUnitNoted(co="C" * 26, unit="u08", step="reported", result="solved", late=True)
    ]


@pytest.mark.parametrize(
    ("before", "command", "status"),
    [
        ((ASK_RETURN,), GRANT, "returned"),
        ((ASK_RETURN,), REFUSE, "signed"),
        ((report(date(2026, 2, 13)),), VERIFY, "verified"),
        ((), RevokeReferral(command_id="x", referral=KEY, reason="wrong_unit"), "revoked"),
        ((), TerminateReferral(command_id="x", referral=KEY, requested_on=date(2026, 2, 14)), "terminated"),
        ((HoldReferral(command_id="h", referral=KEY, ground="appraisal"),), RESUME, "signed"),
    ],
)
def test_a_referral_is_in_its_status_since_the_step_that_brought_it_there(
    signed: Life, before: tuple[Command, ...], command: Command, status: str
) -> None:
    for step in before:
        assert isinstance(signed.decide(step, SIGNED_AT), list)
    then = moment("2026-02-14T11:00")
    assert isinstance(signed.decide(command, then, COORDINATOR), list)
    assert signed.state is not None
    assert (signed.state.status, signed.state.since) == (status, then)


def test_a_report_is_sent_back_for_a_reason_of_the_list_alone(signed: Life) -> None:
    signed.decide(report(date(2026, 2, 13)), SIGNED_AT)
    outcome = signed.decide(msgspec.structs.replace(SEND_BACK, reason="whim"), SIGNED_AT, COORDINATOR)
    assert outcome == Refused("code.unknown", "reason", {"list": "sent_back_reason"})


def test_the_more_urgent_the_sooner_to_sign_and_the_lead_is_told_the_age_band() -> None:
    fact = Life(urgency="1").facts[0]
    assert isinstance(fact, ReferralIssued)
    assert fact.due_sign == ISSUED_ON + timedelta(minutes=30) and fact.age_band == "6-13"
    assert fact.counted is not None and fact.counted.start == ISSUED_ON


def test_what_a_referral_knows_nothing_of_is_not_decided_on_it(signed: Life) -> None:
    stranger = PublishCalendar(command_id="c", year=2027, title="-", holidays=())
    assert signed.decide(stranger, SIGNED_AT, COORDINATOR) == Refused("command.unknown_verb")
