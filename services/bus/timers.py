"""The stream TIMERS as a service uses it: schedules to arm and to list, wakes to take. Nothing in it is a fact.

Not through FastStream, as reactions are: its pull subscriber keeps a service from starting while the consumer is missing,
and asks without a pause while it is gone. Timers may be gone; commands go on (docs/decisions/0009).
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import nats.errors
from msgspec import Meta, Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from events import subjects
from events.fact import Moment
from services.ledger import Access, DamagedLedger, LedgerUnavailable, batch

PUBLISH_SECONDS = 5.0
# Enough that the broker never waits for us, few enough that a command in between does not wait for long.
TAKEN = 64
TAKE_SECONDS = 1.0


class TimersUnavailable(Exception):
    """TIMERS could not be read or written: the broker is away, or nobody has provisioned it."""


class Wake(Struct, frozen=True):
    """What a schedule carries: the moment it is for, and how many commits its aggregate had when it was armed."""

    n: Annotated[int, Meta(ge=1)]
    at: Moment


class Schedule:
    """The schedules and wakes of one service, on its own connection."""

    def __init__(self, connection: Client, service: str) -> None:
        self._access = Access(connection, stream=subjects.TIMERS)
        self._stream: JetStreamContext = connection.jetstream(timeout=PUBLISH_SECONDS)
        self._service = service
        self._pull: JetStreamContext.PullSubscription | None = None

    async def arm(self, wakes: Mapping[str, Wake]) -> None:
        """Let the broker wake each aggregate at its moment, instead of at any earlier armed one. Past: at once.

        Raises TimersUnavailable: some may be armed then. Arming again is harmless.
        """
        try:
            await asyncio.gather(*(self._arm(aggregate, wake) for aggregate, wake in wakes.items()))
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise TimersUnavailable(type(error).__name__) from error

    async def _arm(self, aggregate: str, wake: Wake) -> None:
        at = wake.at.astimezone(UTC).replace(tzinfo=None).isoformat()
        await self._stream.publish(
            subjects.timer_at(aggregate),
            msgspec.json.encode(wake),
            headers={"Nats-Schedule": f"@at {at}Z", "Nats-Schedule-Target": subjects.timer_due(aggregate)},
        )

    async def standing(self) -> dict[str, datetime]:
        """When each aggregate will be woken, by what TIMERS holds; one whose wake waits to be taken counts as armed.

        Raises TimersUnavailable.
        """
        found: dict[str, datetime] = {}
        after = 0
        while True:
            try:
                messages, left = await batch(self._access, {"seq": after + 1, "next_by_subj": "timer.>"})
            except (LedgerUnavailable, DamagedLedger) as error:
                raise TimersUnavailable("TIMERS cannot be read") from error
            for _, subject, raw in messages:
                try:
                    _, aggregate = subjects.parse_timer(subject)
                    found[aggregate] = msgspec.json.decode(raw, type=Wake).at
                except (subjects.BadToken, msgspec.MsgspecError):
                    continue
            if not messages or not left:
                return found
            after = messages[-1][0]

    async def take(self) -> list[Msg]:
        """The wakes that wait, at most TAKEN, none after a second of waiting. Raises TimersUnavailable."""
        try:
            if self._pull is None:
                self._pull = await self._stream.pull_subscribe_bind(consumer=self._service, stream=subjects.TIMERS)
            return await self._pull.fetch(TAKEN, timeout=TAKE_SECONDS)
        except (nats.errors.TimeoutError, TimeoutError):
            return []
        except (nats.errors.Error, OSError) as error:
            raise TimersUnavailable(type(error).__name__) from error
