"""The calendar of one year, published once: nothing -> published. Pure. domain.md §4.7.

Until then its days are Monday to Friday and every due date that reaches into them is provisional.
"""

from collections import Counter
from datetime import date

from events.calendar import Calendar
from events.publication import CalendarPublished, digest_of, listed
from services.decision import Already, DamagedHistory, Env, Refused
from services.referral.commands import PublishCalendar

_SATURDAY = 5


def decide(
    command: PublishCalendar, state: CalendarPublished | None, env: Env, calendar: Calendar
) -> list[CalendarPublished] | Already | Refused:
    """`calendar` is the one that holds today: the notice is for the year after its last."""
    if state is not None:
        same = digest_of(command.holidays) == state.digest
        return Already() if same else Refused("calendar.already_published", "year", {"year": str(state.year)})
    following = calendar.last.year + 1
    if command.year < following:
        return Refused("calendar.already_published", "year", {"year": str(command.year)})
    if command.year > following:
        return Refused("calendar.year_missing", "year", {"year": str(following)})
    if not command.title.strip():
        return Refused("calendar.title_missing", "title")
    refusal = _contradiction(command, calendar)
    if refusal is not None:
        return refusal
    fact = CalendarPublished(
        year=command.year,
        title=command.title,
        holidays=command.holidays,
        digest=digest_of(command.holidays),
        calendar_version=calendar.version,
    )
    version = calendar.with_year(fact.year, fact.title, fact.days()).version
    return [
        CalendarPublished(
            year=fact.year, title=fact.title, holidays=fact.holidays, digest=fact.digest, calendar_version=version
        )
    ]


def _contradiction(command: PublishCalendar, calendar: Calendar) -> Refused | None:
    """Why these days are no calendar, if so. A slip of the pen would move the deadlines of the whole city."""
    days = [each for holiday in command.holidays for each in listed(holiday)]
    twice = [day for day, count in Counter(day for day, _ in days).items() if count > 1]
    if twice:
        return Refused("calendar.day_twice", "holidays", {"day": str(min(twice))})
    first, last = calendar.provisional_from, date(command.year, 12, 31)
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


def evolve(state: CalendarPublished | None, fact: CalendarPublished) -> CalendarPublished:
    """Apply the one fact that there is. A fact that does not fit means damage."""
    if state is not None or fact.digest != digest_of(fact.holidays):
        raise DamagedHistory(f"{type(fact).__name__} of {fact.year} cannot follow")
    return fact
