"""Reading messages by batched direct get (ADR-31): the client library has no call for it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import nats.errors
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg

from events.subjects import LEDGER
from services.ledger.history import DamagedLedger, LedgerUnavailable

TIMEOUT_SECONDS = 5.0
# What one request may hand out: below the client's buffer, far above one aggregate.
BATCH = 1000
BYTES_MAX = 4 * 1024 * 1024

Raw = tuple[int, str, bytes]


class Access(Struct, frozen=True):
    """A connection, and under which name it may ask for the ledger: the broker's own, or that of an import."""

    connection: Client
    api: str = "$JS.API"
    stream: str = LEDGER


async def batch(access: Access, request: dict[str, Any]) -> tuple[list[Raw], int]:
    """One request's messages as (seq, subject, bytes), and how many more there are. Raises LedgerUnavailable."""
    connection = access.connection
    inbox = connection.new_inbox()
    done: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
    found: list[Raw] = []

    async def on_message(message: Msg) -> None:
        headers = message.headers or {}
        # A stored message always carries its sequence; the end of the batch carries a status.
        if "Nats-Sequence" in headers:
            found.append((int(headers["Nats-Sequence"]), headers["Nats-Subject"], message.data))
        elif not done.done():
            done.set_result(message)

    subscription = await connection.subscribe(inbox, cb=on_message)
    try:
        body = json.dumps({"batch": BATCH, "max_bytes": BYTES_MAX} | request).encode()
        await connection.publish(f"{access.api}.DIRECT.GET.{access.stream}", body, reply=inbox)
        end = await asyncio.wait_for(done, TIMEOUT_SECONDS)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise LedgerUnavailable("the ledger does not answer") from error
    finally:
        if not connection.is_closed:
            await subscription.unsubscribe()
    return found, _left(end.headers or {})


def _left(headers: dict[str, str]) -> int:
    match headers.get("Status"):
        case "204":
            return int(headers.get("Nats-Num-Pending", "0"))
        case "404":
            return 0
        case "503":
            raise LedgerUnavailable("no server answers for the ledger")
        case status:
            raise DamagedLedger(f"the ledger refuses to be read: {status} {headers.get('Description', '')}")


async def every(access: Access, subject: str, after: int = 0) -> list[Raw]:
    """All messages of one literal subject after a position, in order."""
    messages: list[Raw] = []
    while True:
        start = (messages[-1][0] if messages else after) + 1
        found, left = await batch(access, {"seq": start, "next_by_subj": subject})
        messages += found
        if not left:
            return messages
        if not found:
            # Half a history passes every check of its chain: it must never be handed out as a whole one.
            raise LedgerUnavailable(f"{left} commits were announced and not handed out")


async def last(access: Access, subject: str) -> Raw | None:
    """The newest message of a subject or filter, from the leader. Raises LedgerUnavailable."""
    return await _on_leader(access, {"last_by_subj": subject})


async def walk(access: Access, subject: str, after: int, most: int | None = None) -> AsyncIterator[Raw]:
    """The messages of a subject or filter after a position, one by one from the leader: slow, and never stale."""
    count = 0
    while most is None or count < most:
        found = await _on_leader(access, {"seq": after + 1, "next_by_subj": subject})
        if found is None:
            return
        after, count = found[0], count + 1
        yield found


async def _on_leader(access: Access, request: dict[str, Any]) -> Raw | None:
    try:
        body = json.dumps(request).encode()
        asked = f"{access.api}.STREAM.MSG.GET.{access.stream}"
        answer = await access.connection.request(asked, body, timeout=TIMEOUT_SECONDS)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise LedgerUnavailable("the ledger's leader does not answer") from error
    return _message(json.loads(answer.data))


def _message(answer: dict[str, Any]) -> Raw | None:
    if "error" in answer:
        if answer["error"].get("code") == 404:
            return None
        raise LedgerUnavailable(str(answer["error"].get("description")))
    message = answer["message"]
    return int(message["seq"]), str(message["subject"]), base64.b64decode(message.get("data", ""))
