"""What a set of tables counts and which of it is printed. Pure. docs/decisions/0014-small-cells.md."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from services.projections.documents.figures import SMALL
from services.projections.documents.witness import Crossing, Key, forest

# The column of a one-way table; the line of a two-way table that holds its margins.
TOTAL = ""
FEW = f"<{SMALL}"
HIDDEN = "·"
# More contacts than any city has: no upper bound.
UNBOUNDED = 10**9
# What it costs to hide a number, beyond its size: a total more than a cell, a total that has a table of its own most.
MARGIN, TABLED = 25, 1000

Printed = Mapping[tuple[str, str], str]


class Table(Struct, frozen=True):
    """Counts of contacts by one dimension, or by two. Each contact stands in exactly one cell.

    counts: (row, column) -> contacts; the column of a one-way table is TOTAL; what is left out counts 0.
    """

    name: str
    row_dimension: str
    column_dimension: str | None
    rows: Sequence[str]
    columns: Sequence[str]
    counts: Mapping[tuple[str, str], int]

    def key(self, row: str, column: str) -> Key:
        """What a cell counts, whatever table it stands in."""
        at = [(self.row_dimension, row)] if row != TOTAL else []
        if self.column_dimension is not None and column != TOTAL:
            at.append((self.column_dimension, column))
        return tuple(sorted(at))

    def cells(self) -> Iterable[tuple[str, str]]:
        """Every place that is printed: the cells, and a two-way table's margins."""
        if self.column_dimension is None:
            return [(row, TOTAL) for row in self.rows]
        inside = [(row, column) for row in self.rows for column in (*self.columns, TOTAL)]
        return [*inside, *((TOTAL, column) for column in self.columns)]

    def crossing(self) -> Crossing | None:
        if self.column_dimension is None:
            return None
        return Crossing(*sorted((self.row_dimension, self.column_dimension)))


class Tally(Struct, frozen=True):
    """All counts of one publication: the tables' cells and every margin, each once."""

    values: Mapping[str, tuple[str, ...]]
    crossings: tuple[Crossing, ...]
    counts: Mapping[Key, int]
    # Dimensions that have a one-way table: their totals are wanted most.
    tabled: frozenset[str]


def tally(tables: Sequence[Table], total: int) -> Tally:
    """Count once what stands in several tables. Raises ValueError when two tables cannot count the same contacts."""
    values: dict[str, set[str]] = {}
    counts: dict[Key, int] = {(): total}

    def agree(key: Key, count: int) -> None:
        if counts.setdefault(key, count) != count or count < 0:
            raise ValueError(f"{key}: {count} in one table, {counts[key]} in another")

    sizes: list[tuple[int, Crossing]] = []
    for table in tables:
        columns = table.columns if table.column_dimension is not None else (TOTAL,)
        values.setdefault(table.row_dimension, set()).update(table.rows)
        for row in table.rows:
            agree(table.key(row, TOTAL), sum(table.counts.get((row, column), 0) for column in columns))
        crossing = table.crossing()
        if crossing is not None and table.column_dimension is not None:
            values.setdefault(table.column_dimension, set()).update(table.columns)
            sizes.append((len(table.rows) * len(columns), crossing))
            for column in columns:
                agree(table.key(TOTAL, column), sum(table.counts.get((row, column), 0) for row in table.rows))
                for row in table.rows:
                    agree(table.key(row, column), table.counts.get((row, column), 0))
        if sum(table.counts.values()) != total or sum(counts[table.key(row, TOTAL)] for row in table.rows) != total:
            raise ValueError(f"{table.name} does not add up to {total}")
    kept = forest(sizes)
    ordered = {dimension: tuple(sorted(names)) for dimension, names in sorted(values.items())}
    for dimension, names in ordered.items():
        for name in names:
            counts.setdefault(((dimension, name),), 0)
    for crossing in kept:
        for first in ordered[crossing.first]:
            for second in ordered[crossing.second]:
                counts.setdefault(((crossing.first, first), (crossing.second, second)), 0)
    tabled = frozenset(table.row_dimension for table in tables if table.column_dimension is None)
    return Tally(ordered, kept, counts, tabled)


