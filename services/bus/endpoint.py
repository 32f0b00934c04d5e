"""A service on the bus: commands by request and reply, reactions from a durable consumer. FastStream carries both.

Acknowledgement is explicit, streams are never declared here, and every request that can be answered is answered.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import nats.aio.client
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage

from events import commit as commits
from events import subjects
from events.commit import Actor
from services.broker import Credential
from services.bus import clock
from services.bus.decoding import decode
from services.bus.request import REPEATED_HEADER, Accepted, Answer, Request, written
from services.bus.turns import Turns
from services.command import Command
from services.decision import Refused
from services.directory import allow, directory
from services.ledger import Stored

log = logging.getLogger("lianxi.bus")

# Enough that one slow command does not hold up the others, few enough that the broker stays the bottleneck.
WORKERS = 16
REACTION_PAUSE_SECONDS = 2.0
# Replies go to inboxes alone: a reply subject of the sender's choosing could be a ledger subject (nats.md §5.1).
INBOXES = ("_INBOX.", "_R_.")

C = TypeVar("C", bound=Command)
Handle = Callable[[Request], Awaitable[Answer]]
React = Callable[[Stored], Awaitable[None]]


async def raw_body(message: Any) -> bytes:
    """Keep the body as it came: we decode it ourselves, strictly, and answer what cannot be decoded."""
    body: bytes = message.body
    return body


def new_broker(credential: Credential, url: str, name: str) -> NatsBroker:
    """A FastStream broker with this service's own credential and inbox. It logs no payloads."""
    return NatsBroker(
        url,
        name=f"lianxi-{name}",
        nkeys_seed_str=credential.seed,
        inbox_prefix=credential.inbox.encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        logger=None,
        error_cb=_connection_problem,
        disconnected_cb=_disconnected,
        reconnected_cb=_reconnected,
    )


async def _connection_problem(error: Exception) -> None:
    log.warning("broker connection: %s", type(error).__name__)


async def _disconnected() -> None:
    log.warning("broker connection lost; reconnecting")


async def _reconnected() -> None:
    log.warning("broker connection is back")


def serve_commands(broker: NatsBroker, service: str, simulated: bool, handle: Handle) -> None:
    """Answer `cmd.<service>.<principal>.<Verb>`; the broker vouches for the principal token."""

    @broker.subscriber(f"cmd.{service}.*.*", queue=service, no_reply=True, decoder=raw_body, max_workers=WORKERS)
    async def on_command(message: NatsMessage) -> None:
        raw = message.raw_message
        if not raw.reply.startswith(INBOXES):
            log.warning("a request without an inbox to answer was dropped")
            return
        answer = await _answer(raw.subject, raw.data, raw.headers or {}, service, simulated, handle)
        await _reply(raw._client, raw.reply, answer)


async def _answer(
    subject: str, body: bytes, headers: dict[str, str], service: str, simulated: bool, handle: Handle
) -> Answer:
    try:
        _, _, principal, verb = subject.split(".")
        person = directory().principal(principal)
        if person is None:
            return Refused("command.not_allowed", details={"role": "-"})
        now = clock.now(headers, simulated)
        if isinstance(now, Refused):
            return now
        actor = Actor(principal=person.name, role=person.role, unit=person.unit)
        return await handle(Request(actor=actor, verb=verb, body=body, now=now, simulated=simulated))
    except Exception as error:
        # The type and place alone: the message may hold what the caller said.
        log.error("%s failed: %s at %s", service, type(error).__name__, _place(error))
        return Refused("service.failed")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"


async def _reply(client: nats.aio.client.Client, to: str, answer: Answer) -> None:
    repeated = isinstance(answer, Accepted) and answer.repeated
    await client.publish(to, written(answer), headers={REPEATED_HEADER: "1"} if repeated else None)


def serve_reactions(broker: NatsBroker, service: str, react: React, inbox: str, turns: Turns | None = None) -> None:
    """Hand every commit of the service's durable consumer to `react`, in order, again until it succeeds.

    `turns`: with those of the same process, one after the other.
    """

    @broker.subscriber(
        "ledger.>",
        stream=JStream(subjects.LEDGER, declare=False),
        durable=service,
        pull_sub=PullSub(1, timeout=1.0),
        ack_policy=AckPolicy.MANUAL,
        inbox_prefix=inbox.encode() + b".",
        decoder=raw_body,
        no_reply=True,
    )
    async def on_commit(message: NatsMessage) -> None:
        raw = message.raw_message
        try:
            stored = Stored(
                seq=raw.metadata.sequence.stream,
                subject=raw.subject,
                raw=raw.data,
                hash=commits.digest(raw.data),
                commit=commits.decode(raw.data),
            )
            if turns is not None:
                await turns.come(service, stored.commit.kind, stored.seq)
            await react(stored)
            if turns is not None:
                await turns.done(service, stored.seq)
        except Exception as error:
            # Never skipped: the same commit comes again, and those behind it wait (nats.md §7.1).
            log.error("%s reaction failed: %s at %s", service, type(error).__name__, _place(error))
            await raw.nak(delay=REACTION_PAUSE_SECONDS)
        else:
            await raw.ack()


def understood(request: Request, service: str, commands: Mapping[str, type[C]]) -> C | Refused:
    """The command that a request is, or why it is none: an unknown verb, one that is not the sender's, a bad body."""
    if request.verb not in commands:
        return Refused("command.unknown_verb")
    if not allow(request.actor, f"{service}.{request.verb}"):
        return Refused("command.not_allowed", details={"role": request.actor.role})
    return decode(request.body, commands[request.verb])
