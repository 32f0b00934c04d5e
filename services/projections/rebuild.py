"""Make the read models anew beside the ones in use, compare every table, then switch. Queries go on meanwhile."""

import asyncio
import time

import duckdb
from msgspec import Struct

from services.projections import log
from services.projections.database import read_state, recompute, transaction
from services.projections.model import materialised
from services.projections.projector import BATCH, LedgerReader
from services.projections.store import Generation, Store, StoreBusy

# Commits copied in one transaction; bounds memory.
CHUNK = 10_000


class RebuildReport(Struct, frozen=True):
    """`equal`, or in `differences` what differs: table -> rows that only the old, only the new file has."""

    equal: bool
    differences: dict[str, str]
    commits: int
    seconds: float


async def rebuild(store: Store, reader: LedgerReader | None = None) -> RebuildReport:
    """Rebuild from the local log, or from the ledger when a reader is given; the new file is in use afterwards.

    From the ledger it also ends a stop: the new file holds what the ledger says. Raises ProjectorStopped when what is
    read does not hold together, StoreBusy when another rebuild is under way; the file in use stays then.
    """
    started = time.monotonic()
    if not store.rebuilding.acquire(blocking=False):
        raise StoreBusy("a rebuild is under way")
    try:
        new = await asyncio.to_thread(store.fresh)
        try:
            differences, commits = await _fill(store, new, reader)
        except BaseException:
            await asyncio.to_thread(store.discard, new)
            raise
    finally:
        store.rebuilding.release()
    return RebuildReport(not differences, differences, commits, round(time.monotonic() - started, 3))


async def _fill(store: Store, new: Generation, reader: LedgerReader | None) -> tuple[dict[str, str], int]:
    if reader is None:
        done = await asyncio.to_thread(_finish, store, new, True, True)
        assert done is not None  # the local log is always whole
        return done
    while True:
        more = await _read_on(store, new, reader)
        # Behind again: the projector went on in between. A ledger that has no more ends the chase.
        done = await asyncio.to_thread(_finish, store, new, False, not more)
        if done is not None:
            return done


async def _read_on(store: Store, new: Generation, reader: LedgerReader) -> bool:
    head = await reader.head()
    until = (await asyncio.to_thread(store.state)).position.seq
    at = (await asyncio.to_thread(store.state, new)).position.seq
    before = at
    if until > at:
        async for batch in reader.read(after=at, batch=BATCH, until=until):
            fresh = [each for each in batch if each.seq <= until]
            if fresh:
                await asyncio.to_thread(_keep, store, new, before, fresh, head.incarnation)
                before = fresh[-1].seq
    return before > at


def _keep(store: Store, new: Generation, before: int, batch: list[log.StoredCommit], incarnation: str) -> None:
    with store.reading(new) as cursor, transaction(cursor):
        log.append(cursor, before, batch)
        log.set_checkpoint(cursor, incarnation)


def _finish(store: Store, new: Generation, from_log: bool, last_chance: bool) -> tuple[dict[str, str], int] | None:
    # Nothing is projected from here to the switch, so that both files stand at one position.
    with store.writing:
        old = store.generation
        with store.reading(new) as cursor:
            if from_log:
                _copy(cursor, store, old)
            commits = read_state(cursor, store.code).position.seq
            if commits < store.position.seq and not last_chance:
                return None
            recompute(cursor, store.built_with, store.reference)
            differences = _compare(cursor, store, old)
        store.switch(new, keep_old=bool(differences))
    return differences, commits


def _copy(cursor: duckdb.DuckDBPyConnection, store: Store, old: Generation) -> None:
    state = store.state(old)
    for before in range(0, state.position.seq, CHUNK):
        with transaction(cursor):
            cursor.execute(
                f"insert into commit_log select * from {old.alias}.main.commit_log "
                "where seq > $before and seq <= $until order by seq",
                {"before": before, "until": before + CHUNK},
            )
            log.unfold(cursor, before)
            log.set_checkpoint(cursor, state.incarnation)


def _compare(cursor: duckdb.DuckDBPyConnection, store: Store, old: Generation) -> dict[str, str]:
    # Digests stand for the long columns: the sets to be subtracted must fit in memory. Derived models are made of these
    # tables by one text: where the tables are equal, so are they.
    compared = {
        "checkpoint": "select * from {}.checkpoint",
        "commit_log": "select * exclude (bytes), sha256(bytes) from {}.commit_log",
        "event_log": "select * replace (sha256(data) as data) from {}.event_log",
    }
    compared |= {model.name: f"select * from {{}}.{model.name}" for model in materialised()}
    differences: dict[str, str] = {}
    for name, select in compared.items():
        was, now = select.format(f"{old.alias}.main"), select.format("main")
        only_old, only_new = cursor.execute(
            f"select (select count(*) from ({was} except all {now})), (select count(*) from ({now} except all {was}))"
        ).fetchall()[0]
        if only_old or only_new:
            differences[name] = f"{only_old} only in the old, {only_new} only in the new"
    return differences
