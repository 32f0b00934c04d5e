"""Sending commands and queries as a person, a unit or a script does: with one credential, over the bus."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import nats.aio.client
import nats.errors
from msgspec import Struct

from events import subjects
from services.bus.decoding import BYTES_MAX
from services.bus.request import REPEATED_HEADER, TIME_HEADER, as_reply
from services.decision import Refused

COMMAND_TIMEOUT_SECONDS = 10.0
QUERY_TIMEOUT_SECONDS = 60.0


class Reply(Struct, frozen=True, kw_only=True):
    """The service's answer as it came, and whether it was on record before."""

    body: dict[str, Any]
    repeated: bool = False

    @property
    def refused(self) -> dict[str, Any] | None:
        return self.body.get("refused")

    @property
    def seq(self) -> int:
        return int(self.body["seq"])

    @property
    def id(self) -> str:
        return str(self.body["accepted"]["id"])


class Violations:
    """What the broker did not let this principal say: nobody is going to answer it. `on_error` is the connection's callback."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._waiting: dict[str, asyncio.Event] = {}

    async def on_error(self, error: Exception) -> None:
        told = str(error).casefold()
        for subject, refused in self._waiting.items():
            if f'"{subject.casefold()}"' in told:
                refused.set()

    @contextmanager
    def of(self, subject: str) -> Iterator[asyncio.Event]:
        """An event that is set when the broker refuses this subject."""
        refused = self._waiting.setdefault(subject, asyncio.Event())
        try:
            yield refused
        finally:
            self._waiting.pop(subject, None)


class Client:
    """One sender on the bus. `time` gives the moment to send along, in a ledger under a simulated clock only."""

    def __init__(
        self,
        connection: nats.aio.client.Client,
        principal: str,
        time: Callable[[], datetime | None] = lambda: None,
        violations: Violations | None = None,
    ) -> None:
        self._violations = violations or Violations("-")
        self.connection = connection
        self.principal = principal
        self._time = time

    async def send(self, service: str, verb: str, body: bytes | dict[str, Any] | Struct) -> Reply:
        """Send one command and wait for its reply. Never raises for a refusal, a silence or an unsafe name."""
        try:
            subject = subjects.command(service, self.principal, verb)
        except subjects.BadToken:
            return _refuse("command.unknown_verb")
        return await self._request(subject, body, COMMAND_TIMEOUT_SECONDS)

    async def query(
        self,
        name: str,
        params: dict[str, Any] | None = None,
        min_seq: int | None = None,
        as_of: int | None = None,
        as_of_time: str | None = None,
    ) -> Reply:
        """Ask the read models: {"columns", "rows", "position"} or {"refused"}.

        `as_of` is a position, `as_of_time` an RFC 3339 moment with an offset: then as it stood there.
        """
        try:
            subject = subjects.query(self.principal, name)
        except subjects.BadToken:
            return _refuse("query.unknown")
        body = {"params": params or {}, "min_seq": min_seq, "as_of": as_of, "as_of_time": as_of_time}
        return await self._request(subject, body, QUERY_TIMEOUT_SECONDS)

    async def _request(self, subject: str, body: bytes | dict[str, Any] | Struct, seconds: float) -> Reply:
        payload = body if isinstance(body, bytes) else msgspec.json.encode(body)
        if len(payload) > BYTES_MAX:
            return _refuse("command.too_large", {"limit": str(BYTES_MAX)})
        moment = self._time()
        headers = {TIME_HEADER: moment.isoformat()} if moment else None
        with self._violations.of(subject) as refused:
            answering = asyncio.ensure_future(
                self.connection.request(subject, payload, timeout=seconds, headers=headers)
            )
            refusing = asyncio.ensure_future(refused.wait())
            try:
                await asyncio.wait({answering, refusing}, return_when=asyncio.FIRST_COMPLETED)
                if not answering.done():
                    return _refuse("command.not_allowed", {"role": self._violations.role})
                answer = answering.result()
            except (nats.errors.Error, TimeoutError, OSError):
                return _refuse("service.no_answer")
            finally:
                answering.cancel()
                refusing.cancel()
        repeated = bool((answer.headers or {}).get(REPEATED_HEADER))
        return Reply(body=msgspec.json.decode(answer.data), repeated=repeated)


async def every_page(
    client: Client,
    name: str,
    params: dict[str, Any],
    min_seq: int | None = None,
    as_of: int | None = None,
    as_of_time: str | None = None,
) -> Reply:
    """All pages as one answer, read at the position of the first; or the one page that the asker chose."""
    first = await client.query(name, params, min_seq, as_of, as_of_time)
    if first.refused or not first.body.get("more") or {"limit", "offset"} & params.keys():
        return first
    position = first.body["position"]
    gathered = list(first.body["rows"])
    more = True
    while more:
        page = await client.query(name, params | {"offset": len(gathered)}, as_of=position["seq"])
        if page.refused:
            return page
        gathered += page.body["rows"]
        more = bool(page.body["more"])
    return Reply(body=first.body | {"rows": gathered, "more": False})


def _refuse(code: str, details: dict[str, str] | None = None) -> Reply:
    return Reply(body=as_reply(Refused(code, details=details or {})))
