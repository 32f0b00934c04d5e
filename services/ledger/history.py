"""What the ledger hands out and takes: commits as they are stored, an aggregate's history, one append."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from events import commit as commits
from events.commit import Commit


class Overtaken(Exception):
    """The aggregate moved on since it was loaded, and not by this commit. Load, decide, append again."""


class LedgerUnavailable(Exception):
    """The ledger could not be read or written; the outcome of an append may be unknown."""


class DamagedLedger(Exception):
    """What is stored does not fit: a fork, a gap, a lost tail or bytes that are no commit. Stop and call the auditor."""


class Stored(Struct, frozen=True):
    """One commit at its position. `hash` is that of `raw`, the bytes as they lie in the ledger."""

    seq: int
    subject: str
    raw: bytes
    hash: str
    commit: Commit


class History(Struct, frozen=True):
    """All commits of one aggregate, checked: `n` counts without a gap and every `prev` is the hash before."""

    subject: str
    commits: tuple[Stored, ...]

    @property
    def n(self) -> int:
        return len(self.commits)

    @property
    def head_seq(self) -> int:
        """The ledger position of the newest commit, 0 when there is none."""
        return self.commits[-1].seq if self.commits else 0

    @property
    def head_hash(self) -> str:
        """What the next commit's `prev` has to be."""
        return self.commits[-1].hash if self.commits else commits.genesis(self.subject)

    def first(self, n: int) -> "History":
        """The same as it was after its commit `n`."""
        return History(self.subject, self.commits[:n])

    def until(self, seq: int) -> "History":
        """The same as it stood at a position of the ledger."""
        return History(self.subject, tuple(each for each in self.commits if each.seq <= seq))

    @property
    def facts(self) -> Iterator[Any]:
        return (fact for stored in self.commits for fact in stored.commit.facts)


class Append(Struct, frozen=True):
    """One commit to store after exactly this history."""

    history: History
    commit: Commit


class Head(Struct, frozen=True):
    """Where the ledger ends. `incarnation` changes when the stream was made anew."""

    seq: int
    incarnation: str


def stored(seq: int, subject: str, raw: bytes) -> Stored:
    """Decode one message of the ledger. Raises DamagedLedger."""
    try:
        commit = commits.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedLedger(f"position {seq} holds no commit") from error
    return Stored(seq=seq, subject=subject, raw=raw, hash=commits.digest(raw), commit=commit)


def history(subject: str, found: list[Stored]) -> History:
    """Check the chain of one aggregate. Raises DamagedLedger at the first link that does not hold."""
    prev = commits.genesis(subject)
    for n, each in enumerate(found, start=1):
        if each.commit.n != n or each.commit.prev != prev:
            raise DamagedLedger(f"position {each.seq} breaks the chain of {subject}")
        prev = each.hash
    return History(subject, tuple(found))
