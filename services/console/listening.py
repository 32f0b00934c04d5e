"""`listen`: the partner's side, with that unit's credential and nothing else."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import click
import nats.errors
import nats.js.errors
from nats.aio.msg import Msg

from events.subjects import PARTNERS, BadToken, token
from services.broker import connect, load_credential
from services.console.output import USAGE
from services.console.session import Session, pass_session

# A pull through an account import is forgotten by the broker after 2 minutes: ours end long before (nats.md §5.2).
PULL_SECONDS = 1.0
BATCH = 50


@click.command()
@click.argument("unit")
@click.option(
    "--from",
    "start",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="从哪个位置起（每行的 seq）。 Position to begin at (the seq of a line).",
)
@click.option("--resume", is_flag=True, help="从上次确认之后继续。 Go on after the last acknowledged event.")
@click.option("--count", type=click.IntRange(min=1), help="收到多少条后停止。 Stop after this many.")
@click.option("--until-idle", type=float, help="空闲多少秒后停止。 Stop after this many idle seconds.")
@pass_session
def listen(session: Session, unit: str, start: int, resume: bool, count: int | None, until_idle: float | None) -> None:
    """成员单位收件：逐行输出 JSON，先历史后实时。 A unit's feed as NDJSON: history first, then live. Acknowledges each.

    本单位的转办、督办、牵头和配合的议定事项，以及发给所有单位的简报、通报（partner.all.bulletin.…）。
    只用该单位自己的凭证（--data 里的 credentials/<单位>.json）。Ctrl-C 停止。
    """
    try:
        token(unit)
    except BadToken:
        _no_unit(session)
    session.principal = unit
    session.run(lambda: _print(session, unit, None if resume else start, count, until_idle))


def _no_unit(session: Session) -> NoReturn:
    session.fail(USAGE, "unit.unknown", "这不是成员单位的代码。", "That is no unit's code.")


async def _print(session: Session, unit: str, start: int | None, count: int | None, until_idle: float | None) -> None:
    if load_credential(session.data, unit).unit is None:
        # Someone of the office: there is no feed for it, and waiting for one would look like a broken stack.
        _no_unit(session)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    printed = 0
    async for message in feed(session.data, unit, start, stop, until_idle):
        sys.stdout.buffer.write(line(message) + b"\n")
        sys.stdout.buffer.flush()
        # Printed first, acknowledged second: a kill between the two shows an event twice, never not at all.
        await message.ack()
        printed += 1
        if count is not None and printed >= count:
            break


def line(message: Msg) -> bytes:
    """{"seq", "subject", "commit"}: the commit's bytes stand in it as they were committed, so that they can be hashed."""
    head = f'{{"seq":{message.metadata.sequence.stream},"subject":"{message.subject}","commit":'
    return head.encode() + message.data + b"}"


async def feed(
    data: Path, unit: str, start: int | None, stop: asyncio.Event, until_idle: float | None = None
) -> AsyncIterator[Msg]:
    """The unit's events in order: from position `start`, or after the last acknowledged one; then live.

    Outlives a restart of the broker; ends when `stop` is set or nothing came for `until_idle` seconds.
    """
    connection = await connect(data, unit, max_reconnect_attempts=-1)
    stream = connection.jetstream(timeout=5)
    try:
        if start is not None:
            # The one thing a unit may do to its own consumer: read it again.
            await connection.request(f"$JS.API.CONSUMER.RESET.{PARTNERS}.{unit}", b'{"seq":%d}' % start, timeout=5)
        pull = await stream.pull_subscribe_bind(consumer=unit, stream=PARTNERS)
        idle = 0.0
        while not stop.is_set() and (until_idle is None or idle < until_idle):
            try:
                messages = await pull.fetch(BATCH, timeout=PULL_SECONDS)
            except (TimeoutError, nats.errors.Error, nats.js.errors.Error):
                idle += PULL_SECONDS
                continue
            idle = 0.0
            for message in messages:
                yield message
    finally:
        await connection.close()
