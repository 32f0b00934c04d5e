"""For every hidden count, other populations that print the same: found, or more is hidden until they are. Pure."""

from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from services.projections.documents.differencing import Slices
from services.projections.documents.figures import SMALL
from services.projections.documents.printing import UNBOUNDED, Sheet
from services.projections.documents.witness import Found, Key, Walks

# A sum of slices, and what is counted in it.
Watched = tuple[frozenset[int], Key]
# The slice that a contact is added to (or taken from), and the one where the opposite happens, if any.
Where = tuple[int, int | None]


class Leave(Struct, frozen=True):
    """What a search may do: hide more; hide totals with a table of their own; think the new publication unprinted."""

    hiding: bool = False
    tabled: bool = False
    unprinted: bool = False


AS_PRINTED, UNPRINTED = Leave(), Leave(unprinted=True)


class Audit:
    """Hides on `sheet` what has to be hidden, given what is out already.

    A witness once found stays one: hiding more only lets more populations print alike. So each hidden count is done
    when its witnesses are found, and the audit ends when a round hides nothing.
    """

    def __init__(self, sheet: Sheet, slices: Slices) -> None:
        self._sheet = sheet
        self._slices = slices
        self._actual = [dict(counts) for counts in slices.counts]
        self._world = self._actual
        sums = {*slices.inside, *(frozenset({at}) for at in range(len(slices.counts)))}
        sums |= {outer - inner for outer in slices.inside for inner in slices.inside if inner < outer}
        self._sums = sorted(sums, key=sorted)
        # What the new publication says by itself or by subtraction from another.
        new = slices.inside[0]
        self._told_by_new = {
            new,
            frozenset({0}),
            *(new - each for each in slices.inside),
            *(each - new for each in slices.inside),
        }
        self._seen: dict[Watched, set[int]] = {}
        self._hopeless: set[Watched] = set()

    def run(self) -> None:
        keys = sorted(self._sheet.tally.counts, key=lambda key: (len(key), key))
        # Each further round has hidden at least one count more.
        for _ in range(2 * len(keys) + 1):
            before = len(self._sheet.hidden | self._sheet.free)
            for parts in self._sums:
                for key in keys:
                    self._settle((parts, key))
            if len(self._sheet.hidden | self._sheet.free) == before:
                return
        raise AssertionError("a round hid nothing and did not end")

    def _settle(self, watched: Watched) -> None:
        for value in self._wanted(watched):
            if watched not in self._hopeless and not self._is_possible(watched, value, AS_PRINTED):
                self._concede(watched, value)

    def _wanted(self, watched: Watched) -> list[int]:
        """The values that a reader must not be able to rule out; -1: any but the true one."""
        parts, key = watched
        count = _sum(self._actual, parts, key)
        # A table that is withheld is as one that nobody asked for.
        if not key or count < 0 or (parts == self._slices.inside[0] and self._is_withheld(key)):
            return []
        publications = [at for at, inside in enumerate(self._slices.inside) if inside == parts]
        if 0 < count < SMALL:
            # A difference need only stay open; that it may be any of 1-4 is tried for, and given up before a table is.
            every = min(SMALL - 1, _sum(self._actual, parts, ()))
            return [*range(1, 1 + every), *([] if publications else [-1])]
        for at in publications:
            if at == 0 and (key in self._sheet.hidden or key in self._sheet.free):
                return [-1]
            if at > 0 and self._bounds(at, key)[1] == UNBOUNDED:
                return [-1]
        return []

    def _is_withheld(self, key: Key) -> bool:
        dimensions = [dimension for dimension, _ in key]
        crossings = [each for each in self._sheet.tally.crossings if [each.first, each.second] == dimensions]
        return bool(self._sheet.withheld & {*dimensions, *crossings})

    def _concede(self, watched: Watched, value: int) -> None:
        """Give up more and more of the sheet until the value is possible."""
        if watched[0] not in self._told_by_new and not self._is_possible(watched, value, UNPRINTED):
            # What is out has told it already; nothing that is printed now makes it worse.
            self._hopeless.add(watched)
            return
        # "<5" and again "<5" a quarter later already says that fewer than 4 were added: no more is given up for that.
        for tabled in (
            [False, True] if value > 0 and watched[0] not in self._slices.inside else self._concessions(watched[1])
        ):
            # Of a table that is withheld less is wanted.
            if value not in self._wanted(watched) or self._is_possible(watched, value, Leave(True, tabled)):
                return
        if value < 0 or watched[0] in self._slices.inside:
            self._hopeless.add(watched)

    def _concessions(self, key: Key) -> Iterator[bool]:
        """From the cheapest on; True: totals that have a table of their own may be hidden as well."""
        sheet = self._sheet
        crossings = [each for each in sheet.tally.crossings if {each.first, each.second} >= {name for name, _ in key}]
        yield False
        if len(key) == 1:
            yield True
        lines = [(each, dimension, value) for each in crossings for dimension, value in key]
        for line in sorted(lines, key=lambda line: sum(each not in sheet.free for each in sheet.line(*line))):
            if sheet.blank(*line):
                yield False
        yield True
        for crossing in crossings:
            sheet.withhold(crossing)
            yield False
            yield True
        for dimension, _ in key:
            sheet.withhold_dimension(dimension)
            yield True
        sheet.withhold_all()
        yield True

    def _is_possible(self, watched: Watched, value: int, leave: Leave) -> bool:
        """Whether a population prints the same and has this value, or would if what `leave` allows were hidden."""
        parts, key = watched
        actual = _sum(self._actual, parts, key)
        seen = self._seen.setdefault(watched, {actual})
        if value in seen or (value < 0 and len(seen) > 1):
            return True
        targets = [value] if value >= 0 else [actual + 1, actual - 1]
        for target in targets:
            self._world = [dict(counts) for counts in self._actual]
            step = 1 if target > actual else -1
            # Making room moves other counts, and may move this one; no way is longer than the way there and back.
            for _ in range(2 * SMALL):
                if _sum(self._world, parts, key) == target:
                    return True
                if not (self._move(watched, step, leave) or self._make_room(watched, step, leave)):
                    break
        return False

    def _make_room(self, watched: Watched, step: int, leave: Leave) -> bool:
        """Let another slice give way in one of the lines first: a half-year's “<5” leaves a quarter no room otherwise."""
        parts, key = watched
        for at in (each for each in range(len(self._world)) if each not in parts):
            for line in key:
                before = [dict(counts) for counts in self._world]
                if self._move((frozenset({at}), (line,)), -step, leave) and self._move(watched, step, leave):
                    return True
                self._world = before
        return False

    def _move(self, watched: Watched, step: int, leave: Leave) -> bool:
        """One contact more or less in the watched slices: in one alone, or for one less or more in another slice."""
        parts, key = watched
        found: list[tuple[Found, Where]] = []
        for at in sorted(parts):
            for against in (None, *(each for each in range(len(self._world)) if each not in parts)):
                where: Where = (at, against)
                crossings, values = self._sheet.tally.crossings, self._sheet.tally.values
                walk = Walks(crossings, values, partial(self._price, where, leave)).cheapest(key, step)
                if walk is not None:
                    found.append((walk, where))
        if not found:
            return False
        # The shortest of the cheapest; between equals, the first that was tried.
        (_, change), where = min(found, key=lambda each: (each[0][0], len(each[0][1])))
        if leave.hiding:
            changed = {key for key in change if _effect(where, self._slices.inside[0])}
            self._sheet.hidden |= {key for key in changed if self._sheet.bounds(key)[0] == self._sheet.bounds(key)[1]}
        for each, by in change.items():
            self._world[where[0]][each] += by
            if where[1] is not None:
                self._world[where[1]][each] -= by
        return self._stands(where, change, leave)

    def _stands(self, where: Where, change: dict[Key, int], leave: Leave) -> bool:
        """Whether the changed population still prints the same; it is remembered if it does."""
        fits = all(counts[key] >= 0 for counts in self._world for key in change) and all(
            low <= _sum(self._world, inside, key) <= high
            for publication, inside in enumerate(self._slices.inside)
            if _effect(where, inside) and not (leave.unprinted and publication == 0)
            for key in change
            for low, high in [self._bounds(publication, key)]
        )
        if fits and not leave.unprinted:
            for parts in self._sums:
                for key in change if _effect(where, parts) else ():
                    seen = self._seen.setdefault((parts, key), {_sum(self._actual, parts, key)})
                    seen.add(_sum(self._world, parts, key))
        return fits

    def _bounds(self, publication: int, key: Key) -> tuple[int, int]:
        before = self._slices.publications[publication]
        return self._sheet.bounds(key) if before is None else before.bounds[key]

    def _price(self, where: Where, leave: Leave, key: Key, step: int) -> int | None:
        at, against = where
        if self._world[at][key] + step < 0 or (against is not None and self._world[against][key] - step < 0):
            return None
        cost = 0
        for publication, inside in enumerate(self._slices.inside):
            effect = step * _effect(where, inside)
            if effect == 0 or (leave.unprinted and publication == 0):
                continue
            value = _sum(self._world, inside, key) + effect
            low, high = self._bounds(publication, key)
            if low <= value <= high:
                continue
            if publication > 0 or not leave.hiding or low != high or low < SMALL or value < SMALL:
                return None
            if self._sheet.is_tabled(key) and not leave.tabled:
                return None
            cost += self._sheet.cost(key)
        return cost


def _effect(where: Where, parts: frozenset[int]) -> int:
    return (where[0] in parts) - (where[1] in parts)


def _sum(world: list[dict[Key, int]], parts: frozenset[int], key: Key) -> int:
    return sum(world[at][key] for at in parts)
