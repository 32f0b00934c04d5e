"""A year's calendar is published once, as the notice has it, and a slip of the pen is refused. domain.md §4.7."""

from datetime import date, timedelta

import msgspec
import pytest

from events.calendar import Calendar, published
from events.publication import CalendarPublished, Holiday
from events.referral import Period
from services.decision import Already, DamagedHistory, Refused
from services.referral import publication
from services.referral.commands import PublishCalendar
from services.working_clock import WorkingClock
from tests.unit.test_referral import COORDINATOR, env, moment

NOW = moment("2026-11-05T10:00")
TITLE = "国务院办公厅关于2027年部分节假日安排的通知"


def days(first: str, count: int) -> tuple[date, ...]:
    start = date.fromisoformat(first)
    return tuple(start + timedelta(days=n) for n in range(count))


# Invented: the notice of 2027 is not published yet.
NEW_YEAR = Holiday(name="元旦", off=days("2027-01-01", 3))
SPRING = Holiday(name="春节", off=days("2027-02-05", 9), work=(date(2027, 1, 31), date(2027, 2, 20)))
PUBLISH = PublishCalendar(command_id="c", year=2027, title=TITLE, holidays=(NEW_YEAR, SPRING))


def decide(
    command: PublishCalendar, state: CalendarPublished | None = None, calendar: Calendar | None = None
) -> list[CalendarPublished] | Already | Refused:
    return publication.decide(command, state, env(NOW, COORDINATOR), calendar or published())


def the_fact() -> CalendarPublished:
    outcome = decide(PUBLISH)
    assert isinstance(outcome, list)
    return publication.evolve(None, outcome[0])


def test_a_published_year_counts_and_is_final_up_to_where_the_next_notice_can_reach() -> None:
    fact = the_fact()
    calendar = published().with_year(fact.year, fact.title, fact.days())
    assert calendar.version == fact.calendar_version != published().version
    assert not calendar.is_workday(date(2027, 1, 1)) and calendar.is_workday(date(2027, 2, 20))
    assert not calendar.is_provisional(date(2026, 12, 31)) and not calendar.is_provisional(date(2027, 12, 28))
    assert calendar.is_provisional(date(2027, 12, 29))
    row = next(each for each in calendar.days() if each.day == date(2027, 2, 20))
    assert (row.name, row.source, row.provisional) == ("春节", TITLE, False)


def test_every_notice_of_the_past_could_have_been_published_by_this_command() -> None:
    calendar = published()
    for year in range(2008, 2027):
        specials = [(day, each) for day, each in calendar.specials.items() if each.source == calendar.sources[year]]
        holidays = (
            Holiday(
                name="-",
                off=tuple(day for day, each in specials if not each.is_workday),
                work=tuple(day for day, each in specials if each.is_workday),
            ),
        )
        command = msgspec.structs.replace(PUBLISH, year=year, holidays=holidays)
        assert isinstance(decide(command, None, until(year - 1)), list), year


def until(year: int) -> Calendar:
    """The calendar as it stood when `year` was the last one published."""
    whole = published()
    known = {day: each for day, each in whole.specials.items() if each.source <= whole.sources[year]}
    return Calendar(
        version=str(year),
        first=whole.first,
        last=date(year, 12, 31),
        provisional_from=date(year, 12, 29),
        specials=known,
        sources={each: title for each, title in whole.sources.items() if each <= year},
        edition=str(year),
    )


def test_the_same_notice_twice_adds_nothing_and_another_one_is_refused() -> None:
    again = msgspec.structs.replace(PUBLISH, command_id="d", holidays=(SPRING, NEW_YEAR))
    assert decide(again, the_fact()) == Already()
    other = msgspec.structs.replace(PUBLISH, holidays=(NEW_YEAR,))
    assert decide(other, the_fact()) == Refused("calendar.already_published", "year", {"year": "2027"})


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"year": 2026}, "calendar.already_published", "year"),
        ({"year": 2028}, "calendar.year_missing", "year"),
        ({"title": "　"}, "calendar.title_missing", "title"),
        ({"holidays": (SPRING,)}, "calendar.new_year_missing", "holidays"),
        ({"holidays": (NEW_YEAR, NEW_YEAR)}, "calendar.day_twice", "holidays"),
        (
            {"holidays": (NEW_YEAR, Holiday(name="x", off=(), work=(date(2027, 1, 2),)))},
            "calendar.day_twice",
            "holidays",
        ),
        (
            {"holidays": (NEW_YEAR, Holiday(name="x", off=(date(2026, 12, 28),)))},
            "calendar.day_outside_the_year",
            "holidays",
        ),
        (
            {"holidays": (NEW_YEAR, Holiday(name="x", off=(date(2028, 1, 1),)))},
            "calendar.day_outside_the_year",
            "holidays",
        ),
        (
            {"holidays": (NEW_YEAR, Holiday(name="x", off=(), work=(date(2027, 3, 1),)))},
            "calendar.make_up_day_is_a_weekday",
            "holidays",
        ),
    ],
)
def test_what_is_no_whole_notice_is_refused(changes: dict[str, object], code: str, field: str) -> None:
    outcome = decide(msgspec.structs.replace(PUBLISH, **changes))
    assert isinstance(outcome, Refused) and (outcome.code, outcome.field) == (code, field)


