"""The policies of intake, each with its basis, and the moments that follow from them. Pure but for reading the table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from events.calendar import CHINA, published
from events.codes import code_list

# The last moment of a day is still in time.
LAST_MOMENT = time(23, 59, 59, 999_999, tzinfo=CHINA)
Unit = Literal["minutes", "natural_days", "working_days"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the table."""

    id: str
    zh: str
    en: str
    limit: int
    unit: Unit
    basis: str


@cache
def policies() -> Mapping[str, Policy]:
    """The table that ships with the product, by id."""
    rows = [Policy(**row) for row in _table()["policy"]]
    by_id = {row.id: row for row in rows}
    if len(by_id) < len(rows) or any(row.limit < 1 or row.unit not in get_args(Unit) for row in rows):
        raise ValueError("intake policies: an id is listed twice, a limit is below 1 or a unit is unknown")
    return by_id


@cache
def edition() -> str:
    """The version of the table."""
    return str(_table()["edition"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("services.intake").joinpath("policies.toml").read_text(encoding="utf-8"))


def due(policy: str, start: datetime) -> datetime:
    """The last moment that is in time. The day of `start` never counts (民法典 201)."""
    row = policies()[policy]
    start = start.astimezone(CHINA)
    if row.unit == "minutes":
        return start + timedelta(minutes=row.limit)
    if row.unit == "working_days":
        day, _ = published().add_working_days(start.date(), row.limit)
    else:
        day, _ = published().next_workday(start.date() + timedelta(days=row.limit))
    return datetime.combine(day, LAST_MOMENT)


def review_day(outcome: str, start: date) -> date | None:
    """The day on which it is asked whether an outcome still holds; None when the list names no policy for it."""
    entry = code_list("outcome").get(outcome)
    policy = entry.extra.get("review") if entry else None
    if policy is None:
        return None
    return due(policy, datetime.combine(start, time(12), CHINA)).date()
