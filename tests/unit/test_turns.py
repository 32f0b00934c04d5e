"""Services of one process that answer the same commit: one after the other, and never waiting for ever."""

import asyncio

import pytest

from services.bus import turns as module
from services.bus.turns import Turns

TAKES = {"intake": ("case", "referral"), "referral": ("case", "referral", "resolution"), "meeting": ("resolution",)}


def reactions(arrivals: list[tuple[str, str, int, float]]) -> list[tuple[str, int]]:
    """Who reacted to what, in the order in which they began; each arrives after so many seconds and takes as long."""
    began: list[tuple[str, int]] = []

    async def work() -> None:
        turns = Turns(TAKES)

        async def react(service: str, kind: str, seq: int, seconds: float) -> None:
            await asyncio.sleep(seconds)
            await turns.come(service, kind, seq)
            began.append((service, seq))
            await asyncio.sleep(seconds)
            await turns.done(service, seq)

        await asyncio.gather(*(react(*each) for each in arrivals))

    asyncio.run(work())
    return began


def test_the_later_service_waits_for_the_earlier_one_however_late_that_comes() -> None:
    arrivals = [("referral", "referral", 7, 0.0), ("intake", "referral", 7, 0.05)]
    assert reactions(arrivals) == [("intake", 7), ("referral", 7)]


def test_nobody_waits_for_one_that_is_not_handed_such_a_commit() -> None:
    arrivals = [("meeting", "resolution", 3, 0.02), ("referral", "resolution", 3, 0.0), ("intake", "case", 9, 0.1)]
    assert reactions(arrivals) == [("referral", 3), ("meeting", 3), ("intake", 9)]


def test_what_is_done_is_done_for_all_before_it() -> None:
    arrivals = [("intake", "case", 9, 0.0), ("referral", "referral", 4, 0.05)]
    assert reactions(arrivals) == [("intake", 9), ("referral", 4)]


def test_the_wait_for_one_that_does_not_come_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BOUND_SECONDS", 0.05)
    assert reactions([("referral", "case", 2, 0.0)]) == [("referral", 2)]
