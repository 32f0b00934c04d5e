"""What the people of the demo do and when: a queue of moments, each with something to do."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

from events.calendar import Calendar
from services.referral.referral import CHINA

Act = Callable[[], Awaitable[None]]


class Agenda:
    """Acts in the order of their moments; acts of one moment in the order in which they were put down."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._count = itertools.count()

    def put(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (when, next(self._count), act))

    def take(self, until: datetime) -> tuple[datetime, Act] | None:
        """The next act at or before `until`, else None."""
        if not self._acts or self._acts[0][0] > until:
            return None
        when, _, act = heapq.heappop(self._acts)
        return when, act


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CHINA)


def office_moment(calendar: Calendar, earliest: datetime, hour: int, minute: int = 0) -> datetime:
    """`hour:minute` on the first working day on which that moment is not before `earliest`."""
    day = earliest.astimezone(CHINA).date()
    while not calendar.is_workday(day) or on(day, hour, minute) < earliest:
        day += timedelta(days=1)
    return on(day, hour, minute)
