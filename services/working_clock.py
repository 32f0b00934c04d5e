"""The working-day clock as the deciders of every core use it: the published calendar and the deadline policies. Pure."""

from datetime import date, datetime, time
from typing import Any, get_args

from events.calendar import CHINA, Calendar, published
from events.publication import CalendarPublished
from events.referral import Period
from services import deadlines


class WorkingClock:
    """Counts on one version of the calendar; another version is another clock."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self.calendar = calendar or published()

    @property
    def version(self) -> str:
        return self.calendar.version

    @property
    def amended(self) -> bool:
        """Whether a year that was published is another one since."""
        return self.calendar.amended

    def with_published(self, fact: CalendarPublished) -> "WorkingClock":
        """The clock once this notice counts; the same one when it came with the program."""
        calendar = self.calendar
        if fact.amends and fact.year in calendar.amendable:
            return WorkingClock(calendar.amend(fact.year, fact.title, fact.days()))
        if fact.year <= calendar.last.year:
            return self
        return WorkingClock(calendar.with_year(fact.year, fact.title, fact.days()))

    def edition(self, on: datetime) -> str:
        """The version of the policy table in force on that day."""
        return deadlines.edition(_day(on))

    def sign_policy(self, urgency: str) -> str:
        return deadlines.sign_policy(urgency)

    def report_policy(self, contact_type: str, urgency: str) -> str:
        return deadlines.report_policy(contact_type, urgency)

    def due(self, policy: str, start: datetime) -> tuple[datetime, bool]:
        """The last moment that is in time, and whether it is provisional."""
        return self.end(self.period(policy, start))

    def until(self, policy: str, start: datetime) -> datetime:
        """The last moment that is in time, for who does not ask whether it can still change."""
        return self.due(policy, start)[0]

    def period(self, policy: str, start: datetime) -> Period:
        row = deadlines.policies(_day(start))[policy]
        return Period(start=start, limit=row.limit, unit=row.unit)

    def end(self, period: Period) -> tuple[datetime, bool]:
        unit: Any = period.unit
        if unit not in get_args(deadlines.Unit):
            raise ValueError("a period is counted in a unit of the policy table")
        due = deadlines.end(period.limit, unit, period.start, self.calendar)
        return due.at, due.provisional

    def limit(self, policy: str, on: datetime) -> int:
        return deadlines.policies(_day(on))[policy].limit

    def bound(self, bound: str, on: datetime) -> int:
        return deadlines.bounds(_day(on))[bound].limit

    def working_days_after(self, due: datetime, now: datetime) -> int:
        return 0 if now <= due else self.calendar.working_days_between(_day(due), _day(now))

    def working_day_after(self, moment: datetime, count: int) -> datetime:
        return _begins(self.calendar.add_working_days(_day(moment), count)[0])

    def working_day_before(self, moment: datetime, count: int) -> datetime:
        return _begins(self.calendar.working_days_before(_day(moment), count))


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
