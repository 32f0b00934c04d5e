"""What moves a due date, and that nothing else does. domain.md §4.3 C, §4.7."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from events.calendar import published
from events.commit import Actor
from events.publication import CalendarPublished, Holiday, digest_of
from events.referral import DueRecomputed, ExtensionGranted, FinalReported, ReferralResumed
from services.decision import Already, DamagedHistory, Refused
from services.referral import referral
from services.referral.commands import (
    GrantExtension,
    HoldReferral,
    RefuseExtension,
    RequestExtension,
    ResumeReferral,
)
from services.referral.referral import next_wake
from services.working_clock import WorkingClock
from tests.unit.test_referral import (
    ASK_RETURN,
    CHECK,
    CLOCK,
    COORDINATOR,
    DUTY,
    KEY,
    SIGN,
    SIGN_ON_PAPER,
    SIGNED_AT,
    UNIT,
    Life,
    env,
    issue,
    moment,
    report,
)

SUPERVISOR = Actor(principal="supervisor", role="supervisor")
GRANT = GrantExtension(command_id="ge", referral=KEY)
REFUSE = RefuseExtension(command_id="re", referral=KEY)
HOLD = HoldReferral(command_id="h", referral=KEY, ground="appraisal")
RESUME = ResumeReferral(command_id="u", referral=KEY)


def ask(days: int, on_behalf_of: str | None = None, method: str = "system") -> RequestExtension:
    return RequestExtension(
        command_id="ae", referral=KEY, reason="complex", working_days=days, on_behalf_of=on_behalf_of, method=method
    )


def due(life: Life) -> str:
    assert life.state is not None and life.state.due is not None
    return f"{life.state.due:%Y-%m-%d}"


@pytest.fixture
def life() -> Life:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    assert due(life) == "2026-02-27"
    return life


def test_an_extension_is_asked_for_granted_and_moves_the_date_by_working_days(life: Life) -> None:
    life.decide(ask(3), moment("2026-02-25T09:00"))
    granted = life.decide(GRANT, moment("2026-02-26T09:00"), COORDINATOR)
    assert isinstance(granted, list)
    assert granted[0] == ExtensionGranted(reason="complex", working_days=3)
    assert isinstance(granted[1], DueRecomputed)
    assert (granted[1].cause, granted[1].awaited, granted[1].provisional) == ("extension", "report", False)
    # 28 February (a make-up Saturday), 2 and 3 March.
    assert due(life) == "2026-03-03"


def test_fewer_days_than_asked_may_be_granted_and_never_more(life: Life) -> None:
    life.decide(ask(3), SIGNED_AT)
    more, fewer = (msgspec.structs.replace(GRANT, working_days=days) for days in (4, 1))
    assert life.decide(more, SIGNED_AT, COORDINATOR) == Refused(
        "referral.extension_more_than_asked", "working_days", {"days": "3"}
    )
    life.decide(fewer, SIGNED_AT, COORDINATOR)
    assert due(life) == "2026-02-28"


def test_a_refused_extension_leaves_the_date_and_may_be_asked_for_again(life: Life) -> None:
    life.decide(ask(3), SIGNED_AT)
    life.decide(REFUSE, SIGNED_AT, COORDINATOR)
    assert due(life) == "2026-02-27"
    assert isinstance(life.decide(ask(1), SIGNED_AT), list)


def test_beyond_the_policy_a_supervisor_grants(life: Life) -> None:
    beyond = Refused("referral.extension_beyond_policy", "working_days", {"times": "1", "days": "10"})
    life.decide(ask(11), SIGNED_AT)
    assert life.decide(GRANT, SIGNED_AT, COORDINATOR) == beyond
    life.decide(msgspec.structs.replace(GRANT, working_days=1), SIGNED_AT, COORDINATOR)
    life.decide(ask(1), SIGNED_AT)
    assert life.decide(GRANT, SIGNED_AT, COORDINATOR) == beyond
    assert isinstance(life.decide(GRANT, SIGNED_AT, SUPERVISOR), list)
    assert due(life) == "2026-03-02"


def test_one_extension_at_a_time_and_none_after_the_due_day(life: Life) -> None:
    assert life.decide(GRANT, SIGNED_AT, COORDINATOR) == Refused("referral.no_extension_asked", "referral")
    last = moment("2026-02-27T23:59")
    assert isinstance(life.decide(ask(1), last), list)
    assert life.decide(ask(1), last) == Refused("referral.extension_pending", "referral")
    life.decide(REFUSE, moment("2026-02-28T09:00"), COORDINATOR)
    assert life.decide(ask(1), moment("2026-02-28T10:00")) == Refused("referral.extension_too_late", "referral")


def test_who_entered_the_request_for_the_unit_does_not_decide_on_it(life: Life) -> None:
    life.decide(ask(1, on_behalf_of="u07", method="paper"), SIGNED_AT, COORDINATOR)
    for command in (GRANT, REFUSE):
        assert life.decide(command, SIGNED_AT, COORDINATOR) == Refused("referral.requester_may_not_decide", "referral")
    assert isinstance(life.decide(GRANT, SIGNED_AT, Actor(principal="coordinator2", role="coordinator")), list)


def test_a_report_lapses_the_request(life: Life) -> None:
    life.decide(ask(1), SIGNED_AT)
    life.decide(report(SIGNED_AT.date()), SIGNED_AT)
    assert life.state is not None and life.state.extension is None


@pytest.mark.parametrize(
    ("held", "resumed", "days", "ends"),
    [
        ("02-13T16:00", "02-13T18:00", 0, "2026-02-27"),
        # Held over the Spring Festival: 14, 24 and 25 February were working days.
        ("02-13T16:00", "02-25T09:00", 3, "2026-03-03"),
        # Held when the date had passed: it moves all the same, by what was held.
        ("03-02T09:00", "03-04T09:00", 2, "2026-03-02"),
    ],
)
def test_a_hold_moves_the_date_by_the_working_days_held(
    life: Life, held: str, resumed: str, days: int, ends: str
) -> None:
    life.decide(HOLD, moment(f"2026-{held}"), COORDINATOR)
    assert life.state is not None and life.state.due is None and next_wake(life.state, CLOCK) is None
    outcome = life.decide(RESUME, moment(f"2026-{resumed}"), COORDINATOR)
    assert isinstance(outcome, list) and outcome[0] == ReferralResumed(working_days=days)
    assert due(life) == ends


def test_a_hold_gives_the_unit_its_days_to_ask_for_a_return(life: Life) -> None:
    assert life.state is not None and life.state.return_until is not None
    assert life.state.return_until.date() == date(2026, 2, 27)
    life.decide(HOLD, SIGNED_AT, COORDINATOR)
    life.decide(RESUME, moment("2026-03-16T09:00"), COORDINATOR)
    # 17 working days were held.
    assert life.state.return_until.date() == date(2026, 3, 23)
    assert isinstance(life.decide(ASK_RETURN, moment("2026-03-23T23:00")), list)


def test_hours_stand_still_as_long_as_the_referral_does() -> None:
    life = Life(urgency="2")
    life.decide(SIGN, SIGNED_AT)
    life.decide(HOLD, SIGNED_AT + timedelta(hours=1), COORDINATOR)
    life.decide(RESUME, SIGNED_AT + timedelta(hours=31), COORDINATOR)
    assert life.state is not None and life.state.due == SIGNED_AT + timedelta(hours=54)


def test_held_days_are_not_late_and_what_was_overdue_before_is_settled(life: Life) -> None:
    life.decide(CHECK, moment("2026-03-02T09:00"), COORDINATOR)
    life.decide(HOLD, moment("2026-03-02T10:00"), COORDINATOR)
    life.decide(RESUME, moment("2026-03-09T10:00"), COORDINATOR)
    assert due(life) == "2026-03-05"
    assert life.state is not None and life.state.crossed == ()
    outcome = life.decide(report(SIGNED_AT.date()), moment("2026-03-09T11:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported) and outcome[0].late_working_days == 2


def test_a_hold_of_hours_that_leaves_the_date_does_not_urge_a_second_time(life: Life) -> None:
    life.decide(CHECK, moment("2026-03-02T09:00"), COORDINATOR)
    life.decide(HOLD, moment("2026-03-02T10:00"), COORDINATOR)
    life.decide(RESUME, moment("2026-03-02T15:00"), COORDINATOR)
    assert due(life) == "2026-02-27"
    assert life.decide(CHECK, moment("2026-03-02T16:00"), COORDINATOR) == Already()


def test_an_extension_after_a_hold_counts_on_from_the_moved_date(life: Life) -> None:
    life.decide(HOLD, SIGNED_AT, COORDINATOR)
    life.decide(RESUME, moment("2026-02-25T09:00"), COORDINATOR)
    life.decide(ask(2), moment("2026-02-25T10:00"))
    life.decide(GRANT, moment("2026-02-25T11:00"), COORDINATOR)
    assert due(life) == "2026-03-05"


HOLIDAYS = (Holiday(name="元旦", off=(date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)), work=(date(2027, 1, 9),)),)
NOTICE = CalendarPublished(
    year=2027, title="通知", holidays=HOLIDAYS, digest=digest_of(HOLIDAYS), calendar_version="2026.1+2027"
)
PUBLISHED = CLOCK.with_published(NOTICE)
DECEMBER = moment("2026-12-28T09:00")


@pytest.fixture
def provisional() -> Life:
    life = Life()
    life.decide(SIGN_ON_PAPER, DECEMBER)
    assert life.state is not None and life.state.provisional and due(life) == "2027-01-04"
    return life


def check(life: Life, clock: WorkingClock, now: datetime = DECEMBER) -> object:
    outcome = referral.decide(CHECK, life.state, env(now, COORDINATOR), clock)
    if isinstance(outcome, list):
        life.record(outcome, now, COORDINATOR)
    return outcome


def test_a_provisional_date_is_recomputed_when_its_year_is_published_once(provisional: Life) -> None:
    old = provisional.state.due if provisional.state else None
    assert next_wake(provisional.state, PUBLISHED) == DECEMBER
    outcome = check(provisional, PUBLISHED)
    assert isinstance(outcome, list) and isinstance(outcome[0], DueRecomputed)
    assert (outcome[0].old, outcome[0].cause, outcome[0].provisional) == (old, "calendar_published", False)
    # 1 January is a holiday: 29, 30, 31 December, 4 and 5 January.
    assert due(provisional) == "2027-01-05"
    assert outcome[0].calendar_version == PUBLISHED.version != CLOCK.version
    assert check(provisional, PUBLISHED) == Already()


def test_a_provisional_date_that_stays_is_confirmed(provisional: Life) -> None:
    as_it_was = WorkingClock(published().with_year(2027, "通知", {}))
    outcome = check(provisional, as_it_was)
    assert isinstance(outcome, list) and isinstance(outcome[0], DueRecomputed)
    assert outcome[0].old == outcome[0].new and not outcome[0].provisional


def test_an_amended_year_moves_a_date_that_was_not_provisional_once(life: Life) -> None:
    life.decide(SIGN, SIGNED_AT)
    assert life.state is not None and not life.state.provisional
    old = life.state.due
    assert old is not None
    # The very day it is due becomes a holiday.
    calendar = published()
    days = {day: ("-", work) for day, work in calendar.days_of(2026).items()} | {old.date(): ("-", False)}
    clock = WorkingClock(calendar.amend(2026, "调整通知", days))
    outcome = check(life, clock, SIGNED_AT)
    assert isinstance(outcome, list) and isinstance(outcome[0], DueRecomputed)
    assert (outcome[0].old, outcome[0].cause, outcome[0].calendar_version) == (old, "calendar_amended", clock.version)
    assert outcome[0].new.date() == calendar.add_working_days(old.date(), 1)[0]
    assert check(life, clock, SIGNED_AT) == Already()


def test_a_date_that_is_not_provisional_never_depends_on_another_calendar(life: Life) -> None:
    other = WorkingClock(published().with_year(2027, "通知", {}))
    assert check(life, other, moment("2026-02-14T09:00")) == Already()
    assert due(life) == "2026-02-27"


def test_what_was_urged_on_the_provisional_date_stays_urged(provisional: Life) -> None:
    now = moment("2027-01-08T09:00")
    check(provisional, CLOCK, now)
    assert provisional.state is not None and provisional.state.crossed == ("urge",)
    assert check(provisional, PUBLISHED, now) == Already()


def test_an_extension_of_a_provisional_date_is_recomputed_as_one_period(provisional: Life) -> None:
    provisional.decide(ask(5), DECEMBER)
    provisional.decide(GRANT, DECEMBER, COORDINATOR)
    assert due(provisional) == "2027-01-11"
    check(provisional, PUBLISHED)
    # Ten working days from 28 December on the published calendar: 9 January is a make-up Saturday.
    assert due(provisional) == "2027-01-11"
    assert provisional.state is not None and not provisional.state.provisional


def test_a_grant_without_its_date_and_a_date_without_a_cause_are_damage(life: Life) -> None:
    assert life.state is not None
    life.decide(ask(1), SIGNED_AT)
    granted = ExtensionGranted(reason="complex", working_days=1)
    waiting = referral.evolve(life.state, granted, "coordinator", SIGNED_AT)
    with pytest.raises(DamagedHistory):
        referral.evolve(waiting, ExtensionGranted(reason="complex", working_days=1), "coordinator", SIGNED_AT)
    period = life.state.counted
    assert period is not None and life.state.due is not None
    for cause in ("extension", "hold", "calendar_published"):
        moved = DueRecomputed(
            awaited="report", old=life.state.due, new=life.state.due, cause=cause, calendar_version="1",
            provisional=False, counted=period,
        )  # fmt: skip
        with pytest.raises(DamagedHistory):
            referral.evolve(life.state, moved, "coordinator", SIGNED_AT)


def test_the_unit_itself_neither_grants_nor_holds() -> None:
    # The permission table says so first; the decider does not rely on it.
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    life.decide(ask(1), SIGNED_AT)
    assert life.decide(GRANT, SIGNED_AT, UNIT) == Refused("referral.requester_may_not_decide", "referral")


def test_the_last_moment_of_a_report_is_in_time_to_ask_for_more(life: Life) -> None:
    assert life.state is not None and life.state.due_report is not None
    assert isinstance(life.decide(ask(3), life.state.due_report), list)


def test_each_extension_is_counted_once_and_nothing_is_asked_for_any_more(life: Life) -> None:
    life.decide(ask(3), SIGNED_AT)
    life.decide(GRANT, SIGNED_AT, COORDINATOR)
    state = life.state
    assert state is not None
    assert (state.extensions, state.extended_days, state.extension, state.extension_by) == (1, 3, None, None)


def test_a_signature_whose_date_was_provisional_is_what_a_published_calendar_settles() -> None:
    life = Life.__new__(Life)
    life.state, life.facts = None, []
    outcome = referral.decide(issue(), None, env(moment("2026-12-31T10:00"), COORDINATOR), CLOCK, DUTY, "1")
    assert isinstance(outcome, list)
    life.record(outcome, moment("2026-12-31T10:00"), COORDINATOR)
    settled = check(life, PUBLISHED, moment("2026-12-31T11:00"))
    assert isinstance(settled, list) and isinstance(settled[0], DueRecomputed)
    assert (settled[0].awaited, settled[0].cause) == ("sign", "calendar_published")
    assert life.state is not None
    # 1 to 3 January are holidays of the invented notice.
    assert life.state.due_sign == settled[0].new and life.state.due_report is None
