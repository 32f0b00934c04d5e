"""The fact that a year's calendar was published (国务院办公厅关于部分节假日安排的通知). domain.md §4.3 M, §4.7."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Digest, Fact, Label

Year = Annotated[int, Meta(ge=1, le=9999)]


class Holiday(Fact, frozen=True, kw_only=True):
    """One holiday: the days without work, weekends inside it included, and its make-up days (调休)."""

    name: Label
    off: tuple[date, ...]
    work: tuple[date, ...] = ()


class CalendarPublished(Fact, tag="CalendarPublished.v1", frozen=True, kw_only=True):
    """A year as published. `calendar_version` is the calendar that holds from here on, `digest` that of the days."""

    year: Year
    title: Label
    holidays: tuple[Holiday, ...]
    digest: Digest
    calendar_version: Label
    # In place of the notice that the year had: the State Council has changed a year that was published.
    amends: bool = False

    def days(self) -> dict[date, tuple[str, bool]]:
        """Day -> (holiday, whether it is a working day)."""
        return {day: (holiday.name, work) for holiday in self.holidays for day, work in listed(holiday)}


def listed(holiday: Holiday) -> list[tuple[date, bool]]:
    """Each day that the notice names, and whether it is a working day."""
    return [*((day, False) for day in holiday.off), *((day, True) for day in holiday.work)]


def digest_of(holidays: Sequence[Holiday]) -> str:
    """SHA-256 over the days in order: two people who typed the same notice get the same."""
    days = sorted((day, work) for holiday in holidays for day, work in listed(holiday))
    return hashlib.sha256(chr(10).join(f"{day} {work:d}" for day, work in days).encode()).hexdigest()


CalendarFact = CalendarPublished
