"""The life of a case, as sentences of the specification. domain.md §4.3 B."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.case import (
    CallbackAttempted,
    CaseAccepted,
    CaseAnswered,
    CaseClosed,
    CaseOpened,
    CaseTriaged,
    MandatoryReportMade,
    MandatoryReportRequired,
    ReferralRequested,
)
from events.commit import Actor
from services.command import Command
from services.decision import Already, DamagedHistory, Refused
from services.intake import case
from services.intake.commands import (
    CloseCase,
    RecordCallback,
    RecordInstruction,
    RecordOutcome,
    RequestReferral,
    ViewRegistration,
)
from services.referral.referral import CHINA
from tests.support.intake import (
    CASE,
    CLOSE,
    COORDINATE,
    MISSED,
    NOW,
    REFERRAL,
    REPORT,
    RETURNED,
    SATISFIED,
    STARTED,
    UNSATISFIED,
    VERIFIED,
    YES,
    Life,
    closed_as,
    env,
    opened,
    refer,
)


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        ("A1", "answered"),
        ("A2", "answered"),
        ("D1", "not_accepted"),
        ("E1", "answered"),
        ("F1", "answered"),
        ("B1", "in_handling"),
        ("C1", "accepted"),
    ],
)
def test_a_case_goes_where_its_disposition_sends_it(disposition: str, status: str) -> None:
    assert Life(disposition=disposition).status == status


def test_a_referred_case_asks_for_its_referral_at_once() -> None:
    requested = [fact for fact in Life().facts if isinstance(fact, ReferralRequested)]
    assert [(fact.unit, fact.referral) for fact in requested] == [("u07", REFERRAL)]


def test_a_mandatory_report_holds_the_case_until_it_is_made() -> None:
    life = Life(screen=YES)
    required = life.facts[-1]
    assert isinstance(required, MandatoryReportRequired)
    assert required.grounds == (4,) and required.due == STARTED + timedelta(minutes=30)
    for command in (refer(), COORDINATE, CLOSE, SATISFIED):
        assert life.decide(command) == Refused("case.mandatory_report_open", "case")
    outcome = life.decide(REPORT)
    assert isinstance(outcome, list)
    assert [type(fact) for fact in outcome] == [MandatoryReportMade, CaseAccepted, ReferralRequested]
    assert life.decide(REPORT) == Already()


def test_a_report_is_made_after_the_call_and_not_in_the_future() -> None:
    life = Life(screen=YES)
    late = msgspec.structs.replace(REPORT, made=NOW + timedelta(minutes=1))
    assert life.decide(late) == Refused("case.report_time_impossible", "made")
    assert Life().decide(REPORT) == Refused("case.no_report_required", "case")


def test_a_case_is_closed_after_its_referral_was_verified_and_the_caller_called_back() -> None:
    life = Life()
    assert life.decide(CLOSE) == Refused("case.referral_open", "case")
    assert life.decide(SATISFIED) == Refused("case.referral_open", "case")
    life.decide(VERIFIED)
    assert life.status == "awaiting_callback"
    assert life.decide(CLOSE) == Refused("case.callback_missing", "case")
    life.decide(SATISFIED)
    assert closed_as(life.decide(CLOSE)) == "resolved"
    assert life.decide(refer()) == Refused("case.not_open", "case", {"status": "closed"})


def test_an_unsatisfied_caller_sends_the_case_back_to_work() -> None:
    life = Life()
    life.decide(VERIFIED)
    life.decide(UNSATISFIED)
    assert life.status == "in_handling"
    assert life.decide(CLOSE) == Refused("case.callback_missing", "case")
    assert life.decide(SATISFIED) == Refused("case.nothing_done_yet", "case")
    assert isinstance(life.decide(refer()), list)


def test_three_misses_on_three_days_close_the_case_as_unreachable() -> None:
    life = Life()
    life.decide(VERIFIED)
    for hours in (0, 1, 24):
        life.decide(MISSED, NOW + timedelta(hours=hours))
    assert life.status == "awaiting_callback"
    outcome = life.decide(MISSED, NOW + timedelta(days=2))
    assert closed_as(outcome) == "unreachable"


def test_a_callback_that_reached_the_caller_has_three_answers() -> None:
    life = Life()
    life.decide(VERIFIED)
    unanswered = RecordCallback(command_id="b", case=CASE, reached=True, answered=True)
    assert life.decide(unanswered) == Refused("case.callback_answers_missing", "satisfied")


def test_after_a_granted_return_the_case_is_referred_anew_and_says_what_it_replaces() -> None:
    life = Life()
    life.decide(RETURNED)
    assert life.status == "accepted"
    assert life.decide(refer("u01", replaces=CASE)) == Refused("case.nothing_to_replace", "replaces")
    outcome = life.decide(refer("u01", replaces=REFERRAL))
    assert isinstance(outcome, list) and isinstance(outcome[0], ReferralRequested)
    assert outcome[0].replaces == REFERRAL


def test_one_unit_has_one_open_referral_of_a_case() -> None:
    assert Life().decide(refer("u07")) == Refused("case.already_referred_there", "unit")


def test_what_a_referral_became_is_noted_once() -> None:
    life = Life()
    life.decide(VERIFIED)
    assert life.decide(VERIFIED) == Already()


def test_coordination_names_units_of_the_directory_and_leads_to_a_callback() -> None:
    life = Life(disposition="C1", unit=None)
    stranger = msgspec.structs.replace(COORDINATE, units=("u01", "u99"))
    assert life.decide(stranger) == Refused("unit.unknown", "units")
    life.decide(
        RecordInstruction(command_id="l", case=CASE, instruction_no="示例1号", post="书记", instruction="请协调。")
    )
    life.decide(COORDINATE)
    life.decide(
        RecordOutcome(command_id="w", case=CASE, outcome="benefit", monthly_yuan=200, starts_on=date(2026, 4, 1))
    )
    assert life.status == "awaiting_callback"
    life.decide(SATISFIED)
    assert closed_as(life.decide(CLOSE)) == "resolved"


def test_every_view_of_the_form_is_a_fact_of_its_own_even_on_a_closed_case() -> None:
    life = Life(disposition="A1")
    view = ViewRegistration(command_id="v", case=CASE, purpose="callback")
    assert isinstance(life.decide(view), list) and isinstance(life.decide(view), list)


def test_a_duty_officer_sees_the_forms_of_the_own_desk_alone() -> None:
    view = ViewRegistration(command_id="v", case=CASE, purpose="callback")
    for name in ("duty-ningan", "duty-suifenhe"):
        outcome = Life().decide(view, actor=Actor(principal=name, role="duty_officer"))
        assert outcome == Refused("case.other_desk", "case")
    assert isinstance(Life().decide(view, actor=Actor(principal="duty-city", role="duty_officer")), list)


@pytest.mark.parametrize("command", [SATISFIED, CLOSE, COORDINATE, refer()])
def test_nothing_of_a_case_happens_before_its_contact_or_in_the_future(command: Command) -> None:
    life = Life(disposition="C1", unit=None)
    early, late = STARTED - timedelta(seconds=1), NOW + timedelta(minutes=6)
    assert life.decide(command, occurred=early) == Refused("case.back_dated", "occurred")
    assert life.decide(command, occurred=late) == Refused("command.in_the_future", "occurred")


def test_the_day_of_a_callback_is_its_day_in_china() -> None:
    life = Life()
    life.decide(VERIFIED)
    evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    outcome = life.decide(MISSED, NOW + timedelta(days=1), occurred=evening)
    assert outcome == [CallbackAttempted(reached=False, on=date(2026, 3, 3))]


def test_misses_at_a_weekend_or_a_holiday_do_not_count_against_the_caller() -> None:
    # Friday 6 March 2026, the weekend, Monday, Tuesday.
    life = Life()
    life.decide(VERIFIED)
    friday = datetime(2026, 3, 6, 10, tzinfo=CHINA)
    for days, status in ((0, "awaiting_callback"), (1, "awaiting_callback"), (2, "awaiting_callback"),
                         (3, "awaiting_callback"), (4, "closed")):  # fmt: skip
        life.decide(MISSED, friday + timedelta(days=days))
        assert life.status == status, days


def test_misses_are_counted_anew_after_the_caller_was_reached_or_work_was_done() -> None:
    life = Life()
    life.decide(VERIFIED)
    for days in (0, 1):
        life.decide(MISSED, NOW + timedelta(days=days))
    life.decide(UNSATISFIED, NOW + timedelta(days=2))
    life.decide(COORDINATE, NOW + timedelta(days=2))
    life.decide(MISSED, NOW + timedelta(days=3))
    assert life.status == "awaiting_callback"


def test_a_miss_has_no_answers() -> None:
    life = Life()
    life.decide(VERIFIED)
    odd = msgspec.structs.replace(SATISFIED, reached=False)
    assert life.decide(odd) == Refused("case.callback_not_reached", "reached")


def test_a_caller_who_wants_no_callback_is_not_called_and_the_case_can_be_closed() -> None:
    life = Life(confidentiality="no_callback")
    life.decide(VERIFIED)
    assert life.decide(SATISFIED) == Refused("case.no_callback_wanted", "case")
    assert life.decide(CLOSE) == Refused("case.closure_contradicts_callback", "code")
    silent = CloseCase(command_id="x", case=CASE, code="no_callback")
    assert closed_as(life.decide(silent)) == "no_callback"
    assert Life().decide(silent) == Refused("case.referral_open", "case")


@pytest.mark.parametrize("code", ["unreachable", "no_callback", "resolved"])
def test_a_closure_code_says_what_the_callback_found(code: str) -> None:
    life = Life()
    life.decide(VERIFIED)
    life.decide(msgspec.structs.replace(SATISFIED, solved=False))
    outcome = life.decide(CloseCase(command_id="x", case=CASE, code=code))
    assert outcome == Refused("case.closure_contradicts_callback", "code")
    assert isinstance(life.decide(CloseCase(command_id="x", case=CASE, code="explained")), list)


def test_a_returned_referral_is_replaced_once() -> None:
    life = Life()
    life.decide(RETURNED)
    assert isinstance(life.decide(refer("u01", replaces=REFERRAL)), list)
    life.decide(msgspec.structs.replace(RETURNED, referral="1" * 26))
    assert life.decide(refer("u07", replaces=REFERRAL)) == Refused("case.nothing_to_replace", "replaces")


def test_two_people_with_one_command_id_do_not_ask_for_one_referral_twice() -> None:
    assert Life().decide(refer("u01"), new=REFERRAL) == Refused("command.id_reused", "command_id")


def test_a_referral_asks_for_something() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"command_id": "q", "case": CASE, "unit": "u01", "asks": []}, RequestReferral)


def test_what_became_of_a_stranger_s_referral_is_not_noted_and_no_outcome_is_invented() -> None:
    issued = msgspec.structs.replace(VERIFIED, outcome="issued", result=None)
    life = Life()
    assert life.decide(msgspec.structs.replace(issued, referral="S" * 26)) == Already()
    assert isinstance(life.decide(issued), list) and life.decide(issued) == Already()
    odd = msgspec.structs.replace(VERIFIED, outcome="lost")
    assert life.decide(odd) == Refused("code.unknown", "outcome", {"list": "referral_outcome"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outcome": "returned_to_school", "monthly_yuan": 200}, "case.amount_without_benefit"),
        ({"starts_on": date(2026, 4, 1), "review_on": date(2026, 3, 1)}, "case.review_before_start"),
        ({"outcome": "happiness"}, "code.unknown"),
    ],
)
def test_an_outcome_that_contradicts_itself_is_refused(changes: dict[str, Any], code: str) -> None:
    command = msgspec.structs.replace(RecordOutcome(command_id="w", case=CASE, outcome="benefit"), **changes)
    outcome = Life(disposition="C1", unit=None).decide(command)
    assert isinstance(outcome, Refused) and outcome.code == code


def test_an_instruction_has_words() -> None:
    empty = RecordInstruction(command_id="l", case=CASE, instruction_no="1", post="书记", instruction=" ")
    assert Life().decide(empty) == Refused("case.instruction_missing", "instruction")


@pytest.mark.parametrize("disposition", ["G1", "H1", "Z9"])
def test_a_merged_or_silent_contact_opens_no_case(disposition: str) -> None:
    outcome = case.decide(opened(disposition), None, env())
    assert outcome == Refused("case.not_for_this_contact", "disposition")


def test_a_report_that_was_made_is_on_record_whatever_came_after() -> None:
    life = Life(screen=YES, disposition="E1", unit=None)
    assert isinstance(life.decide(REPORT), list) and life.status == "answered"
    assert life.decide(REPORT) == Already()


def test_a_history_without_its_police_report_is_damage() -> None:
    life = Life(screen=YES)
    life.decide(REPORT)
    for lost in (MandatoryReportRequired, MandatoryReportMade):
        with pytest.raises(DamagedHistory):
            case.fold([fact for fact in life.facts if not isinstance(fact, lost)])


def test_opening_twice_adds_nothing() -> None:
    assert Life().decide(opened()) == Already()


def test_a_fact_that_cannot_follow_is_damage() -> None:
    life = Life(disposition="A1")
    with pytest.raises(DamagedHistory):
        case.evolve(life.state, CaseClosed(code="resolved"))
    with pytest.raises(DamagedHistory):
        case.evolve(life.state, CaseAnswered(disposition="A1"))
    with pytest.raises(DamagedHistory):
        case.evolve(None, CaseAccepted(disposition="B1"))
    opening, triage = life.facts[:2]
    assert isinstance(opening, CaseOpened) and isinstance(triage, CaseTriaged)
    with pytest.raises(DamagedHistory):
        case.evolve(case.fold([opening, triage]), triage)
