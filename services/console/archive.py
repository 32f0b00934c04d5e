"""`--archive FILE`: the same questions and documents from an exported ledger, with no service and no broker."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
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

# Commits laid in with one transaction.
BATCH = 5_000


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
                raise BadArchive(f"第 {expected} 行读不出", f"line {expected} cannot be read") from error
            if line.seq != expected:
                raise BadArchive(f"缺第 {expected} 条", f"position {expected} is missing")
            if line.hash is None or commits.digest(bytes(line.commit)) != line.hash:
                raise BadArchive(f"第 {expected} 条与其校验码不符", f"position {expected} does not have its hash")
            expected += 1
            yield line
    if expected == 1:
        raise BadArchive("文件是空的", "it is empty")


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
            try:
                store.fill(_batches(path), "archive")
            except ProjectorStopped as stopped:
                raise _broken(stopped.seq) from stopped
            yield Archive(store)
        finally:
            store.close()


def _batches(path: Path) -> Iterator[list[StoredCommit]]:
    kept = (_Kept(line.seq, line.subject, bytes(line.commit), str(line.hash)) for line in lines(path))
    while batch := list[StoredCommit](islice(kept, BATCH)):
        yield batch


def _broken(seq: int) -> BadArchive:
    return BadArchive(f"第 {seq} 条与前后不符", f"position {seq} does not fit what is before it")
