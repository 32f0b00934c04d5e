"""How a case ends, comes back and is related to others; and random lives of it. domain.md §4.3 B."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.calendar import CHINA, published
from events.case import CaseNotAccepted, CaseReopened, CasesLinked, CasesUnlinked, ReferralOutcomeNoted
from events.codes import code_list
from events.commit import Actor
from services.command import Command
from services.decision import Already, Refused
from services.intake import case
from services.intake.case_state import ENDED, OPEN, holder
from services.intake.commands import AnswerCase, LinkCases, NoteCaseLink, NoteReferralOutcome, RecordConsent
from services.intake.outcomes import review_day
from services.intake.reactions import OUTCOMES
from services.working_clock import WorkingClock
from tests.support.intake import (
    CASE,
    CLOSE,
    COORDINATE,
    NO,
    NOW,
    REFERRAL,
    RETURNED,
    SATISFIED,
    STARTED,
    UNSATISFIED,
    VERIFIED,
    YES,
    Life,
    env,
    refer,
)  # fmt: skip
from tests.support.intake_states import CASE_COMMANDS, LATER, OTHER, REFUSE, REOPEN, REVIEW, VOIDED, lived

CLOCK = WorkingClock()
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
ORDER = msgspec.structs.replace(REOPEN, reason="supervisor_order", new_facts="", post="督办科长")


def noted(outcome: str, **more: Any) -> NoteReferralOutcome:
    return NoteReferralOutcome(command_id="n", case=CASE, referral=REFERRAL, outcome=outcome, **more)


def test_a_case_is_turned_away_with_its_ground_and_the_right_route() -> None:
    life = Life(disposition="C1", unit=None)
    outcome = life.decide(REFUSE)
    assert outcome == [CaseNotAccepted(ground="1", route="court", told=NOW, appeal_until=CLOCK.until("AP", NOW))]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": "77"}, "code.unknown"),
        ({"route": "77"}, "code.unknown"),
        ({"told": NOW + timedelta(minutes=1)}, "case.told_time_impossible"),
        ({"told": STARTED - timedelta(minutes=1)}, "case.told_time_impossible"),
    ],
)
def test_turning_away_has_a_ground_a_route_and_a_time(changes: dict[str, Any], code: str) -> None:
    outcome = Life(disposition="C1", unit=None).decide(msgspec.structs.replace(REFUSE, **changes))
    assert isinstance(outcome, Refused) and outcome.code == code


def test_only_an_answer_answers_a_case() -> None:
    odd = AnswerCase(command_id="a", case=CASE, disposition="B1")
    assert Life(disposition="C1", unit=None).decide(odd) == Refused("case.not_an_answer", "disposition")


def test_a_complaint_without_ground_does_not_go_back_to_work() -> None:
    life = lived(VERIFIED, msgspec.structs.replace(UNSATISFIED, founded=False))
    assert life.status == "awaiting_callback" and life.state.redone == 0
    assert isinstance(life.decide(msgspec.structs.replace(CLOSE, code="not_founded")), list)


def test_every_founded_complaint_is_counted() -> None:
    life = lived(VERIFIED, UNSATISFIED, COORDINATE, UNSATISFIED)
    assert life.state.redone == 2


def test_whether_a_complaint_is_founded_is_not_asked_of_a_content_caller() -> None:
    odd = msgspec.structs.replace(SATISFIED, founded=True)
    assert lived(VERIFIED).decide(odd) == Refused("case.founded_without_complaint", "founded")


def test_new_facts_or_an_order_of_supervision_reopen_a_case() -> None:
    assert lived(disposition="A1").decide(REOPEN) == [CaseReopened(reason="new_facts")]
    ordered = lived(disposition="A1").decide(ORDER, actor=SUPERVISOR)
    assert ordered == [CaseReopened(reason="supervisor_order", post="督办科长")]


@pytest.mark.parametrize(
    ("command", "actor", "code"),
    [
        (msgspec.structs.replace(REOPEN, new_facts=" "), None, "case.new_facts_missing"),
        (msgspec.structs.replace(REOPEN, reason="redo"), None, "case.reason_not_chosen"),
        (msgspec.structs.replace(REOPEN, reason="odd"), None, "code.unknown"),
        (ORDER, None, "case.order_is_supervision_s"),
        (REOPEN, SUPERVISOR, "case.order_is_supervision_s"),
        (msgspec.structs.replace(ORDER, post=None), SUPERVISOR, "case.post_missing"),
    ],
)
def test_the_same_facts_again_do_not_reopen_a_case(command: Command, actor: Actor | None, code: str) -> None:
    life = lived(disposition="A1")
    outcome = life.decide(command, actor=actor) if actor else life.decide(command)
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_reopened_case_is_called_back_about_only_after_work_was_done_anew() -> None:
    life = lived(VERIFIED, SATISFIED, CLOSE, REOPEN)
    assert life.decide(SATISFIED) == Refused("case.nothing_done_yet", "case")
    assert life.decide(CLOSE) == Refused("case.callback_missing", "case")


def test_a_case_that_somebody_worked_on_is_not_voided() -> None:
    assert lived(VERIFIED).decide(VOIDED) == Refused("case.not_voidable", "code")
    assert isinstance(lived(disposition="C1", unit=None).decide(VOIDED), list)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("revoked", "accepted"),
        ("return_granted", "accepted"),
        ("transferred_on", "accepted"),
        ("terminated", "awaiting_callback"),
        ("verified", "awaiting_callback"),
        ("redo", "in_handling"),
        ("issued", "in_handling"),
    ],
)
def test_what_came_of_its_only_referral_moves_the_case(outcome: str, status: str) -> None:
    life = lived(noted(outcome))
    assert life.status == status
    assert life.state is not None and holder(life.state) is not None


def test_every_outcome_that_the_list_knows_moves_a_case_somewhere() -> None:
    for entry in code_list("referral_outcome"):
        assert isinstance(Life().decide(noted(entry.code)), list), entry.code


def test_intake_listens_to_everything_that_can_become_of_a_referral() -> None:
    assert sorted(OUTCOMES.values()) == sorted(entry.code for entry in code_list("referral_outcome"))


def test_an_open_referral_is_transferred_on_by_the_one_that_replaces_it() -> None:
    life = lived()
    life.decide(refer("u01", replaces=REFERRAL), new=OTHER)
    assert life.state is not None and life.state.open_referrals == {REFERRAL: "u07", OTHER: "u01"}
    life.decide(noted("transferred_on"))
    assert life.status == "in_handling" and life.state.open_referrals == {OTHER: "u01"}
    # It has its successor: none can be asked for a second time.
    assert life.decide(refer("u07", replaces=REFERRAL)) == Refused("case.nothing_to_replace", "replaces")


@pytest.mark.parametrize("ended", ["revoked", "transferred_on", "return_granted"])
def test_a_referral_that_ended_without_a_result_can_be_replaced(ended: str) -> None:
    assert isinstance(lived(noted(ended)).decide(refer("u01", replaces=REFERRAL)), list)


def test_redoing_a_verified_referral_takes_a_closed_case_back_to_work() -> None:
    life = lived(VERIFIED, SATISFIED, CLOSE)
    assert life.decide(noted("redo")) == [
        CaseReopened(reason="redo"),
        ReferralOutcomeNoted(referral=REFERRAL, outcome="redo"),
    ]
    assert life.state.open_referrals == {REFERRAL: "u07"}


def test_when_only_the_callback_is_left_its_day_is_in_the_fact() -> None:
    outcome = Life().decide(VERIFIED)
    # Three working days after Monday 2 March 2026.
    assert isinstance(outcome, list) and outcome[0].callback_due == CLOCK.until("CB", NOW)
    assert outcome[0].callback_due.date().isoformat() == "2026-03-05"
    assert not outcome[0].provisional
    returned = Life().decide(RETURNED)
    assert isinstance(returned, list) and returned[0].callback_due is None


def test_a_callback_that_reaches_into_a_year_is_counted_as_that_year_was_published() -> None:
    # Three working days after Tuesday 29 December 2026; a notice makes the 1st and the 4th holidays.
    december = datetime(2026, 12, 29, 10, tzinfo=CHINA)
    off = {date(2027, 1, day): ("元旦", False) for day in (1, 4)}
    known = WorkingClock(published().with_year(2027, "通知", off))

    def called_back(clock: WorkingClock) -> tuple[str, bool]:
        outcome = case.decide(VERIFIED, Life().state, msgspec.structs.replace(env(december), clock=clock))
        assert isinstance(outcome, list) and isinstance(outcome[0], ReferralOutcomeNoted)
        assert outcome[0].callback_due is not None
        return outcome[0].callback_due.date().isoformat(), outcome[0].provisional

    assert called_back(CLOCK) == ("2027-01-01", True)
    assert called_back(known) == ("2027-01-05", False)


def test_two_cases_are_related_on_both_sides() -> None:
    life = lived(disposition="A1")
    link = LinkCases(command_id="l", case=CASE, other=OTHER, relation="sibling")
    assert life.decide(link) == [CasesLinked(other=OTHER, relation="sibling")]
    assert life.decide(link) == Already()
    assert life.decide(msgspec.structs.replace(link, other=CASE)) == Refused("case.linked_to_itself", "other")
    end = NoteCaseLink(command_id="n", case=CASE, other=OTHER, relation="sibling", linked=False)
    assert life.decide(end) == [CasesUnlinked(other=OTHER, relation="sibling")]
    assert life.decide(end) == Already()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": "child_14", "basis": "own_consent"}, "case.too_young_to_consent"),
        ({"units": ("u99",)}, "unit.unknown"),
        ({"basis": "because"}, "code.unknown"),
        ({"expires_on": NOW.date() - timedelta(days=1)}, "case.consent_expired"),
    ],
)
def test_a_consent_is_one_that_can_be_given(changes: dict[str, Any], code: str) -> None:
    given_ = RecordConsent(command_id="c", case=CASE, by="guardian", basis="guardian_consent")
    outcome = Life().decide(msgspec.structs.replace(given_, **changes))
    assert isinstance(outcome, Refused) and outcome.code == code


STEPS: list[Command] = [
    *CASE_COMMANDS.values(),
    *(noted(entry.code) for entry in code_list("referral_outcome")),
    *(refer(unit) for unit in ("u01", "u07")),
    UNSATISFIED,
    msgspec.structs.replace(SATISFIED, reached=False, answered=None, solved=None, satisfied=None),
    msgspec.structs.replace(REVIEW, holds=False),
    msgspec.structs.replace(CASE_COMMANDS["NoteCorrection"], field="screen", new=YES),
    msgspec.structs.replace(CASE_COMMANDS["NoteCorrection"], field="suspect_unit", new="u07"),
]


@settings(max_examples=200, deadline=None)
@given(
    disposition=st.sampled_from(["A1", "B1", "C1", "D1", "E1"]),
    screen=st.sampled_from([NO, YES]),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 90)), max_size=25),
)
def test_whatever_is_decided_in_whatever_order_the_case_stays_legal_held_and_reported(
    disposition: str, screen: str, steps: list[tuple[Command, int]]
) -> None:
    # Decided and folded: `evolve` raises on what may not follow.
    life, now = Life(disposition=disposition, screen=screen), NOW
    for command, days in steps:
        now += timedelta(days=days)
        life.decide(command, now)
        state = life.state
        assert state is not None
        assert (holder(state) is not None) == (state.status in OPEN)
        assert not (state.report_open and state.status in (*ENDED, "archived"))
        assert not (state.open_referrals and state.status in (*ENDED, "archived"))
        moves = [case.decide(each, state, env(now + timedelta(days=400), new="Q" * 26)) for each in STEPS]
        assert any(isinstance(move, list) for move in moves)


def test_every_review_has_its_policy() -> None:
    for entry in code_list("outcome"):
        assert (review_day(entry.code, NOW.date(), CLOCK) is not None) == ("review" in entry.extra), entry.code
    assert CLOCK.until("AP", NOW) < LATER
