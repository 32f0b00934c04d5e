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
from typing import Any, Literal, TypeVar, get_args

from events.calendar import CHINA, Calendar

LAST_MOMENT = time(23, 59, 59, 999_999, tzinfo=CHINA)

ALWAYS = date.min
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
    basis_en: str
    valid_from: date = date.min


@dataclass(frozen=True, slots=True)
class Bound:
    """How often or how long at most."""

    id: str
    zh: str
    en: str
    applies: str
    limit: int
    unit: Literal["times", "working_days"]
    basis: str
    basis_en: str
    valid_from: date = date.min


@dataclass(frozen=True, slots=True)
class Due:
    """The last moment that is still in time, at +08:00. Provisional: a year's calendar is not published yet."""

    at: datetime
    provisional: bool


Row = TypeVar("Row", Policy, Bound)


def policies(day: date) -> Mapping[str, Policy]:
    """The policies in force on `day`, by id."""
    return _in_force(_table().policies, day)


def bounds(day: date) -> Mapping[str, Bound]:
    """The bounds in force on `day`, by id."""
    return _in_force(_table().bounds, day)


@cache
def bases() -> Mapping[str, str]:
    """Every basis that a row of the table ever had: the Chinese text -> the English one."""
    rows: tuple[Policy | Bound, ...] = (*_table().policies, *_table().bounds)
    return {row.basis: row.basis_en for row in rows}


def _in_force(rows: tuple[Row, ...], day: date) -> Mapping[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        before = found.get(row.id)
        if row.valid_from <= day and (before is None or before.valid_from < row.valid_from):
            found[row.id] = row
    return found


def edition(day: date) -> str:
    """The version of the policy table in force on `day`; before the first edition, the first."""
    editions = _table().editions
    return next((version for valid_from, version in reversed(editions) if valid_from <= day), editions[0][1])


@dataclass(frozen=True, slots=True)
class Table:
    """The parsed file. `editions`: (valid from, version), in order."""

    editions: tuple[tuple[date, str], ...]
    policies: tuple[Policy, ...]
    bounds: tuple[Bound, ...]


@cache
def _table() -> Table:
    return table(tomllib.loads(files("services").joinpath("deadlines.toml").read_text(encoding="utf-8")))


def table(data: Mapping[str, Any]) -> Table:
    """Build the table from the parsed file. Raises ValueError when it contradicts itself."""
    editions = tuple((row["valid_from"], str(row["version"])) for row in data["edition"])
    policies = tuple(Policy(**row) for row in data["policy"])
    bounds = tuple(Bound(**row) for row in data.get("bound", ()))
    rows: tuple[Policy | Bound, ...] = (*policies, *bounds)
    if (
        not editions
        or list(editions) != sorted(set(editions))
        or len({version for _, version in editions}) < len(editions)
    ):
        raise ValueError("deadlines: editions follow each other, each with its own version")
    if len({(row.id, row.valid_from) for row in rows}) < len(rows):
        raise ValueError("deadlines: an id is listed twice from the same day on")
    if len({(row.basis, row.basis_en) for row in rows}) > len({row.basis for row in rows}):
        raise ValueError("deadlines: one basis has two English forms")
    if any(row.limit < 1 or row.unit not in get_args(Unit) for row in policies):
        raise ValueError("deadlines: a limit is below 1 or a unit is unknown")
    # A changed row without an edition of its day would leave commits that name the old version.
    if {row.valid_from for row in rows} - {ALWAYS, *(valid_from for valid_from, _ in editions)}:
        raise ValueError("deadlines: a row is valid from the first day of an edition")
    return Table(editions, policies, bounds)


def due(policy: str, start: datetime, calendar: Calendar) -> Due:
    """When the period of this policy, as in force on the day of `start`, ends.

    Raises KeyError for an unknown id, ValueError without an offset.
    """
    if start.tzinfo is None:
        raise ValueError("a period starts at a moment with an offset")
    row = policies(start.astimezone(CHINA).date())[policy]
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
