"""Counting and rates: a rate prints its n and its interval, a digest pins the figures. Pure."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

# Below this a cell could point at one child (统计法 28; domain.md §5, small cells).
SMALL = 5
Z95 = 1.959963984540054


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The Wilson 95 % interval of a share; (0, 1) when nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def percent(successes: int, n: int) -> str:
    """78.9 %, or a dash when nothing was counted."""
    return f"{100 * successes / n:.1f}%" if n else "—"


def with_interval(successes: int, n: int) -> str:
    """90/114, 78.9 % (95 % CI 70.6-85.4 %)."""
    low, high = wilson(successes, n)
    return f"{percent(successes, n)}（{successes}/{n}，95%CI {100 * low:.1f}–{100 * high:.1f}%）" if n else "—"


def counted(rows: Iterable[Mapping[str, Any]], column: str) -> dict[str, int]:
    """How often each value stands in a column: most frequent first, then by value."""
    counts = Counter(str(row[column]) for row in rows if row[column] is not None)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def digest(figures: Mapping[str, Any]) -> str:
    """SHA-256 of the figures as deterministic JSON: equal figures, equal digest, on any machine."""
    return hashlib.sha256(msgspec.json.encode(figures, order="deterministic")).hexdigest()


def suppressed(
    table: Mapping[tuple[str, str], int], rows: Iterable[str], columns: Iterable[str]
) -> dict[tuple[str, str], str]:
    """A cross table's cells as printed: 1-4 as “<5”, and enough further cells hidden that no sum gives one away.

    Complementary suppression: while a row or column has exactly one hidden cell and prints its total, the smallest
    other non-zero cell of that line is hidden too (“·”).
    """
    row_names, column_names = list(rows), list(columns)
    shown = {(r, c): str(table.get((r, c), 0)) for r in row_names for c in column_names}
    hidden = {cell for cell in shown if 0 < table.get(cell, 0) < SMALL}
    lines = [[(r, c) for c in column_names] for r in row_names] + [[(r, c) for r in row_names] for c in column_names]
    changed = True
    while changed:
        changed = False
        for line in lines:
            if sum(cell in hidden for cell in line) != 1:
                continue
            others = sorted((table.get(cell, 0), cell) for cell in line if cell not in hidden and table.get(cell, 0))
            if others:
                hidden.add(others[0][1])
                changed = True
    for cell in hidden:
        shown[cell] = f"<{SMALL}" if table.get(cell, 0) < SMALL else "·"
    return shown
