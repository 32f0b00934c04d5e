"""Counting and rates: a rate prints its n and its interval, a digest pins the figures. Pure."""

import hashlib
import math
from collections.abc import Mapping
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


def counted(count: int, n: int, lang: str) -> str:
    """A count with its share: 90 (78.9 %)."""
    return f"{count} ({percent(count, n)})" if lang == "en" else f"{count}（{percent(count, n)}）"


def with_interval(successes: int, n: int, lang: str = "zh") -> str:
    """78.9 % with 90/114 and the 95 % interval, 70.6-85.4 %."""
    if n == 0:
        return "—"
    low, high = wilson(successes, n)
    ends = f"{100 * low:.1f}–{100 * high:.1f}"
    if lang == "en":
        return f"{percent(successes, n)} of {n}, 95 % CI {ends} %"
    return f"{percent(successes, n)}（{successes}/{n}，95%CI {ends}%）"


def compared(now: int, before: int, lang: str = "zh") -> str | None:
    """+12.5 % (95 % CI -20.1 to +58.3 %): the change of a count with the interval of the ratio; None below 5 on a side.

    The interval is that of two Poisson counts: exp(ln(now/before) ± 1.96 √(1/now + 1/before)).
    """
    if now < SMALL or before < SMALL:
        return None
    ratio, spread = now / before, Z95 * math.sqrt(1 / now + 1 / before)
    low, high = ratio * math.exp(-spread), ratio * math.exp(spread)
    change, least, most = (f"{100 * (each - 1):+.1f}" for each in (ratio, low, high))
    return f"{change} % (95 % CI {least} to {most} %)" if lang == "en" else f"{change}%（95%CI {least}～{most}%）"


def digest(figures: Mapping[str, Any]) -> str:
    """SHA-256 of the figures as deterministic JSON: equal figures, equal digest, on any machine."""
    return hashlib.sha256(msgspec.json.encode(figures, order="deterministic")).hexdigest()
