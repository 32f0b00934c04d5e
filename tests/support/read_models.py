"""A ledger that is only a list, and the reference data that the tests of the read models are fed with."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta, timezone
from pathlib import Path

from msgspec import Struct

from events.codes import code_list
from services.projections.reference import Reference

CHINA = timezone(timedelta(hours=8))
UNITS = ("u01", "u02", "u03")
DESKS = ("city", "ningan")
REFERENCE = Reference(
    code=tuple(("disposition", each.code, each.zh, each.en, each.group) for each in code_list("disposition")),
    unit=tuple((unit, f"单位{unit}", f"Unit {unit}", "education") for unit in UNITS),
    calendar=((date(2026, 1, 12), True, "", "测试", "test-1", False),),
)


class Held(Struct, frozen=True):
    """One stored commit."""

    seq: int
    subject: str
    raw: bytes
    hash: str


class Head(Struct, frozen=True):
    seq: int
    incarnation: str


class ListLedger:
    """Reads like services.ledger.Ledger, from a list."""

    def __init__(self, commits: Iterable[Held] = (), incarnation: str = "first", pages: int = 500) -> None:
        self.commits = list(commits)
        self.incarnation = incarnation
        self.pages = pages

    async def head(self) -> Head:
        return Head(self.commits[-1].seq if self.commits else 0, self.incarnation)

    async def read(self, after: int = 0, batch: int = 500, until: int | None = None) -> AsyncIterator[list[Held]]:
        wanted = [each for each in self.commits if each.seq > after and (until is None or each.seq <= until)]
        size = min(batch, self.pages)
        for start in range(0, len(wanted), size):
            yield wanted[start : start + size]


def write(path: Path, commits: Iterable[Held]) -> None:
    """A ledger as a file, for a process of its own."""
    lines = (json.dumps([each.seq, each.subject, each.raw.decode(), each.hash]) for each in commits)
    path.write_text("\n".join(lines), "utf-8")


def read(path: Path) -> list[Held]:
    return [Held(seq, subject, raw.encode(), hashed) for seq, subject, raw, hashed in map(json.loads, path.open())]
