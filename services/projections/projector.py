"""Feeds the store from the ledger: in order, from its own checkpoint, nothing skipped."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import duckdb

from services.ledger import DamagedLedger, LedgerUnavailable
from services.projections.database import State
from services.projections.log import ProjectorStopped, StoredCommit
from services.projections.store import Store

# Smaller batches cost a synced commit each (duckdb.md, trap 7). Of 2,000 commits about referrals, the facts that their rows
# are made from take over 128 MB at once; of 500 a quarter, at 0.2 s.
BATCH = 500
# How long commits may gather when nobody asks: a batch of one costs as much as a batch of a hundred. A query that waits
# for a position wakes the projector at once.
PAUSE_SECONDS = 0.2

_log = logging.getLogger(__name__)


class LedgerHead(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def incarnation(self) -> str: ...


class LedgerReader(Protocol):
    """What the projector needs of services.ledger.Ledger."""

    async def head(self) -> LedgerHead: ...
    def read(
        self, after: int = 0, batch: int = 500, until: int | None = None
    ) -> AsyncIterator[Sequence[StoredCommit]]: ...


class Projector:
    """`run` it in a task; or `step` it where the caller keeps the time."""

    def __init__(self, store: Store, reader: LedgerReader) -> None:
        self._store = store
        self._reader = reader
        self._awake = asyncio.Event()
        # Whether the checkpoint's commit was found in the ledger as it is here.
        self._joined = False

    def wake(self) -> None:
        """Look for new commits now. Call it in the projector's event loop."""
        self._awake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the ledger until `stop` is set.

        When the ledger does not fit, that is logged and recorded, queries are refused, and nothing is projected until a
        rebuild has put another file in place. An absent broker or a full disk is waited out.
        """
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._awake.set)

        self._store.wanted.append(wake)
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self._awake.set())
        said: str | None = None
        try:
            while not stop.is_set():
                self._awake.clear()
                try:
                    await self.step()
                    trouble = None
                except (ProjectorStopped, LedgerUnavailable, duckdb.Error) as error:
                    trouble = f"{type(error).__name__}: {error}"
                    if trouble != said:
                        _log.critical("the read models do not advance: %s", trouble)
                said = trouble
                await self._rest()
        finally:
            self._store.wanted.remove(wake)
            stopping.cancel()

    async def step(self) -> int:
        """Take in what the ledger has beyond the checkpoint; return how many commits. Raises ProjectorStopped."""
        state = await asyncio.to_thread(self._store.state)
        if state.stopped is not None:
            raise state.stopped
        try:
            return await self._take_in(state)
        except DamagedLedger as error:
            stopped = ProjectorStopped("projection.ledger_damaged", state.position.seq, str(error))
            await asyncio.to_thread(self._store.stop, stopped)
            raise stopped from error
        except ProjectorStopped as stopped:
            await asyncio.to_thread(self._store.stop, stopped)
            raise

    async def _take_in(self, state: State) -> int:
        at, head = state.position, await self._reader.head()
        if state.incarnation and head.incarnation != state.incarnation:
            raise ProjectorStopped("projection.other_ledger", at.seq, "the stream was created anew")
        if head.seq < at.seq:
            raise ProjectorStopped("projection.ledger_shorter", at.seq, f"the ledger ends at {head.seq}")
        if head.seq == at.seq and (self._joined or at.seq == 0):
            return 0
        taken = 0
        joined = at.seq == 0
        # One commit of overlap: a ledger that was rolled back and went on differently is met here (reliability.md §0.4).
        async for batch in self._reader.read(after=max(at.seq - 1, 0), batch=BATCH):
            fresh = list(batch)
            if fresh and not joined:
                first = fresh.pop(0)
                if first.seq != at.seq or first.hash != at.hash:
                    raise ProjectorStopped("projection.rewritten", at.seq, "the ledger holds another commit there now")
                joined = self._joined = True
            if fresh:
                await self._apply(fresh, head.incarnation)
                taken += len(fresh)
        return taken

    async def _apply(self, batch: Sequence[StoredCommit], incarnation: str) -> None:
        """The batch, in halves where it takes more memory than there is: it would take as much at the next try."""
        try:
            await asyncio.to_thread(self._store.apply, batch, incarnation)
        except duckdb.OutOfMemoryException:
            if len(batch) == 1:
                raise
            half = len(batch) // 2
            await self._apply(batch[:half], incarnation)
            await self._apply(batch[half:], incarnation)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), PAUSE_SECONDS)
