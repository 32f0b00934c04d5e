"""The read models' file: one DuckDB database, one process, one transaction a batch. Every question is asked of it here."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from services.projections import log, refresh
from services.projections.database import (
    Damaged,
    Position,
    State,
    instance,
    prepare,
    quoted,
    read_state,
    recompute,
    transaction,
)
from services.projections.log import ProjectorStopped, StoredCommit
from services.projections.model import digest
from services.projections.reference import Reference, reference
from services.projections.refresh import Frozen, ModelFailed
from services.projections.snapshots import Snapshots

POINTER = "current.json"
PREFIX = "models-"
SUFFIX = ".duckdb"


class StoreBusy(Exception):
    """Another process, or another Store in this one, holds the folder."""


class Generation:
    """One database file, attached. Retired ones are let go when their last question is answered."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.path = folder / f"{PREFIX}{number}{SUFFIX}"
        self.alias = f"generation_{number}"
        self.users = 0
        # Its content differs from what replaced it: kept under another name for a look.
        self.keep = False


def code() -> str:
    """The version of the program and of the models' texts."""
    try:
        return f"{version('lianxi')}+{digest()}"
    except PackageNotFoundError:
        return f"0+{digest()}"


class Store:
    """Open with `Store.open`; `apply` a batch; `reading` gives a cursor for questions. Safe to use from threads."""

    generation: Generation

    def __init__(self, folder: Path, rows: Reference, lock: int, root: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.code = code()
        self.reference = rows
        # Called (in the applying thread) after each commit; whoever waits for a position listens here.
        self.advanced: list[Callable[[], None]] = []
        # Called when someone waits for a position that is not here yet, so that the projector looks at once.
        self.wanted: list[Callable[[], None]] = []
        self.snapshots = Snapshots()
        self.writing = threading.RLock()
        self.rebuilding = threading.Lock()
        self._guard = threading.Lock()
        self._lock = lock
        self._root = root

    @classmethod
    def open(cls, folder: Path, rows: Reference | None = None) -> "Store":
        """Open the folder's current file, or a new one; a damaged file is put aside and the ledger read anew.

        Raises StoreBusy when someone holds the folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            os.close(lock)
            raise StoreBusy("another process holds the read models") from busy
        root = instance(folder)
        store = cls(folder, rows if rows is not None else reference(), lock, root)
        number = store._pointer()
        try:
            store.generation = store.attach(number)
        except (duckdb.Error, Damaged):
            store._put_aside(number)
            number = 1 + max((store._number(path) for path in folder.glob(f"{PREFIX}*")), default=number)
            store.generation = store.attach(number)
        store.point_to(store.generation)
        store._sweep()
        return store

    def close(self) -> None:
        self._root.close()
        os.close(self._lock)

    @property
    def position(self) -> Position:
        return self.state().position

    @property
    def built_with(self) -> str:
        """What the models are a function of, beside the log."""
        return f"{self.code}+{self.reference.digest()}"

    def state(self, generation: Generation | None = None) -> State:
        with self.reading(generation) as cursor, transaction(cursor):
            return read_state(cursor, self.code)

    @contextmanager
    def reading(self, generation: Generation | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on the current file. It stays readable while a rebuild switches to another."""
        with self._guard:
            used = generation or self.generation
            used.users += 1
        cursor = self._root.cursor()
        try:
            cursor.execute(f"use {used.alias}")
            yield cursor
        finally:
            cursor.close()
            with self._guard:
                used.users -= 1
                retired = generation is None and used.users == 0 and used is not self.generation
            if retired:
                self._let_go(used)

    def apply(self, batch: Sequence[StoredCommit], incarnation: str) -> None:
        """Write the batch, its facts, the models and the checkpoint in one transaction, or nothing.

        A model that fails is frozen and the batch goes in without it; what breaks the log raises ProjectorStopped.
        """
        failed: dict[str, Frozen] = {}
        with self.writing, self.reading() as cursor:
            while True:
                before = read_state(cursor, self.code)
                try:
                    with transaction(cursor):
                        self._advance(cursor, before, batch, incarnation, failed)
                    break
                except ModelFailed as failure:
                    # DuckDB has no savepoints: the whole batch was taken back, and goes in again without this model.
                    failed[failure.model] = Frozen(failure.model, before.position.seq + 1, failure.reason)
        self._tell(self.advanced)

    def fill(self, batches: Iterable[Sequence[StoredCommit]], incarnation: str) -> None:
        """Lay a whole log into an empty store; the models are computed once, at the end. Raises ProjectorStopped."""
        with self.writing, self.reading() as cursor:
            before = 0
            for batch in batches:
                with transaction(cursor):
                    log.append(cursor, before, batch)
                    log.set_checkpoint(cursor, incarnation)
                before = batch[-1].seq
            recompute(cursor, self.built_with, self.reference)

    def _advance(
        self,
        cursor: duckdb.DuckDBPyConnection,
        before: State,
        batch: Sequence[StoredCommit],
        incarnation: str,
        failed: dict[str, Frozen],
    ) -> None:
        seq = before.position.seq
        log.append(cursor, seq, batch)
        refresh.touched(cursor, seq, before.frozen.keys() | failed.keys())
        refresh.record(cursor, failed.values())
        log.set_checkpoint(cursor, incarnation)
        log.check_laws(cursor, seq)

    def stop(self, reason: ProjectorStopped) -> None:
        """Put on record why the read models stopped; every query is refused with it until a rebuild from the ledger."""
        with self.writing, self.reading() as cursor, transaction(cursor):
            cursor.execute("delete from stopped")
            cursor.execute("insert into stopped values ($1, $2, $3)", [reason.code, reason.seq, reason.detail[:300]])
        self._tell(self.advanced)

    def want(self) -> None:
        """Someone waits for a commit that is not here yet."""
        self._tell(self.wanted)

    @staticmethod
    def _tell(listeners: list[Callable[[], None]]) -> None:
        for listener in list(listeners):
            listener()

    def attach(self, number: int) -> Generation:
        """Attach file `number`, made if missing, its models brought up to this code; raises on damage."""
        generation = Generation(self.folder, number)
        with self._root.cursor() as root:
            root.execute(f"attach {quoted(str(generation.path))} as {generation.alias}")
        try:
            with self.reading(generation) as cursor:
                prepare(cursor, self.built_with, self.reference)
        except BaseException:
            self._detach(generation)
            raise
        return generation

    def fresh(self) -> Generation:
        """A new, empty file beside the current one."""
        return self.attach(self.generation.number + 1)

    def switch(self, to: Generation, keep_old: bool) -> None:
        """Point to another file; questions under way end on the old one. `keep_old` keeps it for a look."""
        self.point_to(to)
        with self._guard:
            old, self.generation = self.generation, to
            old.keep = keep_old
            old_is_free = old.users == 0
        if old_is_free:
            self._let_go(old)

    def discard(self, generation: Generation) -> None:
        """Give up a file that never became the current one."""
        self._let_go(generation)

    def point_to(self, generation: Generation) -> None:
        # Whole before it is pointed to: a reader of the pointer never finds a file without its tables.
        with self._root.cursor() as root:
            root.execute(f"checkpoint {generation.alias}")
        beside = self.folder / f"{POINTER}.new"
        with beside.open("w") as file:
            json.dump({"file": generation.path.name}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.folder / POINTER)

    def _pointer(self) -> int:
        try:
            return self._number(Path(json.loads((self.folder / POINTER).read_bytes())["file"]))
        except (OSError, ValueError, KeyError, TypeError):
            return max((self._number(path) for path in self.folder.glob(f"{PREFIX}*{SUFFIX}")), default=1)

    @staticmethod
    def _number(path: Path) -> int:
        digits = path.name.removeprefix(PREFIX).split(".")[0]
        return int(digits) if digits.isdigit() else 0

    def _put_aside(self, number: int) -> None:
        damaged = self.folder / f"{PREFIX}{number}{SUFFIX}"
        for path in (damaged, damaged.with_name(damaged.name + ".wal")):
            if path.exists():
                os.replace(path, path.with_name(path.name + ".damaged"))

    def _sweep(self) -> None:
        """Remove what a killed rebuild left behind."""
        for path in self.folder.glob(f"{PREFIX}*{SUFFIX}*"):
            if self._number(path) != self.generation.number and not path.name.endswith(".damaged"):
                path.unlink()

    def _detach(self, generation: Generation) -> None:
        with self._root.cursor() as root:
            root.execute(f"detach {generation.alias}")

    def _let_go(self, generation: Generation) -> None:
        self._detach(generation)
        if generation.keep:
            os.replace(generation.path, generation.path.with_suffix(".differs"))
        for path in (generation.path, generation.path.with_name(generation.path.name + ".wal")):
            path.unlink(missing_ok=True)
