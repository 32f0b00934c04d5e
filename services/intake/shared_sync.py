"""Small writes that several commands ask for at once share one disk sync, made outside the event loop."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

_BUSY_SECONDS = 10.0

Statement = tuple[str, tuple[Any, ...]]


class SharedSync:
    """One connection that only writes. `write` returns once its statement is durable."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error."""
        # Used by one thread at a time: a batch is over before the next begins.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
        self._db.execute("pragma synchronous=full")
        self._waiting: list[tuple[Statement, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, sql: str, values: tuple[Any, ...]) -> None:
        """Run one statement in the next transaction. Raises sqlite3.Error; then nothing of that transaction stands."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((sql, values), done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._commit, [statement for statement, _ in batch])
                failed: Exception | None = None
            except Exception as error:
                failed = error
            for _, done in batch:
                # One that nobody waits for any more was cancelled.
                if done.done():
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    done.set_exception(failed)

    def _commit(self, statements: list[Statement]) -> None:
        self._db.execute("begin immediate")
        try:
            for sql, values in statements:
                self._db.execute(sql, values)
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def close(self) -> None:
        self._db.close()
