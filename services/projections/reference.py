"""Reference data beside the facts: code lists, units, the calendar. Loaded at start, the same for every position."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

import duckdb
from msgspec import Struct

from events.calendar import published
from events.codes import CodeList, Entry, code_list
from services.directory import directory

Row = tuple[Any, ...]
TABLES = {"code": 5, "unit": 4, "calendar": 6, "region_at": 4}


class Reference(Struct, frozen=True):
    """Rows of the reference tables, in the order of their columns (log.py)."""

    code: tuple[Row, ...] = ()
    unit: tuple[Row, ...] = ()
    calendar: tuple[Row, ...] = ()
    region_at: tuple[Row, ...] = ()

    def digest(self) -> str:
        return hashlib.sha256(repr((self.code, self.unit, self.calendar, self.region_at)).encode()).hexdigest()[:12]


def reference() -> Reference:
    """What the code lists, the directory and the calendar say in this version of the code."""
    lists = sorted(each.name[:-5] for each in files("events.codes").iterdir() if each.name.endswith(".toml"))
    return Reference(
        code=tuple((name, each.code, each.zh, each.en, each.group) for name in lists for each in code_list(name)),
        unit=tuple((each.code, each.zh, each.en, each.sector) for each in directory().units),
        calendar=tuple(
            (each.day, each.is_workday, each.name, each.source, each.version, each.provisional)
            for each in published().days()
        ),
        region_at=tuple(areas(code_list("region"))),
    )


def areas(regions: CodeList) -> Iterator[Row]:
    """(place, the area it is counted in, since, until): a town in its county, a county under the code valid on the day.

    A code that was given outside its own years is counted under what stood for it then (domain.md §4.6).
    """
    before = {each.successor: each for each in regions if each.successor}
    for place in regions:
        area: Entry = place
        while area.group == "town":
            parent = regions.get(area.extra["parent"])
            assert parent is not None  # the list names no parent that is not in it
            area = parent
        chain = [area]
        while (earlier := before.get(chain[0].code)) is not None:
            chain.insert(0, earlier)
        while chain[-1].successor is not None:
            later = regions.get(chain[-1].successor)
            assert later is not None  # checked where the list is read
            chain.append(later)
        for each in chain:
            yield place.code, each.code, each.valid_from or date.min, each.valid_to or date.max


def load(cursor: duckdb.DuckDBPyConnection, rows: Reference) -> None:
    """Put the rows in place of those that are there; one statement a table."""
    for table, width in TABLES.items():
        content: Sequence[Row] = getattr(rows, table)
        cursor.execute(f"delete from {table}")
        if content:
            lists = {f"c{at}": [row[at] for row in content] for at in range(width)}
            columns = ", ".join(f"unnest($c{at})" for at in range(width))
            cursor.execute(f"insert into {table} select {columns}", lists)
