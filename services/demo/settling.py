"""Waiting until the services have answered every commit with their own: condition and bound, no guessing."""

import asyncio
import json
from pathlib import Path
from typing import Any

import nats.aio.client

from events.subjects import LEDGER
from services.broker import connect

CONSUMERS = ("intake", "referral", "meeting")
BOUND_SECONDS = 30.0
PAUSE_SECONDS = 0.005


class NotSettled(Exception):
    """The reactions did not come to rest in time."""


class Settling:
    """Asks the broker whether the services' consumers have anything left to do."""

    def __init__(self, connection: nats.aio.client.Client) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, data: Path) -> "Settling":
        return cls(await connect(data, "admin"))

    async def close(self) -> None:
        await self._connection.close()

    async def settled(self) -> int:
        """Return the ledger's last position once every reaction to it is on record too."""
        loop = asyncio.get_running_loop()
        end = loop.time() + BOUND_SECONDS
        before = -1
        while loop.time() < end:
            idle, head = await self._idle()
            if idle and head == before:
                return head
            before = head if idle else -1
            await asyncio.sleep(0 if idle else PAUSE_SECONDS)
        raise NotSettled(f"no rest within {BOUND_SECONDS} s")

    async def _idle(self) -> tuple[bool, int]:
        # Consumers first, head second: a commit that a reaction makes in between shows in the head.
        idle = True
        for consumer in CONSUMERS:
            info = await self._ask(f"$JS.API.CONSUMER.INFO.{LEDGER}.{consumer}")
            idle = idle and info["num_pending"] == 0 and info["num_ack_pending"] == 0
        stream = await self._ask(f"$JS.API.STREAM.INFO.{LEDGER}")
        return idle, int(stream["state"]["last_seq"])

    async def _ask(self, subject: str) -> dict[str, Any]:
        answer = await self._connection.request(subject, b"", timeout=5)
        return dict(json.loads(answer.data))
