"""Yearly document series: 1, 2, 3 … without a gap and none twice. Pure."""

from events.notice import NumberAssigned
from services.decision import DamagedHistory
from services.referral import supervision

# Series name (before the year) -> how a number is written on paper (GB/T 9704: hexagonal brackets, no leading zero).
# One series a kind of notice: supervision.toml.
WRITTEN = {"referral": "青转〔{year}〕{n}号"} | {
    each.kind: each.written for each in supervision.levels() if each.written
}


def series_name(kind: str, year: int) -> str:
    return f"{kind}-{year}"


def written(kind: str, year: int, n: int) -> str:
    """The number as it stands on the document: 青督〔2026〕7号."""
    return WRITTEN[kind].format(year=year, n=n)


def evolve(state: int, fact: NumberAssigned) -> int:
    """`state` is the last number given, 0 at first."""
    if fact.number != state + 1:
        raise DamagedHistory(f"number {fact.number} cannot follow {state}")
    return fact.number
