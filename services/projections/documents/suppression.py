"""Small cells that cannot be found out: what of a publication's tables may be printed. Pure, deterministic.

统计法 28; domain.md §5, "Small cells". What is promised, how, and what is not: docs/decisions/0014-small-cells.md.
"""

from collections.abc import Mapping, Sequence

from services.projections.documents.audit import Audit
from services.projections.documents.differencing import (
    ALWAYS,
    Days,
    Earlier,
    cut,
    read_back,
    told_by_difference,
    widened,
)
from services.projections.documents.figures import SMALL
from services.projections.documents.printing import FEW, HIDDEN, TOTAL, Printed, Sheet, Table, tally

__all__ = ["FEW", "HIDDEN", "TOTAL", "Earlier", "Table", "figure", "printable", "protect", "whole", "withheld"]

YES, NO = "yes", "no"


def protect(
    tables: Sequence[Table], total: int, published_before: Sequence[Earlier] = (), days: Days = ALWAYS
) -> dict[str, dict[tuple[str, str], str]]:
    """Each table's cells as printed, by name: a number, “<5” for 1-4, “·” for what would give a hidden one away.

    tables: all that one publication prints about the same `total` contacts, figures in running text included (see
        `figure`). Two-way tables come back with their margins, at (row, TOTAL) and (TOTAL, column).
    published_before: what is out already; `days` is this publication's period, and decides what can be subtracted.

    Zero prints as 0: that nobody called about something tells nothing about anybody, unless it tells what a small
    group did instead. So a line of 1-4 contacts is not broken down at all (all “·”, zeros too), nor is one whose
    contacts are all alike, nor is a publication about 1-4 contacts, or one that adds 1-4 to an earlier one.

    A table that is all “·” is `withheld`. Raises ValueError when the tables cannot count the same contacts.
    """
    printed: dict[str, dict[tuple[str, str], str]] = {}
    for part in _linked(tables):
        printed |= _protect(part, total, published_before, days)
    return {table.name: printed[table.name] for table in tables}


def whole(total: int) -> str:
    """The number of all contacts as printed."""
    return FEW if 0 < total < SMALL else str(total)


def withheld(printed: Printed) -> bool:
    """Whether a table says nothing: print “本表数据较少，不予发布” instead."""
    return all(shown == HIDDEN for shown in printed.values())


def figure(name: str, count: int, total: int) -> Table:
    """A figure of running text, `count` of `total`, as the one-way table that it is: it also says how many are not."""
    return Table(name, name, None, (YES, NO), (), {(YES, TOTAL): count, (NO, TOTAL): total - count})


def printable(figures: Mapping[str, int], total: int) -> dict[str, str]:
    """Figures of running text that stand beside a total, as printed; they may overlap each other."""
    printed = protect([figure(name, count, total) for name, count in figures.items()], total)
    return {name: cells[YES, TOTAL] for name, cells in printed.items()}


def _linked(tables: Sequence[Table]) -> list[list[Table]]:
    """The tables in groups that share no dimension: beyond the total, one group says nothing about another."""
    groups: list[list[Table]] = []
    for table in tables:
        own = {table.row_dimension, table.column_dimension} - {None}
        touched = [
            group for group in groups if any({each.row_dimension, each.column_dimension} & own for each in group)
        ]
        groups = [group for group in groups if group not in touched]
        groups.append([*(each for group in touched for each in group), table])
    return groups


def _protect(
    tables: Sequence[Table], total: int, published_before: Sequence[Earlier], days: Days
) -> dict[str, dict[tuple[str, str], str]]:
    new = tally(widened(tables, published_before), total)
    before = [read_back(each, new) for each in published_before]
    sheet, slices = Sheet(new), cut(new, days, before)
    if any(0 < slices.counts[at][()] < SMALL for at in slices.next_to_new) or 0 < total < SMALL:
        sheet.withhold_all()
    sheet.hidden |= {key for key in told_by_difference(new, days, before, slices.publications) if new.counts[key]}
    Audit(sheet, slices).run()
    return {table.name: sheet.printed(table) for table in tables}
