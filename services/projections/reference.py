"""Reference data beside the facts: code lists, units, the calendar. Loaded at start, the same for every position."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import duckdb
from msgspec import Struct

from events.calendar import published
from events.codes import code_list
from services.directory import directory

Row = tuple[Any, ...]
TABLES = {"code": 5, "unit": 4, "calendar": 6}


class Reference(Struct, frozen=True):
    """Rows of the reference tables, in the order of their columns (log.py)."""

    code: tuple[Row, ...] = ()
    unit: tuple[Row, ...] = ()
    calendar: tuple[Row, ...] = ()

    def digest(self) -> str:
        return hashlib.sha256(repr((self.code, self.unit, self.calendar)).encode()).hexdigest()[:12]


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
    )


def load(cursor: duckdb.DuckDBPyConnection, rows: Reference) -> None:
    """Put the rows in place of those that are there; one statement a table."""
    for table, width in TABLES.items():
        content: Sequence[Row] = getattr(rows, table)
        cursor.execute(f"delete from {table}")
        if content:
            lists = {f"c{at}": [row[at] for row in content] for at in range(width)}
            columns = ", ".join(f"unnest($c{at})" for at in range(width))
            cursor.execute(f"insert into {table} select {columns}", lists)
