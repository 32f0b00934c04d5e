"""What publications of several periods say together: their contacts cut into slices, and the bounds of each. Pure.

A half-year is its first quarter and the rest: whoever holds both briefings can subtract. So the contacts are cut into
the slices that lie between publications, each slice counts 0 or more, and each publication is a sum of slices.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from services.projections.documents.figures import SMALL
from services.projections.documents.printing import FEW, HIDDEN, TOTAL, UNBOUNDED, Printed, Table, Tally, tally
from services.projections.documents.witness import Key

# First and last day, both included.
Days = tuple[date, date]
ALWAYS: Days = (date.min, date.max)
Bounds = Mapping[Key, tuple[int, int]]


class Earlier(Struct, frozen=True):
    """A publication that is out: its days, what it counted and what it printed (as `protect` gave it)."""

    days: Days
    tables: Sequence[Table]
    total: int
    printed: Mapping[str, Printed]


class Before(Struct, frozen=True):
    """An earlier publication's counts in the new one's terms, and between which bounds its readers have to look."""

    days: Days
    counts: Mapping[Key, int]
    bounds: Bounds
    # It broke the contacts down exactly as the new one does: what it left open can be followed from count to count.
    alike: bool


def contains(outer: Days, inner: Days) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def widened(tables: Sequence[Table], before: Sequence[Earlier]) -> list[Table]:
    """The tables with every value that an earlier one listed: a row that is gone counts 0."""
    listed: dict[str, set[str]] = {}
    for table in (*tables, *(each for earlier in before for each in earlier.tables)):
        listed.setdefault(table.row_dimension, set()).update(table.rows)
        if table.column_dimension is not None:
            listed.setdefault(table.column_dimension, set()).update(table.columns)
    return [
        Table(
            table.name,
            table.row_dimension,
            table.column_dimension,
            sorted(listed[table.row_dimension]),
            sorted(listed[table.column_dimension]) if table.column_dimension is not None else (),
            table.counts,
        )
        for table in tables
    ]


def read_back(earlier: Earlier, new: Tally) -> Before:
    """An earlier publication as its readers have it, for the counts that the new one shares."""
    touching = [each for each in earlier.tables if {each.row_dimension, each.column_dimension} & new.values.keys()]
    then = tally(touching, earlier.total)
    bounds: dict[Key, tuple[int, int]] = {}
    for table in touching:
        printed = earlier.printed[table.name]
        for place in printed:
            key, said = table.key(*place), _said(table, printed, place)
            low, high = bounds.get(key, (0, UNBOUNDED))
            bounds[key] = max(low, said[0]), min(high, said[1])
    shared = new.counts.keys() & then.counts.keys()
    return Before(
        days=earlier.days,
        counts={key: then.counts.get(key, 0) for key in new.counts},
        bounds={key: bounds.get(key, (0, UNBOUNDED) if key in shared else (0, 0)) for key in new.counts},
        alike=then.values.keys() == new.values.keys() and set(then.crossings) == set(new.crossings),
    )


def _said(table: Table, printed: Printed, place: tuple[str, str]) -> tuple[int, int]:
    """The bounds that a printed cell sets: a “·” in a line that prints nothing else may be anything."""
    row, column = place
    if printed[place] == FEW:
        return 1, SMALL - 1
    if printed[place] != HIDDEN:
        return int(printed[place]), int(printed[place])
    if TOTAL in place:
        line = [each for each in printed if [part == TOTAL for part in each] == [part == TOTAL for part in place]]
        unsaid = all(printed[each] == HIDDEN for each in line)
    else:
        across = (printed[row, each] == HIDDEN or printed[TOTAL, each] == "0" for each in table.columns)
        down = (printed[each, column] == HIDDEN or printed[each, TOTAL] == "0" for each in table.rows)
        unsaid = all(across) or all(down)
    return (0 if unsaid else SMALL), UNBOUNDED


class Slices(Struct, frozen=True):
    """Publications (the new one first) cut into disjoint slices: slice i holds what no later-cut part of i holds.

    counts: of each slice; inside: for each publication, the slices that it is the sum of.
    """

    publications: tuple[Before | None, ...]
    counts: tuple[Mapping[Key, int], ...]
    inside: tuple[frozenset[int], ...]
    # Slices by which the new publication differs from the next larger or smaller one.
    next_to_new: frozenset[int]


def cut(new: Tally, days: Days, before: Sequence[Before]) -> Slices:
    """Cut the contacts by all publications whose periods are nested or apart and whose counts never shrink.

    Left out, because nothing can be subtracted: a period that only overlaps (what both share may be nothing), an
    edition that was corrected since.
    """
    kept = _cut([(days, new.counts)], [None])
    for each in reversed(before):
        out = [one for one in kept.publications if one]
        if not each.alike or not all(_nested(each.days, other) for other in (days, *(one.days for one in out))):
            continue
        counted = [(days, new.counts), *((one.days, one.counts) for one in (*out, each))]
        tried = _cut(counted, [*kept.publications, each])
        if all(count >= 0 for counts in tried.counts for count in counts.values()):
            kept = tried
    return kept


def _nested(one: Days, other: Days) -> bool:
    if one == other:
        return False
    return contains(one, other) or contains(other, one) or one[1] < other[0] or other[1] < one[0]


def _cut(counted: Sequence[tuple[Days, Mapping[Key, int]]], publications: Sequence[Before | None]) -> Slices:
    inside = [frozenset(i for i, (days, _) in enumerate(counted) if contains(own, days)) for own, _ in counted]
    # What lies directly inside: not inside anything else that lies inside.
    direct = [
        {i for i in parts - {at} if not any(i in inside[j] for j in parts - {at, i})} for at, parts in enumerate(inside)
    ]
    counts = [
        {key: count - sum(counted[i][1][key] for i in direct[at]) for key, count in own.items()}
        for at, (_, own) in enumerate(counted)
    ]
    next_to_new = {0, *(at for at, parts in enumerate(direct) if 0 in parts)}
    return Slices(tuple(publications), tuple(counts), tuple(inside), frozenset(next_to_new))


def told_by_difference(new: Tally, days: Days, before: Sequence[Before], followed: Sequence[Before | None]) -> set[Key]:
    """Counts that may not be printed again: they changed by 1-4 since an edition that cannot be followed slice by slice."""
    told: set[Key] = set()
    for each in before:
        if any(each is one for one in followed) or not (contains(days, each.days) or contains(each.days, days)):
            continue
        for key, count in new.counts.items():
            if 0 < abs(count - each.counts[key]) < SMALL and each.bounds[key] != (0, UNBOUNDED) and key:
                told.add(key)
    return told
