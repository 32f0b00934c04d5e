"""Another population that would have been printed alike: the search for a witness. Pure, exact integers. docs 0014.

A printed publication gives nothing away about a hidden count if other populations print the same and differ in it.
This module moves one contact at a time from one value to another. In a table that is a walk which takes one from a
cell of a row, gives one to a cell of the same column, and so on until every line adds up again; a hidden margin may
change on the way if all other tables that share its dimension can follow. The tables form a forest over their
dimensions, so following never comes back, and tables that agree on their margins always have a population.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

# What is counted: (), everybody; one (dimension, value); or two of them, the smaller dimension first.
Key = tuple[tuple[str, str], ...]
# How the counts change.
Change = Mapping[Key, int]
# What it costs to change a count by +1 or -1: None, it cannot; 0, nobody would see it; else, what must be hidden first.
Price = Callable[[Key, int], int | None]


class Crossing(Struct, frozen=True):
    """Two dimensions that one table crosses, the smaller name first."""

    first: str
    second: str

    def across(self, dimension: str) -> str:
        return self.second if dimension == self.first else self.first


# (0, value): this value of the first dimension has one too many; (1, value): this one of the second has one too few.
Node = tuple[int, str]
State = tuple[Node, bool, bool]
Found = tuple[int, dict[Key, int]]
# A shift counts as so many cells: other tables have to follow.
SHIFT = 3


class Walks:
    """The walks in one population at one set of prices."""

    def __init__(self, crossings: Sequence[Crossing], values: Mapping[str, Sequence[str]], price: Price) -> None:
        self._crossings = crossings
        self._values = values
        self._price = price
        self._prices: dict[tuple[Key, int], int | None] = {}
        self._shifts: dict[tuple[str, str, str, Crossing | None], Found | None] = {}

    def cheapest(self, key: Key, step: int) -> Found | None:
        """The cheapest change of the population that changes `key` by `step` (+1 or -1), with what it costs."""
        price = self._priced(key, step)
        if price is None:
            return None
        match key:
            case ((dimension, value),):
                others = [other for other in self._values[dimension] if other != value]
                pairs = [(other, value) if step > 0 else (value, other) for other in others]
                found = [each for pair in pairs if (each := self._shift(dimension, *pair, None))]
                return min(found, key=lambda each: (each[0], len(each[1])), default=None)
            case ((first, row), (second, column)):
                nodes: tuple[Node, Node] = ((0, row), (1, column))
                start, end = nodes if step > 0 else nodes[::-1]
                walk = self._walk(Crossing(first, second), start, end, avoid=key)
                return walk and (walk[0] + price, {**walk[1], key: step})
            case _:
                return None

    def _shift(self, dimension: str, taken: str, given: str, of: Crossing | None) -> Found | None:
        """One contact from `taken` to `given`, followed by every table of the dimension except `of`, who asks."""
        asked = (dimension, taken, given, of)
        if asked not in self._shifts:
            self._shifts[asked] = self._follow(*asked)
        return self._shifts[asked]

    def _follow(self, dimension: str, taken: str, given: str, of: Crossing | None) -> Found | None:
        less, more = ((dimension, taken),), ((dimension, given),)
        prices = self._priced(less, -1), self._priced(more, 1)
        if prices[0] is None or prices[1] is None:
            return None
        cost = prices[0] + prices[1]
        change: dict[Key, int] = {less: -1, more: 1}
        for crossing in self._crossings:
            if crossing == of or dimension not in (crossing.first, crossing.second):
                continue
            if dimension == crossing.first:
                walk = self._walk(crossing, (0, taken), (0, given), keep=dimension)
            else:
                walk = self._walk(crossing, (1, given), (1, taken), keep=dimension)
            if walk is None:
                return None
            cost, change = cost + walk[0], change | walk[1]
        return cost, change

    def _walk(
        self, crossing: Crossing, start: Node, end: Node, avoid: Key | None = None, keep: str | None = None
    ) -> Found | None:
        """Dijkstra from line to line; each dimension's margins may change once, those of `keep` never."""
        # Most walks stay inside the table and cost nothing: found without asking other tables.
        inside = self._dijkstra(crossing, (start, True, True), end, avoid)
        if inside and inside[0] == 0:
            return inside
        return self._dijkstra(crossing, (start, keep == crossing.first, keep == crossing.second), end, avoid)

    def _dijkstra(self, crossing: Crossing, first: State, end: Node, avoid: Key | None) -> Found | None:
        came: dict[State, tuple[State, Change] | None] = {}
        # The running number keeps two equal walks from being compared further. No change yet: a shift still to be asked
        # for, at the least that it can cost.
        queue: list[tuple[int, int, int, State, tuple[State, Change | None] | None]] = [(0, 0, 0, first, None)]
        pushed = 0
        while queue:
            cost, hops, _, state, origin = heapq.heappop(queue)
            if state in came:
                continue
            if origin is None:
                came[state] = None
            else:
                before, change = origin
                if change is None:
                    least, shift = self._shift_between(crossing, before[0], state[0])
                    if shift is not None:
                        pushed += 1
                        heapq.heappush(queue, (cost - least + shift[0], hops, pushed, state, (before, shift[1])))
                    continue
                came[state] = before, change
            if state[0] == end:
                return cost, _sum_up(came, state)
            for added, further, after, step in self._steps(crossing, state, avoid):
                if after not in came:
                    pushed += 1
                    heapq.heappush(queue, (cost + added, hops + further, pushed, after, (state, step)))
        return None

    def _steps(
        self, crossing: Crossing, state: State, avoid: Key | None
    ) -> Iterable[tuple[int, int, State, Change | None]]:
        (side, value), first_moved, second_moved = state
        own, other = (crossing.first, crossing.second) if side == 0 else (crossing.second, crossing.first)
        step = -1 if side == 0 else 1
        for across in self._values[other]:
            key: Key = ((own, value), (other, across)) if side == 0 else ((other, across), (own, value))
            price = None if key == avoid else self._priced(key, step)
            if price is not None:
                yield price, 1, ((1 - side, across), first_moved, second_moved), {key: step}
        if (first_moved, second_moved)[side] or (accepted := self._priced(((own, value),), -step)) is None:
            return
        for there in self._values[own]:
            given = None if there == value else self._priced(((own, there),), step)
            if given is not None:
                after = (side, there), first_moved or side == 0, second_moved or side == 1
                yield accepted + given, SHIFT, after, None

    def _shift_between(self, crossing: Crossing, here: Node, there: Node) -> tuple[int, Found | None]:
        """What the margins alone cost, and the whole shift."""
        dimension = crossing.first if here[0] == 0 else crossing.second
        taken, given = (there[1], here[1]) if here[0] == 0 else (here[1], there[1])
        least = (self._priced(((dimension, taken),), -1) or 0) + (self._priced(((dimension, given),), 1) or 0)
        return least, self._shift(dimension, taken, given, crossing)

    def _priced(self, key: Key, step: int) -> int | None:
        asked = key, step
        if asked not in self._prices:
            self._prices[asked] = self._price(key, step)
        return self._prices[asked]


def _sum_up(came: Mapping[State, tuple[State, Change] | None], last: State) -> dict[Key, int]:
    total: dict[Key, int] = {}
    origin = came[last]
    while origin is not None:
        state, change = origin
        for key, step in change.items():
            total[key] = total.get(key, 0) + step
        origin = came[state]
    return total


def forest(crossings: Iterable[tuple[int, Crossing]]) -> tuple[Crossing, ...]:
    """The crossings that can stand together: the smaller tables first, none that closes a ring of dimensions.

    Three tables in a ring (region × age, age × category, category × region) determine more than any two of them, and
    no fast method says exactly what.
    """
    kept: list[Crossing] = []
    tree: dict[str, str] = {}

    def root(dimension: str) -> str:
        while (parent := tree.get(dimension, dimension)) != dimension:
            dimension = parent
        return dimension

    for _, crossing in sorted(set(crossings), key=lambda each: (each[0], each[1].first, each[1].second)):
        one, two = root(crossing.first), root(crossing.second)
        if one != two:
            tree[one] = two
            kept.append(crossing)
    return tuple(kept)
