"""The calendar of one year: nothing -> published, and amended when the State Council says so. Pure. domain.md §4.7.

Until then its days are Monday to Friday and every due date that reaches into them is provisional.
"""

from collections import Counter
from datetime import date

import msgspec

from events.calendar import Calendar
from events.publication import CalendarPublished, digest_of, listed
from services.calendar_history import evolve
from services.decision import Already, Env, Refused
from services.referral.commands import PublishCalendar
from services.working_clock import WorkingClock

__all__ = ["decide", "evolve"]

_SATURDAY = 5


def decide(
    command: PublishCalendar, state: CalendarPublished | None, env: Env, calendar: Calendar
) -> list[CalendarPublished] | Already | Refused:
    """`calendar` is the one that holds today: the notice is for the year after its last, or amends one of its years."""
    if state is not None and digest_of(command.holidays) == state.digest:
        return Already()
    if state is not None and not command.amends:
        return Refused("calendar.already_published", "year", {"year": str(command.year)})
    refusal = _not_that_year(command, calendar)
    if refusal is None and not command.title.strip():
        refusal = Refused("calendar.title_missing", "title")
    refusal = refusal or _contradiction(command, calendar)
    if refusal is not None:
        return refusal
    fact = CalendarPublished(
        year=command.year,
        title=command.title,
        holidays=command.holidays,
        digest=digest_of(command.holidays),
        calendar_version=calendar.version,
        amends=command.amends,
    )
    if fact.amends and calendar.days_of(fact.year) == {day: work for day, (_, work) in fact.days().items()}:
        return Already()
    version = WorkingClock(calendar).with_published(fact).version
    return [msgspec.structs.replace(fact, calendar_version=version)]


def _not_that_year(command: PublishCalendar, calendar: Calendar) -> Refused | None:
    if command.amends:
        first, last = calendar.amendable
        fits = command.year in (first, last)
        return None if fits else Refused("calendar.not_amendable", "year", {"first": str(first), "last": str(last)})
    following = calendar.last.year + 1
    if command.year < following:
        return Refused("calendar.already_published", "year", {"year": str(command.year)})
    return Refused("calendar.year_missing", "year", {"year": str(following)}) if command.year > following else None


def _contradiction(command: PublishCalendar, calendar: Calendar) -> Refused | None:
    """Why these days are no calendar, if so. A slip of the pen would move the deadlines of the whole city."""
    days = [each for holiday in command.holidays for each in listed(holiday)]
    twice = [day for day, count in Counter(day for day, _ in days).items() if count > 1]
    if twice:
        return Refused("calendar.day_twice", "holidays", {"day": str(min(twice))})
    first, last = calendar.span(command.year)
    outside = [day for day, _ in days if not first <= day <= last]
    if outside:
        details = {"day": str(min(outside)), "first": str(first), "last": str(last)}
        return Refused("calendar.day_outside_the_year", "holidays", details)
    idle = [day for day, work in days if work and day.weekday() < _SATURDAY]
    if idle:
        # A make-up day is a Saturday or Sunday: any other works already.
        return Refused("calendar.make_up_day_is_a_weekday", "holidays", {"day": str(min(idle))})
    if (date(command.year, 1, 1), False) not in days:
        # Every notice has it (全国年节及纪念日放假办法 2): a list without it is not the whole notice.
        return Refused("calendar.new_year_missing", "holidays", {"year": str(command.year)})
    return None
