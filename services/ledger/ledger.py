"""Append with exact optimistic concurrency, and never guess an outcome.

Timeout, 10071, 10164, 10201, `duplicate` and no responders all mean the same: unknown. Then the aggregate's head
is read on the leader and searched for our own commit (nats.md §1, reliability.md findings 6 and 7).
"""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import nats.errors
from nats.aio.client import Client

from events import commit as commits
from events import subjects
from services.ledger import direct
from services.ledger.history import (
    Append,
    DamagedLedger,
    Head,
    History,
    LedgerUnavailable,
    Overtaken,
    Stored,
    history,
    stored,
)

PUBLISH_SECONDS = 5.0
# How often an append whose outcome is unknown is looked up and, when it is not there, sent again as it was.
TRIES_MAX = 6
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
_UNKNOWN = frozenset({10071, 10164, 10201})


class Ledger:
    """The ledger as one connection may use it; what that is, the broker's permissions decide."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection

    async def load(self, subject: str) -> History:
        """The aggregate's whole history, checked; empty when there is none. Raises LedgerUnavailable, DamagedLedger."""
        found = await direct.every(self._connection, subject)
        return history(subject, [stored(*message) for message in found])

    async def find(self, kind: str, key: str) -> str | None:
        """The subject of the aggregate with this key, wherever it is routed. Raises events.subjects.BadToken."""
        found = await direct.last(self._connection, subjects.anywhere(kind, key))
        return found[1] if found else None

    async def head(self) -> Head:
        """The ledger's last position and incarnation. Raises LedgerUnavailable."""
        try:
            answer = await self._connection.request(
                f"$JS.API.STREAM.INFO.{subjects.LEDGER}", b"", timeout=direct.TIMEOUT_SECONDS
            )
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise LedgerUnavailable("the ledger does not answer") from error
        info = json.loads(answer.data)
        if "error" in info:
            raise LedgerUnavailable(str(info["error"].get("description")))
        return Head(seq=int(info["state"]["last_seq"]), incarnation=str(info["created"]))

    async def read(self, after: int = 0, batch: int = 500, until: int | None = None) -> AsyncIterator[list[Stored]]:
        """Every commit after a position, in order, in lists; ends where the ledger ends. Raises DamagedLedger on a gap."""
        async for messages in self.read_raw(after, batch, until):
            yield [stored(*message) for message in messages]

    async def read_raw(
        self, after: int = 0, batch: int = 500, until: int | None = None
    ) -> AsyncIterator[list[direct.Raw]]:
        """Like `read`, undecoded: an auditor reads on where a service would stop."""
        at = after
        while until is None or at < until:
            size = batch if until is None else min(batch, until - at)
            request = {"seq": at + 1, "next_by_subj": "ledger.>", "batch": size}
            found, _ = await direct.batch(self._connection, request)
            if not found:
                return
            for offset, message in enumerate(found, start=1):
                if message[0] != at + offset:
                    raise DamagedLedger(f"position {at + offset} is missing")
            at = found[-1][0]
            yield found

    async def append(self, *appends: Append) -> tuple[int, ...]:
        """Store each commit after its history, all or none; return their positions.

        Raises Overtaken (nothing of ours is stored), LedgerUnavailable (unknown or refused by the store).
        """
        messages = [(each.history.subject, commits.encode(each.commit), _headers(each)) for each in appends]
        for attempt in range(TRIES_MAX):
            error = await self._publish(messages)
            if isinstance(error, tuple):
                return error
            if error is not None and error not in _UNKNOWN:
                raise LedgerUnavailable(f"the store refused: {error}")
            # A write in flight may still land: give it a moment before reading back.
            if attempt or error is None:
                await asyncio.sleep(random.uniform(0.01, 0.05) * 2**attempt)
            outcome = await self._looked_up(appends)
            if outcome is not None:
                return outcome
        raise LedgerUnavailable("the outcome of the append stayed unknown")

    async def _publish(self, messages: Sequence[tuple[str, bytes, dict[str, str]]]) -> tuple[int, ...] | int | None:
        """Positions when stored; else the store's error code, or None when nobody knows."""
        try:
            answer = await (self._single(*messages[0]) if len(messages) == 1 else self._atomic(messages))
        except (nats.errors.Error, TimeoutError, OSError):
            return None
        if "error" in answer:
            return int(answer["error"].get("err_code", 0))
        if answer.get("duplicate"):
            # Same id before: whether that was these bytes, only the stored message tells.
            return 10201
        seq = int(answer["seq"])
        return tuple(range(seq - len(messages) + 1, seq + 1))

    async def _single(self, subject: str, raw: bytes, headers: dict[str, str]) -> dict[str, Any]:
        answer = await self._connection.request(subject, raw, timeout=PUBLISH_SECONDS, headers=headers)
        return dict(json.loads(answer.data))

    async def _atomic(self, messages: Sequence[tuple[str, bytes, dict[str, str]]]) -> dict[str, Any]:
        """An atomic batch (ADR-50): the expectation of each aggregate stands on its only message."""
        batch_id = uuid.uuid4().hex
        for place, (subject, raw, headers) in enumerate(messages, start=1):
            marked = headers | {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(place)}
            if place == len(messages):
                marked["Nats-Batch-Commit"] = "1"
                answer = await self._connection.request(subject, raw, timeout=PUBLISH_SECONDS, headers=marked)
                return dict(json.loads(answer.data))
            await self._connection.publish(subject, raw, headers=marked)
        raise ValueError("a batch needs a message")

    async def _looked_up(self, appends: Sequence[Append]) -> tuple[int, ...] | None:
        """Positions when all of ours are stored; None when nothing moved yet. Raises Overtaken when others are there."""
        found = [await self._ours(each) for each in appends]
        if all(seq is not None for seq in found):
            return tuple(seq for seq in found if seq is not None)
        for each in appends:
            newest = await direct.last(self._connection, each.history.subject, leader=True)
            if (newest[0] if newest else 0) != each.history.head_seq:
                raise Overtaken(each.history.subject)
        return None

    async def _ours(self, append: Append) -> int | None:
        """The position of our own commit: the head on the leader, or what others have put after it."""
        newest = await direct.last(self._connection, append.history.subject, leader=True)
        if newest is None or newest[0] == append.history.head_seq:
            return None
        for message in await self._since(append, newest):
            each = stored(*message)
            if each.commit.id == append.commit.id and each.commit.command_digest == append.commit.command_digest:
                return each.seq
        return None

    async def _since(self, append: Append, newest: direct.Raw) -> list[direct.Raw]:
        messages = await direct.every(self._connection, append.history.subject, append.history.head_seq)
        # A replica may lag behind the leader: the head that the leader showed counts either way.
        return messages if any(message[0] == newest[0] for message in messages) else [*messages, newest]


def _headers(append: Append) -> dict[str, str]:
    return {"Nats-Msg-Id": append.commit.id, _EXPECTED: str(append.history.head_seq)}