class Sheet:
    """Which counts of a tally print, and between which bounds a reader has to look for the others.

    A line (or table, or dimension) that is not broken down prints “·” throughout, its zeros too: anything may stand
    there. Elsewhere “<5” says 1-4 and “·” says 5 or more, because 1-4 would print “<5” and 0 prints as 0.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.hidden = {key for key, count in tally.counts.items() if 0 < count < SMALL}
        self.free: set[Key] = set()
        self.withheld: set[Crossing | str] = set()
        for crossing in tally.crossings:
            for dimension in (crossing.first, crossing.second):
                for value in tally.values[dimension]:
                    if self._points_at_a_group(crossing, dimension, value):
                        self.blank(crossing, dimension, value)

    def bounds(self, key: Key) -> tuple[int, int]:
        """The lowest and the highest count that a reader of this sheet alone can think of."""
        count = self.tally.counts[key]
        if key in self.free:
            return 0, UNBOUNDED
        if key not in self.hidden:
            return count, count
        return (1, SMALL - 1) if count < SMALL else (SMALL, UNBOUNDED)

    def shown(self, key: Key) -> str:
        if key in self.free or (key in self.hidden and self.tally.counts[key] >= SMALL):
            return HIDDEN
        return FEW if key in self.hidden else str(self.tally.counts[key])

    def is_tabled(self, key: Key) -> bool:
        return len(key) == 1 and key[0][0] in self.tally.tabled

    def cost(self, key: Key) -> int:
        """What the sheet loses when this count is hidden: the smallest first, a total of its own table last."""
        beyond = 0 if len(key) > 1 else TABLED if self.is_tabled(key) else MARGIN
        return self.tally.counts[key] + beyond

    def line(self, crossing: Crossing, dimension: str, value: str) -> list[Key]:
        """A line's cells, without those of values that nobody has: everyone sees that they are 0."""
        other = crossing.across(dimension)
        inside = (other_value for other_value in self.tally.values[other] if self.tally.counts[((other, other_value),)])
        return [tuple(sorted(((dimension, value), (other, each)))) for each in inside]

    def blank(self, crossing: Crossing, dimension: str, value: str) -> bool:
        """Do not break this line down. False: it was not."""
        line = set(self.line(crossing, dimension, value)) if self.tally.counts[((dimension, value),)] else set()
        new = line - self.free
        self.free |= new
        return bool(new)

    def withhold(self, crossing: Crossing) -> None:
        """Do not print this table; a margin that had no other place is gone with it."""
        self.withheld.add(crossing)
        self.free |= {key for key in self.tally.counts if _of(key) == (crossing.first, crossing.second)}
        for dimension in (crossing.first, crossing.second):
            others = [each for each in self.tally.crossings if dimension in (each.first, each.second)]
            if dimension not in self.tally.tabled and self.withheld.issuperset(others):
                self.withhold_dimension(dimension)

    def withhold_dimension(self, dimension: str) -> None:
        """Print nothing by this dimension."""
        if dimension in self.withheld:
            return
        self.withheld.add(dimension)
        self.free |= {key for key in self.tally.counts if _of(key) == (dimension,)}
        for crossing in self.tally.crossings:
            if dimension in (crossing.first, crossing.second):
                self.withhold(crossing)

    def withhold_all(self) -> None:
        for dimension in self.tally.values:
            self.withhold_dimension(dimension)

    def printed(self, table: Table) -> dict[tuple[str, str], str]:
        crossing = table.crossing()
        gone = (
            table.row_dimension in self.withheld
            if crossing is None
            else crossing in self.withheld or crossing not in self.tally.crossings
        )
        return {place: HIDDEN if gone else self.shown(table.key(*place)) for place in table.cells()}

    def _points_at_a_group(self, crossing: Crossing, dimension: str, value: str) -> bool:
        """Whoever is known to be one of 1-4, or one of a group that all have one thing, would be told apart by zeros."""
        count = self.tally.counts[((dimension, value),)]
        line = self.line(crossing, dimension, value)
        alike = len(line) > 1 and sum(bool(self.tally.counts[key]) for key in line) == 1
        return 0 < count < SMALL or (count > 0 and alike)


def _of(key: Key) -> tuple[str, ...]:
    return tuple(dimension for dimension, _ in key)
