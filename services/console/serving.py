"""Services as a process: connect, check the broker's durability, serve until told to stop."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import click
import nats.aio.client
from faststream import FastStream
from faststream.nats import NatsBroker

from services.broker import REACTING, Credential, assert_durable, endpoint, load_credential
from services.bus.endpoint import new_broker, serve_commands, serve_reactions
from services.bus.turns import Turns
from services.console.session import settings
from services.ledger import Ledger

Close = Callable[[], Awaitable[None]]


async def serve_services(names: Sequence[str], data: Path, url: str | None, parent: int | None) -> None:
    """Run services until SIGTERM, each on its own credential. Refuses a broker that may lose what it acknowledged."""
    where = endpoint(data)
    assert_durable(where.monitoring)
    brokers: list[NatsBroker] = []
    stopping: list[Close] = []
    closing: list[Close] = []
    turns = Turns({name: REACTING[name] for name in REACTING if name in names})
    for name in names:
        credential = load_credential(data, name)
        broker = new_broker(credential, url or where.client, name)
        connection = await broker.connect()
        closing.append(await _attach(name, broker, connection, credential, data, stopping, turns))
        brokers.append(broker)
    app = FastStream(*brokers, logger=None)
    app.after_startup(_announce("+".join(names)))
    for stop in stopping:
        # Before the connections close: what works by itself would take their end for a fault.
        app.on_shutdown(stop)
    watch = asyncio.create_task(_follow(parent, app)) if parent else None
    try:
        await app.run(sleep_time=0.1)
    finally:
        if watch is not None:
            watch.cancel()
        for close in closing:
            await close()


async def _attach(
    name: str,
    broker: NatsBroker,
    connection: nats.aio.client.Client,
    credential: Credential,
    data: Path,
    stopping: list[Close],
    turns: Turns,
) -> Close:
    ledger = Ledger(connection)
    chosen = settings(data)
    simulated = bool(chosen.get("simulated"))
    # On a real clock nobody waits for another service.
    in_turn = turns if simulated else None
    match name:
        case "intake":
            from services.intake.app import Intake
            from services.intake.vault import Vault

            vault = Vault(data / "keys.db", seed=chosen.get("seed") if simulated else None)
            intake = Intake(ledger, vault)
            serve_commands(broker, name, simulated, intake.handle)
            serve_reactions(broker, name, intake.react, credential.inbox, in_turn)
            return _closing(vault.close)
        case "referral":
            from services.attachments import Attachments, Spool
            from services.bus.timers import Schedule
            from services.referral.app import Referrals
            from services.referral.timers import Timers
            from services.referral.watch import Watch
            from services.working_clock import WorkingClock

            files = Attachments(connection, data / "attachment-keys.db")
            referral = Referrals(ledger, WorkingClock(), files, Spool(data / "incoming"))
            timers = Timers(Watch(ledger, lambda: referral.clock), Schedule(connection, name), referral.handle)
            serve_commands(broker, name, simulated, timers.after(referral.handle))
            serve_reactions(broker, name, timers.after(referral.react), credential.inbox, in_turn)
            if not simulated:
                # No moment of a simulated clock comes by itself: there deadlines are checked by command.
                timers.start()
                stopping.append(timers.stop)
            return _closing(files.close)
        case "publication":
            from services.bus.client import Client
            from services.publication.app import Publications
            from services.publication.figures import asked

            publication = Publications(ledger, asked(Client(connection, name)))
            serve_commands(broker, name, simulated, publication.handle)
            return _nothing
        case "meeting":
            from services.meeting.app import Meetings
            from services.meeting.rounds import Rounds
            from services.working_clock import WorkingClock

            meetings = Meetings(ledger, WorkingClock())
            serve_commands(broker, name, simulated, meetings.handle)
            serve_reactions(broker, name, meetings.react, credential.inbox, in_turn)
            if not simulated:
                rounds = Rounds(ledger, meetings.current_clock, meetings.handle)
                rounds.start()
                stopping.append(rounds.stop)
            return _closing(lambda: None)
        case _:
            from services.projections.app import Projections

            projections = Projections(ledger, data / "read-models")
            projections.attach(broker)
            await projections.start()
            return projections.stop


async def _nothing() -> None:
    """A service that keeps nothing open."""


def _closing(close: Callable[[], None]) -> Close:
    async def closed() -> None:
        close()

    return closed


def _announce(name: str) -> Close:
    async def ready() -> None:
        click.echo(f"ready {name}")

    return ready


async def _follow(parent: int, app: Any) -> None:
    # Nothing tells a process that its parent was killed: it has to look.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    app.exit()
