"""The working-day calendar equals the published one, and counting on it equals a second implementation."""

import ast
from bisect import bisect_right
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import calendar
from events.calendar import from_data, published

CALENDAR = published()
FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
BEYOND = [LAST + timedelta(days=n) for n in range(1, 60)]
# The second implementation: a sorted list of working days and a binary search, from a library's data.
WORKDAYS = [day for day in DAYS if chinese_calendar.is_workday(day)] + [day for day in BEYOND if day.weekday() < 5]


def naive(start, count):
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def test_every_day_of_twenty_years_is_what_the_library_says():
    assert len(DAYS) == 7305
    assert [day for day in DAYS if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize("count", [1, 3, 5, 13, 15])
def test_counting_from_every_start_date_equals_the_second_implementation(count):
    wrong = [
        start
        for start in DAYS
        if CALENDAR.add_working_days(start, count)[0] != WORKDAYS[bisect_right(WORKDAYS, start) + count - 1]
    ]
    assert wrong == []


@pytest.mark.parametrize(("count", "share"), [(5, 18.6), (13, 38.0), (15, 42.2)])
def test_a_monday_to_friday_count_would_be_wrong_as_often_as_the_design_says(count, share):
    starts = [day for day in DAYS if day <= date(2026, 9, 1)]
    wrong = sum(naive(start, count) != CALENDAR.add_working_days(start, count)[0] for start in starts)
    assert len(starts) == 7184 and round(100 * wrong / len(starts), 1) == share


@given(st.dates(FIRST, LAST), st.integers(0, 60))
def test_between_undoes_add(start, count):
    end, _ = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days_between(start, end) == count
    assert CALENDAR.working_days_between(end, start) == 0
    assert count == 0 or (end > start and CALENDAR.is_workday(end))


@given(st.dates(date(2008, 1, 1), LAST), st.integers(1, 60))
def test_before_is_the_mirror_of_after(end, count):
    start = CALENDAR.working_days_before(end, count)
    assert CALENDAR.is_workday(start)
    # From the day before it, as many working days lie behind `end` as were counted, `end` itself apart.
    assert CALENDAR.working_days_between(start - timedelta(days=1), end - timedelta(days=1)) == count


@given(st.dates(FIRST, LAST), st.integers(0, 30), st.integers(0, 30))
def test_counting_in_two_steps_is_counting_in_one(start, first, second):
    middle, _ = CALENDAR.add_working_days(start, first)
    assert CALENDAR.add_working_days(middle, second)[0] == CALENDAR.add_working_days(start, first + second)[0]


def test_a_year_that_is_not_published_is_monday_to_friday_and_provisional():
    assert CALENDAR.is_workday(date(2027, 1, 1)) and CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_workday(date(2027, 1, 2))
    assert CALENDAR.add_working_days(date(2026, 12, 28), 5) == (date(2027, 1, 4), True)
    assert CALENDAR.add_working_days(date(2026, 12, 21), 5) == (date(2026, 12, 28), False)


def test_the_last_days_before_an_unpublished_year_are_provisional_too():
    # The notice for 2019 came on 6 December 2018 and made 29 December a working Saturday and 31 December a holiday.
    assert CALENDAR.is_workday(date(2018, 12, 29)) and not CALENDAR.is_workday(date(2018, 12, 31))
    assert CALENDAR.is_provisional(date(2026, 12, 31)) and not CALENDAR.is_provisional(date(2026, 12, 28))
    earliest = min((day.month, day.day) for day in DAYS if day.month == 12 and day in CALENDAR.specials)
    assert earliest == (12, CALENDAR.provisional_from.day)


def test_a_negative_period_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(FIRST, -1)


def test_the_read_model_s_rows_name_holiday_source_and_version():
    rows = {row.day: row for row in CALENDAR.days()}
    assert len(rows) == 7305 + 365 and min(rows) == FIRST and max(rows) == date(2027, 12, 31)
    spring, make_up, plain, later = (
        rows[day] for day in (date(2026, 2, 17), date(2026, 2, 28), date(2026, 3, 2), date(2027, 3, 2))
    )
    assert (spring.is_workday, spring.name) == (False, "春节") and "2026年" in spring.source
    assert (make_up.is_workday, make_up.name) == (True, "春节")
    assert (plain.is_workday, plain.name, plain.provisional) == (True, "", False) and "2026年" in plain.source
    assert (later.source, later.provisional) == ("", True)
    # 31 December 2018 is off by the notice for 2019.
    assert "2019年" in rows[date(2018, 12, 31)].source
    assert {row.version for row in rows.values()} == {CALENDAR.version}


def _data(**changes):
    notice = {"year": 2026, "title": "通知", "papers": [], "holidays": []}
    notice["holidays"] = [{"name": "元旦", "off": [date(2026, 1, 1)], "work": [date(2026, 1, 4)]}]
    years = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "provisional_from": date(2027, 1, 1)}
    return {"edition": "1", **years, "notice": [notice], **changes}


