"""The life of a resolution, as sentences of the specification. domain.md §4.3 E, §4.7 U→N."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.calendar import CHINA
from events.codes import code_list
from events.publication import CalendarPublished, Holiday, digest_of
from events.resolution import (
    ResolutionDischarged,
    ResolutionDueRecomputed,
    ResolutionDueSoon,
    ResolutionOverdue,
    ResolutionReported,
    ResolutionSentBack,
)
from services.decision import Already, DamagedHistory, Refused
from services.meeting import resolution
from services.meeting.resolution_dates import next_wake, settled
from services.working_clock import WorkingClock
from tests.support import meetings as m
from tests.support.meetings import ResolutionLife, moment, resolution_in

DUE = m.ADOPTED.due


def changed(command: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(command, command_id="another", **fields)


def code(outcome: Any) -> str | None:
    return outcome.code if isinstance(outcome, Refused) else None


def checked(life: ResolutionLife, when: str) -> Any:
    return life.decide(m.CHECK, m.SERVICE, moment(when))


def test_another_unit_s_resolution_is_exactly_like_none() -> None:
    life = ResolutionLife()
    for command in (m.PROGRESS, m.REPORT):
        assert life.decide(command, m.STRANGER) == Refused("resolution.not_found", "resolution")
        assert resolution.decide(command, None, m.env(m.WORKED, m.UNIT)) == Refused(
            "resolution.not_found", "resolution"
        )


@pytest.mark.parametrize(
    ("changes", "actor", "refusal"),
    [
        ({"on_behalf_of": "u01"}, m.UNIT, "resolution.not_a_proxy"),
        ({"method": "paper"}, m.UNIT, "resolution.not_a_proxy"),
        ({}, m.COORDINATOR, "resolution.on_behalf_missing"),
        ({"on_behalf_of": "u01", "method": "paper"}, m.COORDINATOR, "resolution.not_its_unit"),
        ({"on_behalf_of": "u07"}, m.COORDINATOR, "resolution.method_missing"),
        ({"on_behalf_of": "u07", "method": "pigeon"}, m.COORDINATOR, "code.unknown"),
        ({"measures": ("prayed",)}, m.UNIT, "code.unknown"),
        ({"result": "forgotten"}, m.UNIT, "code.unknown"),
        ({"on_behalf_of": "u07", "method": "paper"}, m.COORDINATOR, None),
        ({}, m.UNIT, None),
    ],
)
def test_who_may_report_and_what(changes: dict[str, Any], actor: Any, refusal: str | None) -> None:
    assert code(ResolutionLife().decide(changed(m.REPORT, **changes), actor)) == refusal


def test_a_late_report_is_taken_and_marked_with_its_working_days() -> None:
    assert ResolutionLife().decide(m.REPORT, now=DUE) == [
        ResolutionReported(result="done", measures=("visited_school",), late=False, late_working_days=0)
    ]
    (late,) = ResolutionLife().decide(m.REPORT, now=moment("2026-04-14T09:00"))
    assert (late.late, late.late_working_days) == (True, 2)


def test_a_paper_report_counts_from_the_day_it_came_in() -> None:
    (report,) = ResolutionLife().decide(
        m.ON_PAPER, m.COORDINATOR, now=moment("2026-04-14T09:00"), occurred=moment("2026-04-09T09:00")
    )
    assert (report.late, report.method) == (False, "paper")


def test_whoever_reported_does_not_judge_it_and_no_person_of_the_lead_does() -> None:
    life = ResolutionLife()
    life.decide(m.ON_PAPER, m.COORDINATOR)
    of_the_lead = msgspec.structs.replace(m.SUPERVISOR, unit="u07")
    for actor in (m.COORDINATOR, of_the_lead):
        for command in (m.DISCHARGE, m.SEND_BACK):
            assert code(life.decide(command, actor)) == "resolution.own_report"
    assert life.decide(m.DISCHARGE, m.OTHER_COORDINATOR) == [ResolutionDischarged(result="done")]


def test_a_report_sent_back_in_time_keeps_its_day_and_late_it_needs_another() -> None:
    life = resolution_in("reported")
    assert life.decide(m.SEND_BACK, m.SUPERVISOR) == [
        ResolutionSentBack(
            reason="incomplete", due_on=m.DUE, due=DUE, calendar_version=m.CLOCK.version, provisional=False
        )
    ]
    late = resolution_in("reported")
    after = DUE + timedelta(days=3)
    assert code(late.decide(m.SEND_BACK, m.SUPERVISOR, after)) == "resolution.due_missing"
    saturday = changed(m.SEND_BACK, due=date(2026, 4, 18))
    assert code(late.decide(saturday, m.SUPERVISOR, after)) == "resolution.due_no_working_day"
    assert code(late.decide(changed(m.SEND_BACK, reason="mood"), m.SUPERVISOR)) == "code.unknown"
    (back,) = late.decide(changed(m.SEND_BACK, due=date(2026, 4, 24)), m.SUPERVISOR, after)
    assert back.due.date() == date(2026, 4, 24) and late.state.status == "in_progress"


@pytest.mark.parametrize(
    ("due", "refusal"),
    [
        (date(2026, 4, 9), "resolution.due_too_early"),
        (date(2026, 5, 1), "resolution.due_no_working_day"),
        (date(2026, 4, 30), None),
    ],
)
def test_an_extension_leads_to_a_later_working_day(due: date, refusal: str | None) -> None:
    assert code(ResolutionLife().decide(changed(m.EXTEND, due=due), m.COORDINATOR)) == refusal


def test_once_overdue_a_supervisor_alone_extends() -> None:
    after = DUE + timedelta(days=1)
    refused = ResolutionLife().decide(m.EXTEND, m.COORDINATOR, after)
    assert code(refused) == "resolution.extension_by_supervisor"
    assert isinstance(ResolutionLife().decide(m.EXTEND, m.SUPERVISOR, after), list)


def test_it_is_carried_over_to_another_meeting_whose_agenda_is_open() -> None:
    frozen, notified = (m.meeting_in(state).state for state in ("agenda_frozen", "notified"))
    around, state = m.env(m.WORKED, m.COORDINATOR), ResolutionLife().state
    assert code(resolution.decide(m.CARRY_OVER, state, around, None)) == "meeting.not_found"
    assert code(resolution.decide(m.CARRY_OVER, state, around, frozen)) == "meeting.agenda_frozen"
    own = changed(m.CARRY_OVER, to=m.MEETING)
    assert code(resolution.decide(own, state, around, notified)) == "meeting.not_found"
    assert isinstance(resolution.decide(m.CARRY_OVER, state, around, notified), list)


def test_the_ladder_after_the_due_day_is_climbed_once_and_step_by_step() -> None:
    life = ResolutionLife()
    assert checked(life, "2026-04-08T23:59") == Already()
    # Due on Friday the 10th: reminded on the working day before, urged on the one after.
    soon = ResolutionDueSoon(due=DUE, working_days=1, calendar_version=m.CLOCK.version)
    assert checked(life, "2026-04-09T00:00") == [soon]
    assert checked(life, "2026-04-12T23:59") == Already()
    for when, threshold, days in (
        ("2026-04-13T00:00", "urge", 1),
        ("2026-04-20T00:00", "notice", 6),
        ("2026-04-27T00:00", "circular", 11),
    ):
        early = moment(when) - timedelta(microseconds=1)
        assert life.decide(m.CHECK, m.SERVICE, early) == Already()
        over = ResolutionOverdue(due=DUE, working_days=days, threshold=threshold, calendar_version=m.CLOCK.version)
        assert checked(life, when) == [over]
        assert checked(life, when) == Already()
    assert checked(life, "2026-12-01T00:00") == Already() and next_wake(life.state, m.CLOCK) is None


def test_a_step_that_came_late_leaves_the_unit_its_days_before_the_next() -> None:
    life = ResolutionLife()
    (urged,) = checked(life, "2026-06-01T09:00")
    assert urged.threshold == "urge"
    assert checked(life, "2026-06-05T09:00") == Already()
    assert checked(life, "2026-06-08T00:00")[0].threshold == "notice"


def test_an_extension_settles_what_was_overdue_on_the_old_day() -> None:
    life = ResolutionLife()
    checked(life, "2026-04-13T09:00")
    life.decide(m.EXTEND, m.SUPERVISOR, moment("2026-04-13T10:00"))
    assert checked(life, "2026-04-28T09:00") == Already()
    assert checked(life, "2026-05-06T09:00")[0].threshold == "urge"


def test_a_report_stops_the_clock() -> None:
    life = resolution_in("reported")
    assert checked(life, "2026-06-30T09:00") == Already() and next_wake(life.state, m.CLOCK) is None


def published(*holidays: Holiday) -> WorkingClock:
    fact = CalendarPublished(
        year=2027, title="2027年通知", holidays=holidays, digest=digest_of(holidays), calendar_version="x"
    )
    return WorkingClock().with_published(fact)


@pytest.mark.parametrize(
    ("off", "until"), [((date(2027, 3, 1),), date(2027, 3, 2)), ((date(2027, 1, 1),), date(2027, 3, 1))]
)
def test_a_published_year_moves_or_confirms_a_provisional_day_once(off: tuple[date, ...], until: date) -> None:
    life = ResolutionLife()
    day = datetime(2027, 3, 1, 23, 59, 59, 999_999, tzinfo=CHINA)
    assert life.state is not None
    state = msgspec.structs.replace(life.state, due_on=day.date(), due=day, provisional=True)
    life.state = state
    assert settled(state, m.CLOCK) is None
    clock = published(Holiday(name="测试", off=off))
    (moved,) = life.decide(m.CHECK, m.SERVICE, clock=clock)
    assert isinstance(moved, ResolutionDueRecomputed)
    assert (moved.old, moved.new.date(), moved.cause, moved.provisional) == (day, until, "calendar_published", False)
    assert life.decide(m.CHECK, m.SERVICE, clock=clock) == Already()


@given(
    st.lists(st.sampled_from(sorted(m.ON_RESOLUTION)), max_size=12),
    st.lists(st.integers(0, 40), min_size=12, max_size=12),
)
def test_whatever_is_tried_a_resolution_keeps_its_laws(verbs: list[str], days: list[int]) -> None:
    life, now = ResolutionLife(), m.WORKED
    for verb, later in zip(verbs, days, strict=False):
        now += timedelta(days=later)
        command, actor, _ = m.ON_RESOLUTION[verb]
        wake = next_wake(life.state, m.CLOCK)
        outcome = life.decide(command, actor, now)
        if verb == "CheckResolution":
            # From its wake on a check records something, and before it nothing.
            assert isinstance(outcome, list) == (wake is not None and wake <= now)
    taken = [(fact.due, fact.threshold) for fact in life.facts if isinstance(fact, ResolutionOverdue)]
    assert len(set(taken)) == len(taken)
    discharged = [fact for fact in life.facts if isinstance(fact, ResolutionDischarged)]
    reports = [fact for fact in life.facts if isinstance(fact, ResolutionReported)]
    assert len(discharged) <= min(1, len(reports))
    assert life.state is not None and life.state.status in code_list("resolution_status")


@pytest.mark.parametrize("state", m.RESOLUTION_ROADS)
def test_a_fact_that_does_not_fit_stops_the_reader(state: str) -> None:
    with pytest.raises(DamagedHistory):
        resolution.evolve(resolution_in(state).state, m.ADOPTED)
    with pytest.raises(DamagedHistory):
        resolution.evolve(None, ResolutionDischarged(result="done"))
