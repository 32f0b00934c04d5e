"""The read models as they stood at earlier positions: made when somebody asks, kept for the next question.

A snapshot is a function of the log up to its position, which never changes: kept or made again, it is the same.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import duckdb
from msgspec import Struct, field

from services.projections import refresh
from services.projections.model import Model, needed

# A document asks several questions at one position, a comparison at two. What is kept may be spilled to the disk.
KEPT = 3


class _Snapshot(Struct):
    schema: str
    made: set[str] = field(default_factory=set)
    users: int = 0


class Snapshots:
    """`at` gives the relations of one position. Safe to use from threads; one snapshot is made at a time."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._guard = threading.Lock()
        self._held: dict[str, _Snapshot] = {}

    @contextmanager
    def at(self, cursor: duckdb.DuckDBPyConnection, seq: int, names: Iterable[str]) -> Iterator[str]:
        """`with …` for the logs and the named models as they stood at `$as_of` = seq. Call it outside a transaction."""
        wanted = needed(names)
        snapshot = self._take(cursor, seq)
        try:
            with self._making:
                for model in wanted:
                    if model.about is not None and model.name not in snapshot.made:
                        _make(cursor, snapshot.schema, model, seq)
                        snapshot.made.add(model.name)
            relations = [
                model.inline()
                if model.about is None
                else f"{model.name} as (select * from {snapshot.schema}.{model.name})"
                for model in wanted
            ]
            yield (
                f"with {refresh.logs_until()}{', '.join(relations)} "
                if relations
                else (f"with {refresh.logs_until().removesuffix(', ')} ")
            )
        finally:
            with self._guard:
                snapshot.users -= 1

    def _take(self, cursor: duckdb.DuckDBPyConnection, seq: int) -> _Snapshot:
        (generation,) = cursor.execute("select current_database()").fetchall()[0]
        schema = f"memory.as_of_{generation}_{seq}"
        with self._guard:
            snapshot = self._held.pop(schema, None)
            if snapshot is None:
                for old in [each for each in self._held.values() if each.users == 0][: len(self._held) + 1 - KEPT]:
                    cursor.execute(f"drop schema {old.schema} cascade")
                    del self._held[old.schema]
                cursor.execute(f"create schema {schema}")
                snapshot = _Snapshot(schema)
            # Last in the row: the ones in front are the first to go.
            self._held[schema] = snapshot
            snapshot.users += 1
        return snapshot


def _make(cursor: duckdb.DuckDBPyConnection, schema: str, model: Model, seq: int) -> None:
    count = refresh.parts(cursor, seq)
    try:
        cursor.execute(f"create table {schema}.{model.name} as select * from main.{model.name} limit 0")
        for part in range(count):
            cursor.execute(model.fill_part(schema, refresh.logs_until()), {"as_of": seq, "parts": count, "part": part})
    except BaseException:
        with suppress(duckdb.Error):
            cursor.execute(f"drop table if exists {schema}.{model.name}")
        raise
