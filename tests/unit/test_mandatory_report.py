"""The mandatory report (强制报告): an immediate clock, and no way past it. domain.md §4.3 B and §5."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from events.case import (
    CaseAccepted,
    CaseClosed,
    CaseReopened,
    MandatoryReportAcknowledged,
    MandatoryReportOverridden,
    MandatoryReportRequired,
    OutcomeReviewed,
    ReferralRequested,
    TriageCorrected,
)
from services.command import Command
from services.decision import Already, DamagedHistory, Refused
from services.intake import case
from services.intake.commands import NoteCorrection, RequestReferral
from tests.support.intake import CASE, CLOSE, COORDINATE, NOW, REPORT, SATISFIED, STARTED, VERIFIED, YES, Life, refer
from tests.support.intake_states import (
    ACKNOWLEDGE,
    ARCHIVE,
    CASE_COMMANDS,
    LATER,
    OUTCOME,
    OVERRIDE,
    REFUSE,
    REVIEW,
    VOIDED,
    archived,
    lived,
)

OPEN_REPORT = Refused("case.mandatory_report_open", "case")
HURT = NoteCorrection(command_id="nc", case=CASE, field="screen", new="ynnnnnnnn")


@pytest.mark.parametrize("name", ["AnswerCase", "RefuseAcceptance", "RequestReferral", "RecordCoordination",
                                  "RecordOutcome", "RecordCallback", "CloseCase", "CloseCase, voided", "ArchiveCase",
                                  "ReopenCase"])  # fmt: skip
def test_nothing_goes_on_while_the_report_is_open(name: str) -> None:
    assert Life(screen=YES).decide(CASE_COMMANDS[name]) == OPEN_REPORT


def test_the_police_acknowledge_the_report_once_and_after_it_was_made() -> None:
    life = lived(REPORT, screen=YES)
    early = msgspec.structs.replace(ACKNOWLEDGE, acknowledged=REPORT.made - timedelta(minutes=1))
    assert life.decide(early) == Refused("case.acknowledgement_time_impossible", "acknowledged")
    assert life.decide(ACKNOWLEDGE) == [MandatoryReportAcknowledged(by="u01", acknowledged=NOW)]
    assert life.decide(ACKNOWLEDGE) == Already()


def test_a_case_is_not_closed_before_the_police_acknowledged_the_report() -> None:
    life = lived(REPORT, VERIFIED, SATISFIED, screen=YES)
    assert life.decide(CLOSE) == Refused("case.report_not_acknowledged", "case")
    life.decide(ACKNOWLEDGE)
    assert isinstance(life.decide(CLOSE), list)


def test_a_case_is_not_answered_before_the_police_acknowledged_the_report() -> None:
    life = lived(OVERRIDE, REPORT, screen=YES, disposition="C1", unit=None)
    assert life.decide(CASE_COMMANDS["AnswerCase"]) == Refused("case.report_not_acknowledged", "case")
    life.decide(ACKNOWLEDGE)
    assert isinstance(life.decide(CASE_COMMANDS["AnswerCase"]), list)


def test_three_misses_do_not_close_a_case_whose_report_nobody_acknowledged() -> None:
    life = lived(REPORT, VERIFIED, screen=YES)
    missed = msgspec.structs.replace(SATISFIED, reached=False, answered=None, solved=None, satisfied=None)
    for days in (0, 1, 2):
        life.decide(missed, NOW + timedelta(days=days))
    assert life.status == "awaiting_callback"
    life.decide(ACKNOWLEDGE)
    life.decide(missed, NOW + timedelta(days=3))
    assert life.status == "closed"


def test_in_an_emergency_work_begins_and_a_post_answers_for_it() -> None:
    life = Life(screen=YES)
    outcome = life.decide(OVERRIDE)
    assert isinstance(outcome, list)
    assert [type(fact) for fact in outcome] == [MandatoryReportOverridden, CaseAccepted, ReferralRequested]
    assert outcome[0] == MandatoryReportOverridden(post="值班主任", reason="life_in_danger")


def test_what_began_in_an_emergency_does_not_end_without_the_report() -> None:
    life = lived(OVERRIDE, VERIFIED, SATISFIED, screen=YES)
    assert life.decide(CLOSE) == OPEN_REPORT
    life.decide(REPORT)
    life.decide(ACKNOWLEDGE)
    assert isinstance(life.decide(CLOSE), list)


def test_an_emergency_turns_nobody_away() -> None:
    life = lived(OVERRIDE, screen=YES, disposition="E1", unit=None)
    assert life.status == "accepted"
    assert life.decide(REFUSE) == Refused("case.mandatory_case_stays", "case")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"reason": "no_time"}, "code.unknown"), ({"explanation": " "}, "case.explanation_missing")],
)
def test_an_emergency_has_a_reason_and_words(changes: dict[str, Any], code: str) -> None:
    outcome = Life(screen=YES).decide(msgspec.structs.replace(OVERRIDE, **changes))
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_correction_that_brings_harm_to_light_calls_for_a_report_from_now_on() -> None:
    life = Life()
    assert life.decide(HURT) == [
        TriageCorrected(field="screen", new="ynnnnnnnn"),
        MandatoryReportRequired(grounds=(1,), due=NOW + timedelta(minutes=30)),
    ]
    assert life.decide(refer()) == OPEN_REPORT
    life.decide(REPORT)
    assert life.status == "in_handling"
    assert isinstance(life.decide(refer()), list)


@pytest.mark.parametrize("how", ["answered", "not_accepted", "closed", "voided", "archived"])
def test_harm_that_comes_to_light_takes_a_case_that_rests_back_to_work(how: str) -> None:
    life = {
        "answered": lambda: lived(disposition="A1"),
        "not_accepted": lambda: lived(disposition="D1"),
        "closed": lambda: lived(VERIFIED, SATISFIED, CLOSE),
        "voided": lambda: lived(VOIDED, disposition="C1", unit=None),
        "archived": archived,
    }[how]()
    outcome = life.decide(HURT)
    assert isinstance(outcome, list) and outcome[1] == CaseReopened(reason="mandatory_report")
    assert life.status == "in_handling" and life.decide(CLOSE) == OPEN_REPORT


def test_no_correction_takes_the_duty_to_report_away() -> None:
    life = Life(screen=YES)
    life.decide(NoteCorrection(command_id="nc", case=CASE, field="screen", new="n" * 9))
    assert life.decide(CLOSE) == OPEN_REPORT


def test_where_life_turns_out_to_be_in_danger_an_unknown_answer_counts() -> None:
    life = Life(screen="nnnnnunnn")
    outcome = life.decide(NoteCorrection(command_id="nc", case=CASE, field="urgency", new="1"))
    assert isinstance(outcome, list)
    assert outcome[-1] == MandatoryReportRequired(grounds=(6,), due=NOW + timedelta(minutes=30))


def test_a_closed_case_whose_report_is_open_is_damage() -> None:
    life = lived(OVERRIDE, VERIFIED, SATISFIED, screen=YES)
    with pytest.raises(DamagedHistory):
        case.evolve(life.state, CaseClosed(code="resolved"))


def test_the_unit_that_is_complained_of_gets_nothing() -> None:
    life = Life(disposition="C1", unit=None)
    life.decide(NoteCorrection(command_id="nc", case=CASE, field="suspect_unit", new="u01"))
    commands: list[tuple[Command, str]] = [(refer("u01"), "unit"), (COORDINATE, "units")]
    for command, field in commands:
        assert life.decide(command) == Refused("case.suspect_unit", field)
    assert isinstance(life.decide(refer("u07")), list)


def test_the_police_that_are_complained_of_take_no_report_on_themselves() -> None:
    life = Life(screen=YES)
    life.decide(NoteCorrection(command_id="nc", case=CASE, field="suspect_unit", new="u01"))
    assert life.decide(REPORT) == Refused("case.suspect_unit", "to")


def test_a_referral_that_waited_for_the_report_does_not_go_to_a_unit_that_is_now_complained_of() -> None:
    life = Life(screen=YES, unit="u07")
    life.decide(NoteCorrection(command_id="nc", case=CASE, field="suspect_unit", new="u07"))
    outcome = life.decide(REPORT)
    assert isinstance(outcome, list) and not any(isinstance(fact, ReferralRequested) for fact in outcome)


def test_an_outcome_is_reviewed_on_the_day_that_its_policy_says() -> None:
    life = lived(disposition="C1", unit=None)
    outcome = life.decide(OUTCOME)
    assert isinstance(outcome, list)
    # 30 days after 2 March 2026 is a working Wednesday.
    assert outcome[0].review_on == date(2026, 4, 1)
    benefit = life.decide(msgspec.structs.replace(OUTCOME, outcome="benefit"))
    # 90 days after is Sunday 31 May: the next working day.
    assert isinstance(benefit, list) and benefit[0].review_on == date(2026, 6, 1)


def test_what_did_not_last_takes_a_closed_case_back_to_work() -> None:
    life = lived(OUTCOME, VERIFIED, SATISFIED, CLOSE)
    lapsed = msgspec.structs.replace(REVIEW, holds=False)
    assert life.decide(lapsed) == [
        CaseReopened(reason="outcome_lapsed"),
        OutcomeReviewed(outcome="returned_to_school", holds=False, reviewed_on=NOW.date()),
    ]
    assert life.status == "in_handling"


def test_what_did_not_last_takes_a_case_in_hand_back_to_work_and_leaves_its_other_outcomes() -> None:
    benefit = msgspec.structs.replace(OUTCOME, outcome="benefit")
    lapsed = msgspec.structs.replace(REVIEW, holds=False)
    for steps, how in (((), {"disposition": "C1", "unit": None}), ((VERIFIED,), {})):
        life = lived(*steps, OUTCOME, benefit, **how)
        assert isinstance(life.decide(lapsed), list)
        assert life.status == "in_handling" and life.state is not None
        assert set(life.state.outcomes) == {"benefit"}


def test_a_case_goes_to_the_archive_after_the_appeal_window_and_its_reviews() -> None:
    life = lived(OUTCOME, VERIFIED, SATISFIED, CLOSE)
    # 30 days after 2 March 2026.
    assert life.decide(ARCHIVE) == Refused("case.appeal_window_open", "case", {"until": "2026-04-01"})
    assert life.decide(ARCHIVE, LATER) == Refused("case.review_open", "case")
    life.decide(REVIEW)
    assert isinstance(life.decide(ARCHIVE, LATER), list) and life.status == "archived"


def test_a_review_that_still_holds_names_no_day_that_is_past() -> None:
    life = lived(OUTCOME)
    again = msgspec.structs.replace(REVIEW, next_review_on=STARTED.date())
    assert life.decide(again) == Refused("case.next_review_impossible", "next_review_on")


def test_a_request_for_a_referral_knows_what_the_case_was_corrected_to() -> None:
    life = Life(disposition="C1", unit=None)
    life.decide(NoteCorrection(command_id="nc", case=CASE, field="category", new="01"))
    asked = life.decide(RequestReferral(command_id="q", case=CASE, unit="u01"))
    assert isinstance(asked, list) and asked[0].category == "01"
