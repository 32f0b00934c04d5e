"""Timers: the broker wakes the service when a due date has passed, and the service decides. architecture.md §5.

The ledger's facts are the truth. What stands in TIMERS is a copy of what follows from them, compared with them at start
and every few minutes; deleting it costs minutes, never a threshold. Every road ends in a command that is harmless at any
time, so a wake too many changes nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from nats.aio.msg import Msg

from events import subjects
from events.commit import Actor
from services.bus.clock import CHINA
from services.bus.reaction import PASSING
from services.bus.request import Accepted, Answer, Request
from services.bus.timers import Schedule, Wake
from services.decision import Refused
from services.referral.watch import Watch

log = logging.getLogger("lianxi.timers")

SERVICE = "referral"
# Issue: deleted timers are rebuilt within 5 minutes.
COMPARED_EVERY = timedelta(minutes=4)
RETRY_SECONDS = 2.0
# Commits that follow each other closely are looked at together.
GATHER_SECONDS = 0.05
ARMED_TOGETHER = 200
# A check whose moment had come and that recorded nothing: the next look at it, so that no disagreement runs in circles.
AGAIN_AFTER = timedelta(minutes=1)
# The broker's clock runs ahead of ours: the wake comes again, at most so late.
EARLY_SECONDS_MAX = 60.0

T = TypeVar("T")
R = TypeVar("R")


class Timers:
    """Keeps the schedules of all open aggregates armed, and turns wakes into commands of the service itself."""

    def __init__(
        self,
        watch: Watch,
        schedule: Schedule,
        handle: Callable[[Request], Awaitable[Answer]],
        compared_every: timedelta = COMPARED_EVERY,
    ) -> None:
        self._watch = watch
        self._schedule = schedule
        self._handle = handle
        self._compared_every = compared_every.total_seconds()
        self._poked = asyncio.Event()
        self._compare_at = 0.0
        self._troubled: set[str] = set()
        self._stopped = False
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._running = [asyncio.create_task(each()) for each in (self._keep_armed, self._take_wakes)]

    async def stop(self) -> None:
        """Stop; a wake that was not finished comes again."""
        # Cancelling alone is not enough: on Python 3.11 `wait_for` forgets it when its answer comes at that moment.
        self._stopped = True
        self._poked.set()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def after(self, do: Callable[[T], Awaitable[R]]) -> Callable[[T], Awaitable[R]]:
        """`do`, and then a look at what it may have recorded."""

        async def done(given: T) -> R:
            try:
                return await do(given)
            finally:
                self._poked.set()

        return done

    async def _keep_armed(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopped:
            self._poked.clear()
            try:
                await self._look(compare=loop.time() >= self._compare_at)
            except Exception as error:
                await self._trouble("armed", error)
                continue
            self._well("armed")
            await asyncio.sleep(GATHER_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._compare_at):
                    await self._poked.wait()

    async def _look(self, compare: bool) -> None:
        # In this order: what was recorded after the list was read is read after it, never missed.
        standing = await self._schedule.standing() if compare else None
        await self._watch.follow()
        if standing is not None:
            await self._watch.recompute()
            different = self._watch.compare(standing)
            log.info("%d of %d timers differ from the ledger and are armed anew", different, len(self._watch.open))
            self._compare_at = asyncio.get_running_loop().time() + self._compared_every
        await self._arm()

    async def _arm(self) -> None:
        """Arm what is not armed yet, the most pressing first."""
        watch = self._watch
        late = {
            subject: Wake(n=each.n, at=each.at)
            for subject in watch.changed
            if (each := watch.open.get(subject)) is not None and each.at is not None and each.at != each.armed
        }
        watch.changed.intersection_update(late)
        pressing = sorted(late, key=lambda subject: late[subject].at)
        for start in range(0, len(pressing), ARMED_TOGETHER):
            together = {subject: late[subject] for subject in pressing[start : start + ARMED_TOGETHER]}
            await self._schedule.arm(together)
            for subject, wake in together.items():
                if subject in watch.open:
                    watch.open[subject].armed = wake.at
                watch.changed.discard(subject)

    async def _take_wakes(self) -> None:
        while not self._stopped:
            try:
                messages = await self._schedule.take()
            except Exception as error:
                await self._trouble("taken", error)
                continue
            self._well("taken")
            # Each is of another aggregate: TIMERS keeps one wake of each.
            await asyncio.gather(*(self._wake(message) for message in messages))

    async def _wake(self, message: Msg) -> None:
        """One wake: check, then let it go. It comes again when nobody could decide."""
        try:
            delay = await self._checked(message)
            await (message.ack() if delay is None else message.nak(delay=delay))
        except Exception as error:
            # Not acknowledged: it comes again.
            log.error("a wake failed: %s", type(error).__name__)

    async def _checked(self, message: Msg) -> float | None:
        """None when this wake has done its work; else in how many seconds it shall come again."""
        try:
            _, aggregate = subjects.parse_timer(message.subject)
            wake = msgspec.json.decode(message.data, type=Wake)
            kind, _, key = subjects.parse(aggregate)
            verb = self._watch.kinds[kind].verb
        except (subjects.BadToken, msgspec.MsgspecError, KeyError):
            log.warning("a wake that names nothing was dropped")
            return None
        now = datetime.now(CHINA)
        if wake.at > now:
            return min((wake.at - now).total_seconds() + GATHER_SECONDS, EARLY_SECONDS_MAX)
        answer = await self._handle(_request(verb, kind, key, wake.n, now))
        if isinstance(answer, Refused) and answer.code in PASSING:
            return RETRY_SECONDS
        if isinstance(answer, Refused):
            log.warning("a wake was refused: %s", answer.code)
        self._fired(aggregate, wake, recorded=isinstance(answer, Accepted) and not answer.repeated)
        return None

    def _fired(self, aggregate: str, wake: Wake, recorded: bool) -> None:
        """What a check recorded is read from the ledger; one that recorded nothing may have to be armed again."""
        each = self._watch.open.get(aggregate)
        if each is not None and not recorded:
            if each.armed == wake.at:
                each.armed = None
                self._watch.changed.add(aggregate)
            if each.n == wake.n:
                each.not_before = datetime.now(CHINA) + AGAIN_AFTER
        self._poked.set()

    async def _trouble(self, what: str, error: Exception) -> None:
        """Say it once, and try again in a moment. Commands do not depend on timers."""
        if what not in self._troubled:
            self._troubled.add(what)
            log.warning("timers cannot be %s (%s); commands go on, trying again", what, type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)

    def _well(self, what: str) -> None:
        if what in self._troubled:
            self._troubled.discard(what)
            log.warning("timers are %s again", what)
            # Whatever happened to TIMERS meanwhile.
            self._compare_at = 0.0
            self._poked.set()


def _request(verb: str, kind: str, key: str, n: int, now: datetime) -> Request:
    """The same wake is the same command, however often it comes."""
    body: dict[str, Any] = {"command_id": f"wake:{key}:{n}", kind: key}
    return Request(actor=Actor(principal=SERVICE, role="service"), verb=verb, body=msgspec.json.encode(body), now=now)
