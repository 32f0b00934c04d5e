"""`--archive FILE`: the same questions and documents from an exported ledger, with no service and no broker."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from events import commit as commits
from services.bus.client import Client, Reply
from services.bus.request import as_reply
from services.console.exported import Line
from services.console.session import BadArchive
from services.decision import Refused
from services.projections.log import ProjectorStopped, StoredCommit
from services.projections.queries import answer, queries
from services.projections.store import Store

# Commits laid in at once, as the projector does.
BATCH = 500


class _Kept(Struct, frozen=True):
    seq: int
    subject: str
    raw: bytes
    hash: str


class Archive(Client):
    """Answers queries from a store. It sends no command: nothing is written into an archive."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.principal = "archive"

    async def query(
        self,
        name: str,
        params: dict[str, Any] | None = None,
        min_seq: int | None = None,
        as_of: int | None = None,
        as_of_time: str | None = None,
    ) -> Reply:
        """As over the bus; `rebuild` is refused as an unknown query."""
        if name == "queries":
            return Reply(body={"queries": queries()})
        found = await answer(self._store, name, params or {}, as_of, min_seq, as_of_time)
        body = as_reply(found) if isinstance(found, Refused) else msgspec.json.decode(msgspec.json.encode(found))
        return Reply(body=body)

    async def send(self, service: str, verb: str, body: bytes | dict[str, Any] | Struct) -> Reply:
        return Reply(body=as_reply(Refused("archive.read_only")))


def lines(path: Path) -> Iterator[Line]:
    """The lines of an export, each with the hash that it says. Raises BadArchive, OSError."""
    expected = 1
    with path.open("rb") as file:
        for text in file:
            try:
                line = msgspec.json.decode(text, type=Line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise BadArchive(f"line {expected}") from error
            if line.seq != expected:
                raise BadArchive(f"position {expected} is missing")
            if line.hash is None or commits.digest(bytes(line.commit)) != line.hash:
                raise BadArchive(f"position {expected} does not have its hash")
            expected += 1
            yield line
    if expected == 1:
        raise BadArchive("it is empty")


def simulated(path: Path) -> bool:
    """Whether the ledger was written under a simulated clock. Raises BadArchive, OSError."""
    first = next(lines(path))
    return bool(msgspec.json.decode(bytes(first.commit)).get("simulated", False))


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive of a file, its read models made anew. Raises BadArchive, OSError."""
    with tempfile.TemporaryDirectory(prefix="lianxi-archive-") as folder:
        store = Store.open(Path(folder))
        try:
            batch: list[StoredCommit] = []
            for line in lines(path):
                batch.append(_Kept(line.seq, line.subject, bytes(line.commit), str(line.hash)))
                if len(batch) == BATCH:
                    _lay(store, batch)
                    batch = []
            _lay(store, batch)
            yield Archive(store)
        finally:
            store.close()


def _lay(store: Store, batch: Sequence[StoredCommit]) -> None:
    try:
        if batch:
            store.apply(batch, "archive")
    except ProjectorStopped as stopped:
        raise BadArchive(f"position {stopped.seq}: {stopped.detail}") from stopped