def test_the_notice_may_reach_into_the_last_days_of_the_year_before() -> None:
    reaching = Holiday(name="元旦", off=days("2026-12-31", 3))
    assert isinstance(decide(msgspec.structs.replace(PUBLISH, holidays=(reaching,))), list)


def test_a_second_publication_and_a_changed_digest_are_damage() -> None:
    fact = the_fact()
    with pytest.raises(DamagedHistory):
        publication.evolve(fact, fact)
    with pytest.raises(DamagedHistory):
        publication.evolve(None, msgspec.structs.replace(fact, digest="0" * 64))


AMENDED = msgspec.structs.replace(
    PUBLISH, amends=True, title="关于调整2026年放假安排的通知", year=2026, holidays=(
        Holiday(name="元旦", off=days("2026-01-01", 3), work=(date(2026, 1, 4),)),
        Holiday(name="抗战胜利纪念日", off=(date(2026, 9, 3), date(2026, 9, 4)), work=(date(2026, 9, 6),)),
    ),
)  # fmt: skip


def amended(command: PublishCalendar = AMENDED, calendar: Calendar | None = None) -> CalendarPublished:
    outcome = decide(command, None, calendar)
    assert isinstance(outcome, list) and outcome[0].amends
    return outcome[0]


def test_an_amended_year_is_as_the_new_notice_has_it_and_nothing_else_moves() -> None:
    fact, before = amended(), published()
    after = before.amend(fact.year, fact.title, fact.days())
    assert after.version == fact.calendar_version != before.version and after.amended
    assert not after.is_workday(date(2026, 9, 3)) and after.is_workday(date(2026, 9, 6))
    # The National Day is not in the new list: what the old one had in that year is gone, make-up days too.
    assert after.is_workday(date(2026, 10, 1)) and not after.is_workday(date(2026, 10, 10))
    other_years = [day for day in before.specials if day.year < 2026]
    assert all(after.specials[day] == before.specials[day] for day in other_years)
    assert (after.last, after.provisional_from) == (before.last, before.provisional_from)


def test_the_version_is_the_same_in_whatever_order_an_amendment_and_the_next_year_are_read() -> None:
    fact, following = amended(), the_fact()
    one = published().amend(fact.year, fact.title, fact.days()).with_year(2027, TITLE, following.days())
    other = published().with_year(2027, TITLE, following.days()).amend(fact.year, fact.title, fact.days())
    assert (one.version, one.specials) == (other.version, other.specials)


def test_an_amendment_that_says_what_counts_already_adds_nothing() -> None:
    fact = amended()
    again = msgspec.structs.replace(AMENDED, command_id="again")
    assert decide(again, fact) == Already()
    assert decide(again, None, published().amend(fact.year, fact.title, fact.days())) == Already()


@pytest.mark.parametrize("year", [2024, 2027])
def test_only_the_last_years_can_be_amended(year: int) -> None:
    new_year = Holiday(name="元旦", off=(date(year, 1, 1),))
    outcome = decide(msgspec.structs.replace(AMENDED, year=year, holidays=(new_year,)))
    assert outcome == Refused("calendar.not_amendable", "year", {"first": "2025", "last": "2026"})


def test_an_amendment_does_not_reach_into_days_that_the_next_notice_settled() -> None:
    calendar = published().with_year(2027, TITLE, the_fact().days())
    late = Holiday(name="x", off=(date(2026, 12, 30),))
    outcome = decide(msgspec.structs.replace(AMENDED, holidays=(*AMENDED.holidays, late)), None, calendar)
    assert isinstance(outcome, Refused) and outcome.code == "calendar.day_outside_the_year"


def test_a_year_is_amended_after_it_was_published_and_again() -> None:
    first = the_fact()
    second = msgspec.structs.replace(first, amends=True)
    assert publication.evolve(publication.evolve(first, second), second) == second
    with pytest.raises(DamagedHistory):
        publication.evolve(second, first)
    with pytest.raises(DamagedHistory):
        publication.evolve(first, msgspec.structs.replace(second, year=2028))


def test_years_are_published_one_after_the_other() -> None:
    fact = the_fact()
    calendar = published().with_year(fact.year, fact.title, fact.days())
    following = msgspec.structs.replace(PUBLISH, year=2028, holidays=(Holiday(name="元旦", off=(date(2028, 1, 1),)),))
    assert isinstance(decide(following, None, calendar), list)
    with pytest.raises(ValueError, match="next year"):
        published().with_year(2028, "-", {})
    with pytest.raises(ValueError, match="moves days from"):
        published().with_year(2027, "-", {date(2028, 1, 1): ("-", False)})


def test_the_last_day_of_the_year_can_be_moved_by_its_notice() -> None:
    eve = Holiday(name="元旦", off=(*NEW_YEAR.off, date(2027, 12, 31)))
    assert isinstance(decide(msgspec.structs.replace(PUBLISH, holidays=(eve,))), list)


def test_the_clock_counts_by_a_year_once_it_is_published() -> None:
    clock = WorkingClock().with_published(the_fact())
    # Friday 29 January 2027; Sunday the 31st is a make-up day of the invented notice.
    due = clock.end(Period(start=moment("2027-01-29T10:00"), limit=1, unit="working_days"))
    assert (due[0].date(), due[1]) == (date(2027, 1, 31), False)
    assert clock.version == the_fact().calendar_version
    assert {each.source for each in clock.calendar.days() if each.day == date(2027, 2, 20)} == {TITLE}
