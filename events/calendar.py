"""The working-day clock (工作日): Monday to Friday, less the State Council's holidays, plus its make-up days. Pure.

Reference data like the code lists, and here for the same reason: intake counts the days of callbacks on it, the
referral service its deadlines, and neither may ask the other.

domain.md §0.2 and §4.7: a plain Monday-Friday count is wrong for 18.6 % of all five-day periods, in both directions.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

# The one offset of every office of the network; a day is a day there.
CHINA = timezone(timedelta(hours=8))
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Special:
    """A day that is not what its weekday says, or that a holiday names. `source` is the title of the notice."""

    is_workday: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One row of the read model `calendar`. `name` is the holiday's, also on its make-up days; empty otherwise."""

    day: date
    is_workday: bool
    name: str
    source: str
    version: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Published years as data. Days outside them follow Monday-Friday and are provisional."""

    version: str
    first: date
    last: date
    # The next year's notice can still move the days from here on (2019's made 31 December 2018 a holiday).
    provisional_from: date
    specials: Mapping[date, Special]
    # Year -> title of its notice.
    sources: Mapping[int, str]
    edition: str
    # A year that was published is another one since: what was counted on it may not hold any more.
    amended: bool = False

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`."""
        special = self.specials.get(day)
        return day.weekday() < _SATURDAY if special is None else special.is_workday

    def is_provisional(self, day: date) -> bool:
        """Whether a notice that is not published yet can still change what `day` is."""
        return day < self.first or day >= self.provisional_from

    def add_working_days(self, start: date, count: int) -> tuple[date, bool]:
        """The `count`-th working day after `start`, which itself never counts, and whether it is provisional.

        A count of 0 is `start` itself, whatever day that is. Raises ValueError below 0.
        """
        if count < 0:
            raise ValueError("a period has no negative length")
        day, left = start, count
        provisional = False
        while left:
            day += _DAY
            left -= self.is_workday(day)
            provisional = provisional or self.is_provisional(day)
        return day, provisional

    def working_days_before(self, end: date, count: int) -> date:
        """The `count`-th working day before `end`, which itself never counts."""
        day, left = end, count
        while left:
            day -= _DAY
            left -= self.is_workday(day)
        return day

    def next_workday(self, day: date) -> tuple[date, bool]:
        """`day` itself when it is a working day, else the first one after it (民法典 203); and whether provisional."""
        provisional = self.is_provisional(day)
        while not self.is_workday(day):
            day += _DAY
            provisional = provisional or self.is_provisional(day)
        return day, provisional

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not after `start`."""
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def with_year(self, year: int, title: str, days: Mapping[date, tuple[str, bool]]) -> "Calendar":
        """This calendar and one more published year: day -> (holiday, whether it is a working day).

        Raises ValueError when the year is not the next one, or a day is settled already or lies beyond the year.
        """
        last = date(year, 12, 31)
        if year != self.last.year + 1:
            raise ValueError(f"calendar: the next year to publish is {self.last.year + 1}")
        self._within(year, days)
        specials = {**self.specials, **{day: Special(work, name, title) for day, (name, work) in days.items()}}
        # The next notice can reach as far back as this one's predecessors did.
        provisional_from = date(year, self.provisional_from.month, self.provisional_from.day)
        edition = f"{self.edition}+{year}"
        return Calendar(
            version=_version(edition, self.first, provisional_from, specials),
            first=self.first,
            last=last,
            provisional_from=provisional_from,
            specials=specials,
            sources={**self.sources, year: title},
            edition=edition,
            amended=self.amended,
        )

    @property
    def amendable(self) -> tuple[int, int]:
        """The years that can still be amended: the last one published and, while that one has not begun, the current."""
        return self.last.year - 1, self.last.year

    def span(self, year: int) -> tuple[date, date]:
        """The first and the last day that the notice of this year can move."""
        first = self.provisional_from.replace(year=self.provisional_from.year - (self.last.year + 1 - year))
        if year >= self.last.year:
            return first, date(year, 12, 31)
        # From there on it is the next year's notice that counts, and it is published.
        return first, first.replace(year=first.year + 1) - _DAY

    def amend(self, year: int, title: str, days: Mapping[date, tuple[str, bool]]) -> "Calendar":
        """This calendar with another notice in place of the one that a published year had.

        The edition stays: in whatever order the same notices are read, the version is the same. Raises ValueError when
        the year cannot be amended, or a day lies outside what its notice can move.
        """
        if year not in self.amendable:
            raise ValueError("calendar: a year that can be amended is one of {} and {}".format(*self.amendable))
        self._within(year, days)
        specials = {day: each for day, each in self.specials.items() if not self._is_of(year, day, each)}
        specials |= {day: Special(work, name, title) for day, (name, work) in days.items()}
        return replace(
            self,
            version=_version(self.edition, self.first, self.provisional_from, specials),
            specials=specials,
            sources={**self.sources, year: title},
            amended=True,
        )

    def days_of(self, year: int) -> dict[date, bool]:
        """What the notice of this year says as it counts now: day -> whether it is a working day."""
        return {day: each.is_workday for day, each in self.specials.items() if self._is_of(year, day, each)}

    def _is_of(self, year: int, day: date, special: Special) -> bool:
        first, last = self.span(year)
        return first <= day <= last and (day.year == year or special.source == self.sources.get(year))

    def _within(self, year: int, days: Mapping[date, tuple[str, bool]]) -> None:
        first, last = self.span(year)
        if any(not first <= day <= last for day in days):
            raise ValueError(f"calendar: the notice of {year} moves days from {first} to {last}")

    def days(self) -> Iterator[CalendarDay]:
        """Every day of the published years and, provisionally, of the year after: deadlines reach into it."""
        day = self.first
        while day <= date(self.last.year + 1, 12, 31):
            special = self.specials.get(day)
            yield CalendarDay(
                day=day,
                is_workday=self.is_workday(day),
                name=special.name if special else "",
                source=special.source if special else self.sources.get(day.year, ""),
                version=self.version,
                provisional=self.is_provisional(day),
            )
            day += _DAY


@cache
def published() -> Calendar:
    """The calendar that ships with the product, read once."""
    text = files("events").joinpath("calendar.toml").read_text(encoding="utf-8")
    return from_data(tomllib.loads(text))


def from_data(data: Mapping[str, Any]) -> Calendar:
    """Build a calendar from the parsed file. Raises ValueError when it contradicts itself."""
    first, last, provisional_from = data["first"], data["last"], data["provisional_from"]
    if not first <= provisional_from <= last + _DAY:
        raise ValueError("calendar: provisional_from is at the latest the day after the last published one")
    specials: dict[date, Special] = {}
    for notice in data["notice"]:
        for holiday in notice["holidays"]:
            for kind, is_workday in (("off", False), ("work", True)):
                for day in holiday[kind]:
                    if day in specials or not first <= day <= last:
                        raise ValueError(f"calendar: {day} is listed twice or outside {first}..{last}")
                    specials[day] = Special(is_workday, holiday["name"], notice["title"])
    return Calendar(
        version=_version(data["edition"], first, provisional_from, specials),
        first=first,
        last=last,
        provisional_from=provisional_from,
        specials=specials,
        sources={notice["year"]: notice["title"] for notice in data["notice"]},
        edition=data["edition"],
    )


def _version(edition: str, first: date, provisional_from: date, specials: Mapping[date, Special]) -> str:
    # Over the days, not the file: a reworded comment is no new calendar, a moved day always is.
    lines = [f"{first}..{provisional_from}"]
    lines += [f"{day} {special.is_workday:d}" for day, special in sorted(specials.items())]
    return f"{edition}-{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:8]}"
