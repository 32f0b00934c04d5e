"""A reader who holds every published table and an integer programme: how far can a hidden count be narrowed?

Written apart from the product on purpose: it knows the note under a table, and nothing of how cells were chosen.
Its unknowns are the contacts themselves, one count for each combination of all dimensions.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from services.projections.documents.suppression import FEW, HIDDEN, TOTAL, Table

Cells = Mapping[tuple[str, str], str]
ENDLESS = np.inf


def said(table: Table, cells: Cells, place: tuple[str, str]) -> tuple[float, float]:
    """The bounds of one printed cell, by the note under the table."""
    shown = cells[place]
    if shown == FEW:
        return 1, 4
    if shown != HIDDEN:
        return int(shown), int(shown)
    row, column = place
    if all(each == HIDDEN for each in cells.values()):
        return 0, ENDLESS
    if table.column_dimension is None:
        return 5, ENDLESS
    if TOTAL in place:
        margins = [
            cells[each] for each in cells if (each[0] == TOTAL, each[1] == TOTAL) == (row == TOTAL, column == TOTAL)
        ]
        return (0 if all(each == HIDDEN for each in margins) else 5), ENDLESS
    across = [cells[row, each] for each in table.columns if cells[TOTAL, each] != "0"]
    down = [cells[each, column] for each in table.rows if cells[each, TOTAL] != "0"]
    blank = all(each == HIDDEN for each in across) or all(each == HIDDEN for each in down)
    return (0 if blank else 5), ENDLESS


class Attack:
    """All that some publications say, as one integer programme.

    parts: for each publication, which of the disjoint periods it counts; (tables, printed, total shown, parts).
    """

    def __init__(self, *published: tuple[Sequence[Table], Mapping[str, Cells], str, set[int]]) -> None:
        values: dict[str, set[str]] = {}
        for tables, _, _, _ in published:
            for table in tables:
                values.setdefault(table.row_dimension, set()).update(table.rows)
                if table.column_dimension is not None:
                    values.setdefault(table.column_dimension, set()).update(table.columns)
        self.dimensions = sorted(values)
        periods = sorted({part for _, _, _, parts in published for part in parts})
        self.people = list(product(periods, *(sorted(values[each]) for each in self.dimensions)))
        rows: list[np.ndarray[Any, Any]] = []
        low: list[float] = []
        high: list[float] = []
        for tables, printed, total, parts in published:
            rows.append(self._who(parts))
            low.append(1 if total == FEW else int(total))
            high.append(4 if total == FEW else int(total))
            for table in tables:
                for place in printed[table.name]:
                    bounds = said(table, printed[table.name], place)
                    rows.append(self.counted(table, place, parts))
                    low.append(bounds[0])
                    high.append(bounds[1])
        self.constraint = LinearConstraint(csr_matrix(np.array(rows)), low, high)

    def _who(self, parts: set[int], having: Mapping[str, str] | None = None) -> np.ndarray[Any, Any]:
        wanted = [(1 + self.dimensions.index(name), value) for name, value in (having or {}).items()]
        return np.array(
            [float(each[0] in parts and all(each[at] == value for at, value in wanted)) for each in self.people]
        )

    def counted(self, table: Table, place: tuple[str, str], parts: set[int]) -> np.ndarray[Any, Any]:
        """Who stands in a cell."""
        having = {table.row_dimension: place[0]} if place[0] != TOTAL else {}
        if table.column_dimension is not None and place[1] != TOTAL:
            having[table.column_dimension] = place[1]
        return self._who(parts, having)

    def range(self, who: np.ndarray[Any, Any]) -> tuple[int, int]:
        """The lowest and the highest count of them that all print allows; ENDLESS prints as a million."""
        ends = []
        for sign in (1, -1):
            # HiGHS simplifies wrongly at times: with presolve it called 3 the lowest count where 1 was possible (seed 328).
            solved = milp(
                sign * who,
                constraints=self.constraint,
                integrality=np.ones(len(who)),
                bounds=Bounds(0, 10**6),
                options={"presolve": False},
            )
            assert solved.success, solved.message
            contacts = np.round(solved.x)
            told = self.constraint.A @ contacts
            assert (told >= self.constraint.lb).all() and (told <= self.constraint.ub).all()
            ends.append(round(who @ contacts))
        return ends[0], ends[1]
