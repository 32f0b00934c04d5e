"""What time alone records, and when: reminder, urge, notice, circular. domain.md §4.7 U→N."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.referral import DueSoon, ReferralOverdue, SignOverdue
from services.decision import Already, Refused
from services.referral.referral import next_wake
from tests.unit.test_referral import (
    ASK_RETURN,
    CHECK,
    CLOCK,
    COORDINATOR,
    SIGN,
    SIGN_ON_PAPER,
    SIGNED_AT,
    Life,
    moment,
    report,
)

US = timedelta(microseconds=1)


def walk(life: Life) -> list[tuple[str, str]]:
    """Every step that a timer would cause, as (when, what), until none is left."""
    steps = []
    while (at := next_wake(life.state, CLOCK)) is not None:
        assert life.decide(CHECK, at - US, COORDINATOR) == Already()
        outcome = life.decide(CHECK, at, COORDINATOR)
        assert isinstance(outcome, list)
        steps += [(f"{at:%m-%d %H:%M}", getattr(fact, "threshold", type(fact).__name__)) for fact in outcome]
    return steps


def test_a_signed_referral_is_reminded_urged_supervised_and_named() -> None:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    # Due on 27 February 2026; the 28th is a working Saturday.
    assert walk(life) == [
        ("02-26 00:00", "DueSoon"),
        ("02-28 00:00", "urge"),
        ("03-06 00:00", "notice"),
        ("03-13 00:00", "circular"),
    ]


def test_an_unsigned_referral_is_overdue_at_once_and_then_supervised_and_named() -> None:
    # Issued on Friday 13 February 2026: to sign by the end of Saturday 14, a working day. No day is left to remind.
    assert walk(Life()) == [
        ("02-15 00:00", "SignOverdue"),
        ("03-02 00:00", "notice"),
        ("03-09 00:00", "circular"),
    ]


def test_a_period_of_hours_is_not_reminded() -> None:
    life = Life(urgency="2")
    life.decide(SIGN, SIGNED_AT)
    assert [what for _, what in walk(life)] == ["urge", "notice", "circular"]


def test_a_reminder_that_comes_too_late_is_passed_over() -> None:
    # Due on Friday 6 March 2026: on Sunday it is not urged yet, on Monday it is.
    for day, kind in (("08", DueSoon), ("09", ReferralOverdue)):
        life = Life()
        life.decide(SIGN_ON_PAPER, moment("2026-02-28T09:00"))
        outcome = life.decide(CHECK, moment(f"2026-03-{day}T09:00"), COORDINATOR)
        assert isinstance(outcome, list) and [type(fact) for fact in outcome] == [kind]


def test_nothing_wakes_what_waits_for_the_office() -> None:
    for step in (ASK_RETURN, report(SIGNED_AT.date())):
        life = Life()
        life.decide(SIGN, SIGNED_AT)
        life.decide(step, SIGNED_AT)
        assert next_wake(life.state, CLOCK) is None
    assert next_wake(None, CLOCK) is None


@given(
    st.datetimes(datetime(2026, 2, 13, 15), datetime(2026, 6, 30)).map(lambda at: at.replace(tzinfo=SIGNED_AT.tzinfo)),
    st.integers(0, 5),
    st.booleans(),
)
def test_a_check_records_something_exactly_from_the_wake_on(now: datetime, steps: int, signed: bool) -> None:
    life = Life()
    if signed:
        life.decide(SIGN, SIGNED_AT)
    for _ in range(steps):
        life.decide(CHECK, now, COORDINATOR)
    at = next_wake(life.state, CLOCK)
    outcome = life.decide(CHECK, now, COORDINATOR)
    assert isinstance(outcome, list) == (at is not None and at <= now)


@pytest.mark.parametrize("days", [0, 1, 20])
def test_each_step_is_recorded_once_however_often_it_is_asked_for(days: int) -> None:
    life = Life()
    found: list[object] = []
    for _ in range(4):
        outcome = life.decide(CHECK, SIGNED_AT + timedelta(days=days), COORDINATOR)
        found += outcome if isinstance(outcome, list) else []
    assert len([fact for fact in found if isinstance(fact, SignOverdue)]) == len(found) == (days > 1)


@pytest.mark.parametrize(("days", "code"), [(-3, "referral.back_dated"), (3, "command.in_the_future")])
def test_a_step_of_the_ladder_is_never_dated_otherwise_than_now(days: int, code: str) -> None:
    now = moment("2026-03-20T09:00")
    outcome = Life().decide(CHECK, now, COORDINATOR, occurred=now + timedelta(days=days))
    assert outcome == Refused(code, "occurred")
