"""Append with exact optimistic concurrency, and never guess an outcome.

Timeout, 10071, 10158, 10164, 10201, `duplicate` and no responders all mean the same: unknown. Then what follows our
history is read on the leader and searched for our own commit (nats.md §1, reliability.md findings 6 and 7).

Replicas answer direct gets and may lag (measured on three nodes: every sixth load right after an append). A decision
on a stale history is a wrong refusal, so whatever is loaded is compared with the leader's head.
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
# How often an append whose outcome is unknown is looked up and, when it is not there, sent again as it was; and for
# how long. A later try may still find the leader of a cluster elected anew (measured: up to 8 s).
TRIES_MAX = 12
WITHIN_SECONDS = 9.0
_PAUSE_SECONDS_MAX = 1.0
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
# 10158: the same id is still in flight on a cluster; 10201: it was seen before. Neither says what became of it.
_UNKNOWN = frozenset({10071, 10158, 10164, 10201})


class Ledger:
    """The ledger as one connection may use it; what that is, the broker's permissions decide."""

    def __init__(self, connection: Client, api: str = "$JS.API") -> None:
        self._connection = connection
        self._access = direct.Access(connection, api)

    async def load(self, subject: str) -> History:
        """The aggregate's whole history, checked; empty when there is none. Raises LedgerUnavailable, DamagedLedger."""
        found, newest = await asyncio.gather(direct.every(self._access, subject), direct.last(self._access, subject))
        seen = found[-1][0] if found else 0
        if newest is not None and newest[0] > seen:
            found += [message async for message in direct.walk(self._access, subject, seen)]
        return history(subject, [stored(*message) for message in found])

    async def find(self, kind: str, key: str) -> str | None:
        """The subject of the aggregate with this key, wherever it is routed. Raises events.subjects.BadToken."""
        found = await direct.last(self._access, subjects.anywhere(kind, key))
        return found[1] if found else None

    async def newest(self, kind: str) -> int:
        """The position of the newest commit of this kind, 0 when there is none. Raises LedgerUnavailable."""
        found = await direct.last(self._access, subjects.every(kind))
        return found[0] if found else 0

    async def subjects(self, kind: str) -> list[str]:
        """The subject of every aggregate of this kind, sorted. Raises LedgerUnavailable, events.subjects.BadToken."""
        found: dict[str, int] = {}
        while True:
            request = {"subjects_filter": subjects.every(kind), "offset": len(found)}
            info = await self._info(request)
            page = info["state"].get("subjects") or {}
            found |= page
            if not page or len(found) >= int(info.get("total", 0)):
                return sorted(found)

    async def head(self) -> Head:
        """The ledger's last position and incarnation. Raises LedgerUnavailable."""
        info = await self._info({})
        return Head(seq=int(info["state"]["last_seq"]), incarnation=str(info["created"]))

    async def _info(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._connection.request(
                f"{self._access.api}.STREAM.INFO.{subjects.LEDGER}",
                json.dumps(request).encode() if request else b"",
                timeout=direct.TIMEOUT_SECONDS,
            )
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise LedgerUnavailable("the ledger does not answer") from error
        info: dict[str, Any] = json.loads(answer.data)
        if "error" in info:
            raise LedgerUnavailable(str(info["error"].get("description")))
        return info

    async def read(self, after: int = 0, batch: int = 500, until: int | None = None) -> AsyncIterator[list[Stored]]:
        """Every commit after a position, in order, in lists, up to where the ledger ends by now or ended at `until`.

        Raises DamagedLedger on a missing position and on bytes that are no commit, LedgerUnavailable.
        """
        at, end = after, (await self.head()).seq if until is None else until
        async for messages in self.read_raw(after, batch, end):
            for message in messages:
                at += 1
                if message[0] != at:
                    raise DamagedLedger(f"position {at} is missing")
            yield [stored(*message) for message in messages]
        if at < end:
            raise DamagedLedger(f"position {at + 1} is missing")

    async def read_raw(
        self, after: int = 0, batch: int = 500, until: int | None = None, subject: str = "ledger.>"
    ) -> AsyncIterator[list[direct.Raw]]:
        """Like `read`, undecoded and with its gaps: an auditor reads on where a service would stop.

        `subject`: those of one subject or filter alone.
        """
        at, end = after, (await self.head()).seq if until is None else until
        while at < end:
            size = min(batch, end - at)
            found, _ = await direct.batch(self._access, {"seq": at + 1, "next_by_subj": subject, "batch": size})
            if not found:
                # A replica that lags ends before the ledger does; that nothing follows, only the leader can say.
                found = [each async for each in direct.walk(self._access, subject, at, size)]
            found = [each for each in found if each[0] <= end]
            if not found:
                return
            at = found[-1][0]
            yield found

    async def append(self, *appends: Append) -> tuple[int, ...]:
        """Store each commit after its history, all or none; return their positions.

        Raises Overtaken (nothing of ours is stored), LedgerUnavailable (unknown or refused by the store), ValueError
        when a commit does not continue its history.
        """
        _fits(appends)
        messages = [(each.history.subject, commits.encode(each.commit), _headers(each)) for each in appends]
        end = asyncio.get_running_loop().time() + WITHIN_SECONDS
        for attempt in range(TRIES_MAX):
            error = await self._publish(messages)
            if isinstance(error, tuple):
                return error
            if error is not None and error not in _UNKNOWN:
                raise LedgerUnavailable(f"the store refused: {error}")
            try:
                outcome = await self._looked_up(appends)
            except LedgerUnavailable:
                # The publish may have landed all the same: who could tell is away, not the answer.
                outcome = None
            if outcome is not None:
                return outcome
            # A write in flight may still land: a moment, then the same message with the same expectation again, so
            # that of all tries one is stored at most.
            pause = min(random.uniform(0.01, 0.05) * 2**attempt, _PAUSE_SECONDS_MAX)  # noqa: S311
            if asyncio.get_running_loop().time() + pause >= end:
                break
            await asyncio.sleep(pause)
        raise LedgerUnavailable("the outcome of the append stayed unknown")

    async def _publish(self, messages: Sequence[tuple[str, bytes, dict[str, str]]]) -> tuple[int, ...] | int | None:
        """Positions when stored; else the store's error code, or None when nobody knows."""
        try:
            answer = await (self._single(*messages[0]) if len(messages) == 1 else self._atomic(messages))
        except nats.errors.MaxPayloadError as error:
            raise LedgerUnavailable("a commit is larger than the broker takes") from error
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
        # A batch lands as one. One half that was not there yet while the other was: it landed between two look-ups.
        return None

    async def _ours(self, append: Append) -> int | None:
        """The position of our own commit, None when nothing follows our history. Raises Overtaken.

        One pass over one reader's view: a publish that lands while we look is seen or not seen, never both.
        """
        moved = False
        async for message in direct.walk(self._access, append.history.subject, append.history.head_seq):
            moved = True
            each = stored(*message)
            if each.commit.id == append.commit.id and each.commit.command_digest == append.commit.command_digest:
                return each.seq
        if moved:
            raise Overtaken(append.history.subject)
        return None


def _fits(appends: Sequence[Append]) -> None:
    """Refuse what would break a chain for ever. Raises ValueError: a mistake of the caller, not of the ledger."""
    if not appends or len({each.history.subject for each in appends}) != len(appends):
        raise ValueError("an append takes one commit for each of its aggregates, and at least one")
    for each in appends:
        kind, _, key = subjects.parse(each.history.subject)
        if (each.commit.kind, each.commit.key) != (kind, key):
            raise ValueError("the commit names another aggregate than its history")
        if (each.commit.n, each.commit.prev) != (each.history.n + 1, each.history.head_hash):
            raise ValueError("the commit does not continue its history")


def _headers(append: Append) -> dict[str, str]:
    return {"Nats-Msg-Id": append.commit.id, _EXPECTED: str(append.history.head_seq)}
