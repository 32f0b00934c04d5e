"""Real brokers for tests: one server, or three on loopback; and a wire between client and broker that can be cut."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import nats
from msgspec import Struct
from nats.aio.client import Client

from services.broker import Broker, connect, load_credential, provision
from services.ledger import Ledger

BOUND_SECONDS = 10.0


class Bus(Struct, frozen=True):
    """A provisioned broker (or three) on one data folder."""

    data: Path
    nodes: tuple[Broker, ...]

    @property
    def broker(self) -> Broker:
        return self.nodes[0]

    @asynccontextmanager
    async def connected(self, principal: str, **options: Any) -> AsyncIterator[Client]:
        connection = await connect(self.data, principal, **options)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def ledger(self, principal: str = "referral", **options: Any) -> AsyncIterator[Ledger]:
        async with self.connected(principal, **options) as connection:
            yield Ledger(connection, load_credential(self.data, principal).api)


def announce(data: Path, broker: Broker) -> None:
    """Write endpoint.json, as `up` does."""
    (data / "endpoint.json").write_text(json.dumps({"client": broker.client_url, "monitoring": broker.monitoring_url}))


@contextmanager
def single(data: Path, *, provisioned: bool = True, **options: Any) -> Iterator[Bus]:
    """One server."""
    broker = Broker(data, **options)
    broker.start()
    try:
        announce(data, broker)
        if provisioned:
            asyncio.run(provision(data))
        yield Bus(data, (broker,))
    finally:
        broker.stop()


@contextmanager
def cluster(data: Path) -> Iterator[Bus]:
    """Three servers on loopback; streams and consumers are kept on all of them."""
    ports = _free_ports(3)
    routes = tuple(f"nats://127.0.0.1:{port}" for port in ports)
    nodes = tuple(
        Broker(data, name=f"node{place}", cluster=(port, routes), folder=data / f"broker{place}")
        for place, port in enumerate(ports, start=1)
    )
    try:
        for node in nodes:
            node.start(healthy=False)
        for node in nodes:
            node.await_healthy()
        announce(data, nodes[0])
        asyncio.run(provision(data, replicas=3))
        yield Bus(data, nodes)
    finally:
        for node in nodes:
            node.stop()


def _free_ports(count: int) -> list[int]:
    """Routes have to be known before any node runs, so these ports are chosen here rather than by the servers."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports


class Attacker:
    """A connection that remembers what the broker refused."""

    def __init__(self) -> None:
        self.refusals: list[str] = []
        self.connection: Client
        self._fences = 0
        self._told = asyncio.Event()

    def refused(self, text: str) -> None:
        self.refusals.append(text)
        self._told.set()

    async def publishes(self, subject: str, body: bytes = b"{}", reply: str = "") -> bool:
        """Whether the broker let it through."""
        before = len(self.refusals)
        await self.connection.publish(subject, body, reply=reply)
        return await self._fenced(before)

    async def subscribes(self, subject: str, queue: str = "") -> bool:
        before = len(self.refusals)
        await self.connection.subscribe(subject, queue=queue)
        return await self._fenced(before)

    async def _fenced(self, before: int) -> bool:
        """The broker refuses in order: with the refusal of something that nobody may say, all earlier ones are here.

        The client's own flush does not do: its ping may overtake what it has yet to write.
        """
        self._fences += 1
        fence = f"nobody.may.say.{self._fences}"
        await self.connection.publish(fence, b"")
        async with asyncio.timeout(BOUND_SECONDS):
            while not any(f'"{fence}"' in text for text in self.refusals[before:]):
                self._told.clear()
                await self._told.wait()
        refused = [text for text in self.refusals[before:] if '"nobody.may.say.' not in text]
        self.refusals[before:] = refused
        return not refused


@asynccontextmanager
async def attacker(bus: Bus, principal: str) -> AsyncIterator[Attacker]:
    """A client with a principal's credential that keeps to none of its manners."""
    made = Attacker()

    async def on_error(error: Exception) -> None:
        made.refused(str(error))

    async def ignore() -> None:
        pass

    credential = load_credential(bus.data, principal)
    made.connection = await nats.connect(
        bus.broker.client_url,
        nkeys_seed_str=credential.seed,
        inbox_prefix=credential.inbox.encode(),
        error_cb=on_error,
        disconnected_cb=ignore,
        reconnected_cb=ignore,
        closed_cb=ignore,
    )
    try:
        yield made
    finally:
        await made.connection.close()


class Wire:
    """A TCP proxy in front of a broker. `down`: what the broker answers arrives; `up`: what the client says does."""

    def __init__(self, broker: Broker) -> None:
        host, port = broker.client_url.rsplit("//", 1)[1].rsplit(":", 1)
        self._to = (host, int(port))
        self._writers: list[asyncio.StreamWriter] = []
        self.up, self.down = asyncio.Event(), asyncio.Event()
        # Set once the broker has answered while `down` was cut: the ack existed, and nobody will see it.
        self.swallowed = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The url to connect to instead of the broker's."""
        self.up.set()
        self.down.set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(*self._to)
        self._writers += [writer, to_broker]
        try:
            await asyncio.gather(self._upward(reader, to_broker), self._downward(from_broker, writer))
        except OSError:
            pass
        finally:
            for each in (writer, to_broker):
                each.transport.abort()

    async def _upward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            await self.up.wait()
            writer.write(chunk)
            await writer.drain()

    async def _downward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            if not self.down.is_set():
                self.swallowed.set()
                continue
            writer.write(chunk)
            await writer.drain()
