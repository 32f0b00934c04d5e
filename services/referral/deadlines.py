"""When a period ends: the deadline policies, and the counting rules of domain.md §4.7. Pure but for reading the table.

A period in days ends with its last day, at 24:00 (民法典 203), not at close of business: units report through the
system, and its doors do not close. A due moment is still in time, so it is the day's last microsecond.
"""

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from events.calendar import CHINA, Calendar

LAST_MOMENT = time(23, 59, 59, 999_999, tzinfo=CHINA)

Unit = Literal["minutes", "hours", "natural_days", "working_days", "months"]

_SIGN = {"1": "S1", "2": "S2"}
_URGENT, _COMPLEX = ("1", "2"), "4"
_ANSWERED_SOON = ("consult", "help")


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the table: how long, counted how, for what, and on which basis."""

    id: str
    zh: str
    en: str
    applies: str
    limit: int
    unit: Unit
    basis: str


@dataclass(frozen=True, slots=True)
class Due:
    """The last moment that is still in time, at +08:00. Provisional: a year's calendar is not published yet."""

    at: datetime
    provisional: bool


@cache
def policies() -> Mapping[str, Policy]:
    """The policy table that ships with the product, by id."""
    rows = [Policy(**row) for row in _table()["policy"]]
    by_id = {row.id: row for row in rows}
    if len(by_id) < len(rows) or any(row.limit < 1 or row.unit not in get_args(Unit) for row in rows):
        raise ValueError("deadlines: an id is listed twice, a limit is below 1 or a unit is unknown")
    return by_id


@cache
def edition() -> str:
    """The version of the policy table."""
    return str(_table()["edition"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("services.referral").joinpath("deadlines.toml").read_text(encoding="utf-8"))


def due(policy: str, start: datetime, calendar: Calendar) -> Due:
    """When the period of this policy ends. Raises KeyError for an unknown id, ValueError without an offset."""
    row = policies()[policy]
    return end(row.limit, row.unit, start, calendar)


def end(limit: int, unit: Unit, start: datetime, calendar: Calendar) -> Due:
    """When a period of `limit` units that `start` sets off ends. The day of `start` never counts (民法典 201)."""
    if start.tzinfo is None:
        raise ValueError("a period starts at a moment with an offset")
    start = start.astimezone(CHINA)
    match unit:
        case "minutes":
            return Due(start + timedelta(minutes=limit), provisional=False)
        case "hours":
            return Due(start + timedelta(hours=limit), provisional=False)
        case "working_days":
            return _ends_on(calendar.add_working_days(start.date(), limit))
        case "natural_days":
            return _ends_on(calendar.next_workday(start.date() + timedelta(days=limit)))
        case "months":
            return _ends_on(calendar.next_workday(_months_after(start.date(), limit)))


def sign_policy(urgency: str) -> str:
    """The id of the policy for signing a referral of this urgency."""
    return _SIGN.get(urgency, "S3")


def report_policy(contact_type: str, urgency: str) -> str:
    """The id of the policy for reporting. Urgency decides first: nobody settles a complex plea for help in 3 days."""
    if urgency in _URGENT:
        return "R1"
    if urgency == _COMPLEX:
        return "R4"
    return "R2" if contact_type in _ANSWERED_SOON else "R3"


def _ends_on(last: tuple[date, bool]) -> Due:
    day, provisional = last
    return Due(datetime.combine(day, LAST_MOMENT), provisional)


def _months_after(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    # No corresponding day: the month's last one (民法典 202).
    return date(year, month, min(start.day, monthrange(year, month)[1]))