def test_the_version_follows_the_days_and_not_the_words():
    version = from_data(_data()).version
    renamed = _data()
    renamed["notice"][0]["holidays"][0]["name"] = "新年"
    moved = _data()
    moved["notice"][0]["holidays"][0]["work"] = [date(2026, 1, 3)]
    assert from_data(renamed).version == version != from_data(moved).version
    assert CALENDAR.version.startswith("2026.1-") and len(CALENDAR.version) <= 80


def test_the_version_of_a_calendar_is_written_in_ledgers_and_stays_what_it_was():
    grown = CALENDAR.with_year(2027, "通知", {date(2027, 1, 1): ("元旦", False)})
    assert CALENDAR.version == "2026.1-683a661a"
    assert (from_data(_data()).version, from_data(_data()).first) == ("1-3b0b7de6", date(2026, 1, 1))
    assert grown.version == "2026.1+2027-6102db4d"
    assert grown.with_year(2028, "通知", {}).edition == "2026.1+2027+2028"


def test_a_day_can_be_moved_between_the_first_open_day_and_the_last_of_the_year():
    for day in (CALENDAR.provisional_from, date(2027, 12, 31)):
        assert not CALENDAR.with_year(2027, "通知", {day: ("元旦", False)}).is_workday(day)
    for day in (CALENDAR.provisional_from - timedelta(days=1), date(2028, 1, 1)):
        with pytest.raises(ValueError, match=r"^calendar: the notice of 2027 moves days from"):
            CALENDAR.with_year(2027, "通知", {day: ("元旦", False)})


def test_only_the_next_year_is_published():
    for year in (2026, 2028):
        with pytest.raises(ValueError, match=r"^calendar: the next year to publish is 2027$"):
            CALENDAR.with_year(year, "通知", {})


def test_the_rows_of_a_calendar_reach_to_the_end_of_the_year_after():
    rows = {each.day: each for each in CALENDAR.days()}
    assert (min(rows), max(rows)) == (FIRST, date(2027, 12, 31))
    assert rows[date(2026, 3, 2)].source == CALENDAR.sources[2026] and rows[date(2026, 3, 2)].name == ""
    assert rows[date(2027, 6, 1)].source == "" and rows[date(2027, 6, 1)].provisional
    assert {each.version for each in rows.values()} == {CALENDAR.version}


def test_a_calendar_that_contradicts_itself_is_refused():
    twice = _data()
    twice["notice"][0]["holidays"][0]["work"] = [date(2026, 1, 1)]
    for broken in (twice, _data(first=date(2026, 1, 2)), _data(provisional_from=date(2027, 1, 2))):
        with pytest.raises(ValueError, match=r"^calendar: "):
            from_data(broken)


def test_the_library_is_no_part_of_the_product():
    tree = ast.parse(Path(calendar.__file__).read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    allowed = {"hashlib", "tomllib", "collections.abc", "dataclasses", "datetime", "functools", "typing"}
    assert imported <= allowed | {"importlib.resources"}
