"""A period on the command line: 2026-01-12..2026-06-30, both days included."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import click
from msgspec import Struct

from services.console.output import USAGE
from services.console.session import Session


class Period(Struct, frozen=True):
    start: date
    end: date

    @property
    def params(self) -> dict[str, str]:
        """As a query takes it."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    @property
    def preceding(self) -> "Period":
        """As many days before it."""
        return Period(self.start - (self.end - self.start) - timedelta(days=1), self.start - timedelta(days=1))

    @property
    def year_before(self) -> "Period":
        """The same days a year before; 29 February is the 28th there."""
        return Period(_year_before(self.start), _year_before(self.end))

    def nests(self, other: "Period") -> bool:
        """Whether one of the two lies in the other."""
        return (self.start <= other.start and other.end <= self.end) or (
            other.start <= self.start and self.end <= other.end
        )


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def PERIOD(required: bool) -> Callable[[Any], Any]:
    return click.option(
        "--period", required=required, metavar="FROM..TO", help="期间，如 2026-01-12..2026-06-30。 The period."
    )


def read_period(session: Session, text: str) -> Period:
    """The period that a text names; anything else ends the program with a sentence and exit code 2."""
    try:
        first, last = (date.fromisoformat(part) for part in text.split(".."))
    except ValueError:
        session.fail(
            USAGE,
            "period.malformed",
            "期间写作 2026-01-12..2026-06-30。",
            "Write the period as 2026-01-12..2026-06-30.",
        )
    if last < first:
        session.fail(USAGE, "period.reversed", "期间的截止日早于起始日。", "The period ends before it begins.")
    return Period(first, last)
