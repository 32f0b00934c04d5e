"""When a referral wakes by itself is when the check has something to record: neither earlier nor later."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.command import Command
from services.decision import Already
from services.referral import referral
from services.referral.wakes import ENDED, next_wake
from tests.unit.test_referral import (
    ASK_RETURN,
    CHECK,
    CLOCK,
    COORDINATOR,
    DUTY,
    GRANT,
    PROGRESS,
    REFUSE,
    SEND_BACK,
    SIGN,
    UNIT,
    VERIFY,
    Life,
    env,
    issue,
    moment,
    report,
)

TICK = timedelta(microseconds=1)
BY_UNIT = (SIGN, PROGRESS, ASK_RETURN, "report")
BY_COORDINATOR = (CHECK, CHECK, SEND_BACK, GRANT, REFUSE, VERIFY)


def life(issued: datetime, urgency: str, steps: list[tuple[timedelta, Command | str]]) -> tuple[Life, datetime]:
    """A referral issued then, after these steps; and the moment of the last one."""
    lived = Life.__new__(Life)
    lived.state, lived.facts = None, []
    outcome = referral.decide(issue(urgency), None, env(issued, COORDINATOR), CLOCK, DUTY, "青转〔2026〕1号")
    assert isinstance(outcome, list)
    lived.record(outcome, issued, COORDINATOR)
    now = issued
    for later, step in steps:
        now += later
        command = report(now.date()) if isinstance(step, str) else step
        lived.decide(command, now, UNIT if step in BY_UNIT else COORDINATOR)
    return lived, now


lives = st.builds(
    life,
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda each: moment(each.isoformat())),
    st.sampled_from(["1", "2", "3", "4"]),
    st.lists(
        st.tuples(st.timedeltas(timedelta(0), timedelta(days=25)), st.sampled_from([*BY_UNIT, *BY_COORDINATOR])),
        max_size=8,
    ),
)


def woken(it: Life) -> datetime | None:
    assert it.state is not None
    return next_wake(it.state, CLOCK)


@settings(max_examples=400, deadline=None)
@given(lives)
def test_the_check_records_at_the_wake_and_nothing_before_it(lived: tuple[Life, datetime]) -> None:
    it, now = lived
    assert it.state is not None
    wake = next_wake(it.state, CLOCK)
    if wake is None:
        return
    if wake - TICK >= now:
        assert referral.decide(CHECK, it.state, env(wake - TICK, COORDINATOR), CLOCK) == Already()
    assert isinstance(referral.decide(CHECK, it.state, env(max(wake, now), COORDINATOR), CLOCK), list)


@settings(max_examples=200, deadline=None)
@given(lives)
def test_what_does_not_wake_never_has_anything_to_record(lived: tuple[Life, datetime]) -> None:
    it, now = lived
    assert it.state is not None
    if next_wake(it.state, CLOCK) is None:
        assert referral.decide(CHECK, it.state, env(now + timedelta(days=300), COORDINATOR), CLOCK) == Already()


@settings(max_examples=200, deadline=None)
@given(lives)
def test_every_wake_leads_to_the_end_of_supervision_in_a_few_checks(lived: tuple[Life, datetime]) -> None:
    it, now = lived
    for _ in range(3):
        wake = woken(it)
        if wake is None:
            break
        now = max(now, wake)
        it.decide(CHECK, now, COORDINATOR)
    assert woken(it) is None


def test_an_unsigned_referral_wakes_right_after_its_due_moment() -> None:
    it = Life()
    assert woken(it) == it.state.issued.due_sign + TICK


def test_a_signed_referral_wakes_with_the_working_day_after_its_due_day() -> None:
    it = Life()
    it.decide(SIGN, moment("2026-02-13T15:00"))
    # Due on Friday 27 February; Saturday 28 February 2026 is made up for the Spring Festival.
    assert woken(it) == moment("2026-02-28T00:00")


@pytest.mark.parametrize("step", [VERIFY, GRANT], ids=["verified", "returned"])
def test_what_has_ended_wakes_no_more(step: Command) -> None:
    it = Life()
    it.decide(SIGN, moment("2026-02-13T15:00"))
    it.decide(report(moment("2026-02-14T10:00").date()) if step is VERIFY else ASK_RETURN, moment("2026-02-14T10:00"))
    it.decide(step, moment("2026-02-14T11:00"), COORDINATOR)
    assert it.state.status in ENDED
    assert woken(it) is None
