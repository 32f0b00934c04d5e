"""Time at work on resolutions: every few minutes the service looks which due day has come near or passed, and checks those.

A meeting resolves on a handful of matters, each due on a whole day: a round over the open ones is enough, and needs no
schedule that could be lost. Commands go on whether or not a round can be made.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from events import subjects
from events.commit import Actor
from services.bus.clock import CHINA
from services.bus.request import Answer, Request
from services.decision import DamagedHistory, Refused
from services.ledger import DamagedLedger, Ledger
from services.meeting.folding import fold_resolution
from services.meeting.resolution_dates import next_wake
from services.working_clock import WorkingClock

log = logging.getLogger("lianxi.meeting")

SERVICE = "meeting"
EVERY = timedelta(minutes=5)


class Rounds:
    """`clock`: the working-day clock as it is now; `handle`: the service's own road for a command."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], Awaitable[WorkingClock]],
        handle: Callable[[Request], Awaitable[Answer]],
        every: timedelta = EVERY,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._handle = handle
        self._every = every.total_seconds()
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._go())

    async def stop(self) -> None:
        self._stopping.set()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _go(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.look(datetime.now(CHINA))
            except Exception as error:
                # Whatever it was, the next round is made all the same.
                log.warning("a round over the resolutions could not be made: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._stopping.wait()

    async def look(self, now: datetime) -> int:
        """Check every open resolution whose moment has come by `now`; how many moved.

        Raises LedgerUnavailable; DamagedLedger, DamagedHistory when the calendar is damaged.
        """
        clock, moved = await self._clock(), 0
        for subject in await self._ledger.subjects("resolution"):
            try:
                moved += await self._checked(subject, clock, now)
            except (DamagedLedger, DamagedHistory) as error:
                # That one is looked at no more; every other one is. The auditor's check names the place.
                log.error("one resolution cannot be checked: %s", type(error).__name__)
        return moved

    async def _checked(self, subject: str, clock: WorkingClock, now: datetime) -> bool:
        history = await self._ledger.load(subject)
        # A moment of a simulated clock never comes by itself.
        if not history.n or history.commits[-1].commit.simulated:
            return False
        wake = next_wake(fold_resolution(history), clock)
        if wake is None or wake > now:
            return False
        _, _, key = subjects.parse(subject)
        answer = await self._handle(_request(key, history.n, now))
        if isinstance(answer, Refused):
            log.warning("a check was refused: %s", answer.code)
            return False
        return not answer.repeated


def _request(key: str, n: int, now: datetime) -> Request:
    """The same look at the same history is the same command, however often it is made."""
    body: dict[str, Any] = {"command_id": f"round:{key}:{n}", "resolution": key}
    return Request(
        actor=Actor(principal=SERVICE, role="service"),
        verb="CheckResolution",
        body=msgspec.json.encode(body),
        now=now,
    )
