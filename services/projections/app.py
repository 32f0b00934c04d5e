"""The projections on the bus: the projector runs beside the queries that it feeds."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

import msgspec
from faststream.nats import NatsBroker
from faststream.nats.annotations import NatsMessage
from msgspec import Struct

from services.bus.decoding import decode
from services.bus.endpoint import INBOXES, raw_body
from services.bus.request import as_reply
from services.decision import Refused
from services.directory import directory
from services.ledger import Ledger
from services.projections.log import ProjectorStopped
from services.projections.projector import Projector
from services.projections.queries import answer, queries
from services.projections.rebuild import rebuild
from services.projections.store import Store, StoreBusy

log = logging.getLogger("lianxi.projections")
# A query runs in a thread of its own cursor; more at once would only share the same two cores.
WORKERS = 4
# What a unit may ask, each about itself alone, and what can be asked: name -> what else it does not choose itself.
# The broker lets through no other name.
OF_UNITS: dict[str, dict[str, str | int | bool]] = {"todo": {"role": "unit"}, "cooperations": {}, "queries": {}}


class QueryRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`params` are the query's own; `min_seq` waits until that position is read.

    `as_of` reads as it stood at a position, `as_of_time` as it was on record at a moment (RFC 3339 with an offset).
    """

    params: dict[str, str | int | bool] = {}
    min_seq: int | None = None
    as_of: int | None = None
    as_of_time: str | None = None


class Projections:
    """One process owns the file; every query goes through it."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._store: Store | None = None

    async def start(self) -> None:
        self._store = await asyncio.to_thread(Store.open, self._folder)
        self._projector = Projector(self._store, self._ledger)
        self._running = asyncio.create_task(self._projector.run(self._stop))

    async def stop(self) -> None:
        self._stop.set()
        if self._running is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._running, 10)
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    def attach(self, broker: NatsBroker) -> None:
        """Answer `qry.projections.<principal>.<name>`."""

        @broker.subscriber(
            "qry.projections.*.*", queue="projections", no_reply=True, decoder=raw_body, max_workers=WORKERS
        )
        async def on_query(message: NatsMessage) -> None:
            raw = message.raw_message
            if not raw.reply.startswith(INBOXES):
                return
            try:
                _, _, principal, name = raw.subject.split(".")
                reply = await self._reply(principal, name, raw.data)
            except Exception as error:
                log.error("query failed: %s", type(error).__name__)
                reply = as_reply(Refused("service.failed"))
            payload = msgspec.json.encode(reply)
            if len(payload) > raw._client.max_payload:
                # A single row that no message holds. Said rather than left to the caller's time limit.
                log.error("the answer to %s is over the broker's limit: %d bytes", name, len(payload))
                payload = msgspec.json.encode(as_reply(Refused("service.failed")))
            await raw._client.publish(raw.reply, payload)

    async def _reply(self, principal: str, name: str, body: bytes) -> dict[str, Any]:
        request = decode(body, QueryRequest)
        if isinstance(request, Refused):
            return as_reply(request)
        person = directory().principal(principal)
        if person is None or (person.unit is not None and name not in OF_UNITS):
            return as_reply(Refused("command.not_allowed", details={"role": person.role if person else "-"}))
        if person.unit is not None:
            # Whatever it asked for: a unit is answered about itself.
            given = {key: value for key, value in request.params.items() if key not in ("role", "unit", "desk")}
            request = msgspec.structs.replace(request, params=given | OF_UNITS[name] | {"unit": person.unit})
        if self._store is None:
            return as_reply(Refused("service.unavailable"))
        if name == "queries":
            return {"queries": queries()}
        if name == "rebuild":
            return await self._rebuild()
        min_seq = request.min_seq
        if request.as_of_time is not None and (min_seq is None or type(min_seq) is int):
            # Whatever was recorded by then is in the ledger; it must be here too before the moment can be answered for.
            min_seq = max(min_seq or 0, (await self._ledger.head()).seq)
        found = await answer(self._store, name, request.params, request.as_of, min_seq, request.as_of_time)
        return as_reply(found) if isinstance(found, Refused) else dict(msgspec.to_builtins(found))

    async def _rebuild(self) -> dict[str, Any]:
        """Made anew from the ledger's own bytes, not from what was once copied of them."""
        assert self._store is not None  # queries are answered after the start alone
        try:
            report = await rebuild(self._store, self._ledger)
        except StoreBusy:
            return as_reply(Refused("projection.busy"))
        except ProjectorStopped as stopped:
            return as_reply(Refused("projection.stopped", details={"seq": str(stopped.seq), "reason": stopped.code}))
        return {"rebuild": msgspec.to_builtins(report), "position": msgspec.to_builtins(self._store.position)}
