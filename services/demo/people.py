"""The people of the demo, each with a connection and a credential of their own, under one simulated clock."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from services.broker import connect
from services.bus.client import Client, Reply
from services.demo.settling import Settling


class DemoFailed(Exception):
    """A command of the demo was refused: the demo shows a road that must be open."""


class People:
    """Clients by principal. `now` is the simulated moment that every command carries."""

    def __init__(self, data: Path, settling: Settling, now: datetime) -> None:
        self.now = now
        self._data = data
        self._settling = settling
        self._clients: dict[str, Client] = {}
        self._stack = AsyncExitStack()
        self._count = 0
        self.last_seq = 0

    async def client(self, principal: str) -> Client:
        if principal not in self._clients:
            connection = await connect(self._data, principal)
            self._stack.push_async_callback(connection.close)
            self._clients[principal] = Client(connection, principal, lambda: self.now)
        return self._clients[principal]

    async def send(self, principal: str, target: str, **fields: Any) -> Reply:
        """Send one command that must be accepted, with a command id that is the same in every run.

        All that follows from it is on record before this returns; who answers first is settled in services/bus/turns.py. So
        one seed gives one ledger, commit by commit.
        """
        self._count += 1
        service, verb = target.split(".")
        body = {"command_id": f"demo-{self._count:05d}", **fields}
        reply = await (await self.client(principal)).send(service, verb, body)
        if reply.refused:
            raise DemoFailed(f"{target} by {principal}: {reply.refused['code']} ({reply.refused['en']})")
        await self.rest()
        return reply

    async def rest(self) -> None:
        """Wait until the services have answered every commit."""
        self.last_seq = await self._settling.settled()

    async def rows(self, query: str, principal: str = "coordinator", **params: Any) -> list[dict[str, Any]]:
        """A query's rows, at least as new as the last command."""
        reply = await (await self.client(principal)).query(query, params, min_seq=self.last_seq or None)
        if reply.refused:
            raise DemoFailed(f"query {query}: {reply.refused['code']} ({reply.refused['en']})")
        return [dict(zip(reply.body["columns"], row, strict=True)) for row in reply.body["rows"]]

    async def close(self, names: Iterable[str] = ()) -> None:
        await self._stack.aclose()
