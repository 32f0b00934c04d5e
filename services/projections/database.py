"""The DuckDB side of the store: how an instance is opened and locked down, what a file must hold, what it says of itself."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from msgspec import Struct

from services.projections import log, refresh
from services.projections.reference import Reference, load
from services.projections.refresh import Frozen, ModelFailed

# What is made from all facts is made in parts (refresh.FACTS_AT_ONCE): as-of answers and a rebuild over 300,000 facts take
# less than 96 MB. Each further megabyte here is one of the 300 that the whole stack may take in the demo.
MEMORY_LIMIT = "112MB"
THREADS = 1


class Damaged(Exception):
    """The file opens but does not hold together."""


class Position(Struct, frozen=True):
    """Where an answer stands: the newest commit it knows, and the code that made it. `recorded` is RFC 3339, China time."""

    seq: int
    hash: str
    recorded: str | None
    code: str


class State(Struct, frozen=True):
    """What the file says of itself, as one transaction sees it."""

    incarnation: str
    position: Position
    stopped: log.ProjectorStopped | None
    frozen: dict[str, Frozen]


def instance(folder: Path) -> duckdb.DuckDBPyConnection:
    """An instance that reads and writes files in `folder` and nowhere else; nobody can change that afterwards."""
    root = duckdb.connect(":memory:")
    inside = quoted(f"{folder}/")
    for setting in (
        f"set memory_limit = '{MEMORY_LIMIT}'",
        f"set threads = {THREADS}",
        f"set temp_directory = {quoted(str(folder / 'spill'))}",
        "set autoinstall_known_extensions = false",
        "set autoload_known_extensions = false",
        f"set allowed_directories = [{inside}]",
        "set enable_external_access = false",
        "set lock_configuration = true",
    ):
        root.execute(setting)
    return root


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def moment(column: str) -> str:
    """SQL that writes a TIMESTAMPTZ as we write moments: RFC 3339 in China time."""
    local = f"strftime(timezone('Asia/Shanghai', {column}), '%Y-%m-%dT%H:%M:%S.%f')"
    return f"replace({local}, '.000000', '') || '+08:00'"


@contextmanager
def transaction(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    cursor.execute("begin")
    try:
        yield
        cursor.execute("commit")
    except BaseException:
        # A failed commit has rolled back already; a failed rollback must not hide what went wrong.
        with suppress(duckdb.Error):
            cursor.execute("rollback")
        raise


def read_state(cursor: duckdb.DuckDBPyConnection, code: str) -> State:
    row = cursor.execute(f"select incarnation, seq, hash, {moment('recorded')} from checkpoint").fetchone()
    if row is None:
        raise Damaged("there is no checkpoint")
    stopped = cursor.execute("select code, seq, detail from stopped").fetchone()
    frozen = cursor.execute("select model, frozen_at_seq, reason from model_state").fetchall()
    return State(
        row[0],
        Position(row[1], row[2], row[3], code),
        log.ProjectorStopped(*stopped) if stopped else None,
        {each[0]: Frozen(*each) for each in frozen},
    )


def prepare(cursor: duckdb.DuckDBPyConnection, code: str, rows: Reference) -> None:
    """Make the tables of a new file; check an old one; compute the models anew if `code` differs. Raises Damaged."""
    with transaction(cursor):
        if "meta" not in _tables(cursor):
            log.create(cursor)
        else:
            _sound(cursor)
        if cursor.execute("select 1 from meta where code = $1", [code]).fetchone() is not None:
            return
    recompute(cursor, code, rows)


def recompute(cursor: duckdb.DuckDBPyConnection, code: str, rows: Reference) -> None:
    """Compute every model from the whole log, in one transaction. One that fails comes out frozen and empty."""
    failed: dict[str, Frozen] = {}
    while True:
        try:
            with transaction(cursor):
                load(cursor, rows)
                refresh.everything(cursor, failed)
                cursor.execute("delete from model_state")
                refresh.record(cursor, failed.values())
                cursor.execute("delete from meta")
                cursor.execute("insert into meta values ($1, $2)", [log.FORMAT, code])
            return
        except ModelFailed as failure:
            # From 1: none of its rows is there, so no position before the failure can be answered from them.
            failed[failure.model] = Frozen(failure.model, 1, failure.reason)


def _sound(cursor: duckdb.DuckDBPyConnection) -> None:
    """Read every block of every table, so that a damaged one is met now and not in the middle of an answer."""
    if cursor.execute("select 1 from meta where format = $1", [log.FORMAT]).fetchone() is None:
        raise Damaged("another format")
    for name in _tables(cursor):
        cursor.execute(f"select bit_xor(hash(t)) from {name} as t").fetchone()
    try:
        log.check_laws(cursor, 0)
    except log.ProjectorStopped as broken:
        raise Damaged(broken.detail) from broken


def _tables(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    found = cursor.execute("select table_name from duckdb_tables() where database_name = current_database()").fetchall()
    return [row[0] for row in found]
