"""The projector: nothing skipped, nothing half done, and loud when the ledger does not fit."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec
import pytest

from events.commit import decode, digest, encode
from services.decision import Refused
from services.ledger import DamagedLedger, LedgerUnavailable
from services.projections.log import ProjectorStopped
from services.projections.projector import Projector
from services.projections.queries import QueryAnswer, answer
from services.projections.rebuild import rebuild
from services.projections.store import Store
from tests.support import read_models as support
from tests.support.read_models import REFERENCE, Held, ListLedger
from tests.support.town import Town

BOUND_SECONDS = 60


@pytest.fixture(scope="module")
def commits() -> list[Held]:
    return Town(Random(28)).grow(300)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "read-models", REFERENCE)
    yield opened
    opened.close()


def step(store: Store, ledger: Any) -> int:
    return asyncio.run(Projector(store, ledger).step())


def ask(store: Store, name: str, as_of: int | None = None, min_seq: int | None = None, **params: Any) -> Any:
    return asyncio.run(answer(store, name, params, as_of, min_seq))


def altered(held: Held, change: Any) -> Held:
    """The commit with other content, its hash fitting."""
    raw = change(held.raw)
    return Held(held.seq, held.subject, raw, digest(raw))


def with_fields(**fields: Any) -> Any:
    return lambda raw: encode(msgspec.structs.replace(decode(raw), **fields))


def test_it_goes_on_from_its_checkpoint(store: Store, commits: list[Held]) -> None:
    assert step(store, ListLedger(commits[:100])) == 100
    assert step(store, ListLedger(commits[:100])) == 0
    assert step(store, ListLedger(commits, pages=40)) == len(commits) - 100
    assert (store.position.seq, store.position.hash) == (commits[-1].seq, commits[-1].hash)


def test_the_log_holds_every_byte_and_every_fact(store: Store, commits: list[Held]) -> None:
    step(store, ListLedger(commits))
    with store.reading() as cursor:
        kept = cursor.execute("select seq, subject, bytes, hash from commit_log order by seq").fetchall()
        facts = cursor.execute("select seq, idx, type from event_log order by place").fetchall()
    assert kept == [(each.seq, each.subject, each.raw.decode(), each.hash) for each in commits]
    assert facts == [
        (each.seq, idx, msgspec.to_builtins(fact)["type"])
        for each in commits
        for idx, fact in enumerate(decode(each.raw).facts, start=1)
    ]


def gap(commits: list[Held]) -> ListLedger:
    return ListLedger(commits[:60] + commits[61:])


def wrong_prev(commits: list[Held]) -> ListLedger:
    at = next(i for i in range(50, len(commits)) if decode(commits[i].raw).n > 1)
    return ListLedger([*commits[:at], altered(commits[at], with_fields(prev="0" * 64)), *commits[at + 1 :]])


def wrong_genesis(commits: list[Held]) -> ListLedger:
    at = next(i for i in range(50, len(commits)) if decode(commits[i].raw).n == 1)
    return ListLedger([*commits[:at], altered(commits[at], with_fields(prev="0" * 64)), *commits[at + 1 :]])


def wrong_n(commits: list[Held]) -> ListLedger:
    return ListLedger([*commits[:55], altered(commits[55], with_fields(n=77)), *commits[56:]])


def wrong_hash(commits: list[Held]) -> ListLedger:
    held = commits[55]
    return ListLedger([*commits[:55], Held(held.seq, held.subject, held.raw, "0" * 64), *commits[56:]])


def wrong_subject(commits: list[Held]) -> ListLedger:
    held = commits[55]
    return ListLedger([*commits[:55], Held(held.seq, held.subject + "X", held.raw, held.hash), *commits[56:]])


def other_ledger(commits: list[Held]) -> ListLedger:
    return ListLedger(commits, incarnation="second")


def shorter(commits: list[Held]) -> ListLedger:
    return ListLedger(commits[:40])


def rewritten(commits: list[Held]) -> ListLedger:
    changed = altered(commits[49], with_fields(command="Other"))
    return ListLedger([*commits[:49], changed, *commits[50:]])


def rewritten_at_the_end(commits: list[Held]) -> ListLedger:
    return ListLedger([*commits[:49], altered(commits[49], with_fields(command="Other"))])


class Unreadable(ListLedger):
    async def read(self, after: int = 0, batch: int = 500, until: int | None = None) -> Any:
        raise DamagedLedger("a commit does not decode")
        yield


@pytest.mark.parametrize(
    ("ledger", "code"),
    [
        (gap, "projection.gap"),
        (wrong_prev, "projection.broken_chain"),
        (wrong_genesis, "projection.broken_chain"),
        (wrong_n, "projection.broken_chain"),
        (wrong_hash, "projection.broken_chain"),
        (wrong_subject, "projection.broken_chain"),
        (other_ledger, "projection.other_ledger"),
        (shorter, "projection.ledger_shorter"),
        (rewritten, "projection.rewritten"),
        (rewritten_at_the_end, "projection.rewritten"),
        (Unreadable, "projection.ledger_damaged"),
    ],
)
def test_what_does_not_fit_stops_it_for_good(ledger: Any, code: str, tmp_path: Path, commits: list[Held]) -> None:
    store = Store.open(tmp_path / "read-models", REFERENCE)
    step(store, ListLedger(commits[:50]))
    with pytest.raises(ProjectorStopped) as stopped:
        step(store, ledger(commits))
    assert stopped.value.code == code
    # Nothing of the batch is left, every query is refused, and a restart changes neither.
    store.close()
    store = Store.open(tmp_path / "read-models", REFERENCE)
    assert store.position.seq == 50
    refused = ask(store, "heads")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.details["reason"]) == ("projection.stopped", code)
    with pytest.raises(ProjectorStopped):
        step(store, ListLedger(commits))
    # A rebuild from a ledger that holds together ends the stop.
    report = asyncio.run(rebuild(store, ListLedger(commits)))
    assert report.equal
    assert step(store, ListLedger(commits)) == len(commits) - 50
    assert isinstance(ask(store, "heads"), QueryAnswer)
    store.close()


def test_a_failing_fact_freezes_its_model_and_no_other(store: Store, commits: list[Held]) -> None:
    # A contact that is no repeat: a repeat is counted on its case as well.
    at = next(
        i
        for i, each in enumerate(commits)
        if i > 50 and b"ContactRegistered.v1" in each.raw and b"ContactLinkedToCase.v1" not in each.raw
    )
    bad = altered(commits[at], lambda raw: raw.replace(b'"started":"2026', b'"started":"20x6'))
    step(store, ListLedger(commits[:at]))
    board, register = ask(store, "case_board"), ask(store, "contact_register")
    step(store, ListLedger([*commits[:at], bad]))
    assert store.position.seq == at + 1
    assert ask(store, "case_board").rows == board.rows
    for name in ("contact_register", "hotline_daily"):
        refused = ask(store, name)
        assert isinstance(refused, Refused)
        assert refused.code == "projection.frozen"
        assert refused.details == {"model": "contact_register", "seq": str(at + 1)}
    # Up to the fact that it could not take, it still knows.
    assert ask(store, "contact_register", as_of=at) == register


def test_a_broken_law_freezes_its_model(store: Store, commits: list[Held]) -> None:
    at = next(i for i, each in enumerate(commits) if b"ContactFinalised.v1" in each.raw)
    bad = altered(commits[at], lambda raw: raw.replace(b'"primary_disposition":"', b'"primary_disposition":"Z'))
    step(store, ListLedger([*commits[:at], bad]))
    frozen = store.state().frozen["contact_register"]
    assert "in the code list" in frozen.reason


def test_a_query_waits_for_its_position(store: Store, commits: list[Held]) -> None:
    async def scene() -> Any:
        ledger = ListLedger(commits[:10])
        stop = asyncio.Event()
        running = asyncio.create_task(Projector(store, ledger).run(stop))
        first = await answer(store, "heads", {}, min_seq=10)
        waiting = asyncio.create_task(answer(store, "heads", {}, min_seq=len(commits)))
        await asyncio.sleep(0)
        ledger.commits = list(commits)
        second = await waiting
        stop.set()
        await asyncio.wait_for(running, BOUND_SECONDS)
        return first, second

    first, second = asyncio.run(scene())
    assert first.position.seq == 10
    assert second.position.seq == len(commits)


def test_a_position_that_never_comes_is_refused_with_the_lag(
    store: Store, commits: list[Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.projections.queries.WAIT_SECONDS", 0.05)
    step(store, ListLedger(commits[:10]))
    for refused in (ask(store, "heads", min_seq=13), ask(store, "heads", as_of=13)):
        assert isinstance(refused, Refused)
        assert (refused.code, refused.details) == ("query.stale", {"seq": "10", "lag": "3"})


def test_run_goes_on_after_the_ledger_was_away(store: Store, commits: list[Held]) -> None:
    class Away(ListLedger):
        calls = 0

        async def head(self) -> support.Head:
            Away.calls += 1
            if Away.calls < 3:
                raise LedgerUnavailable("no broker")
            return await super().head()

    async def scene() -> Any:
        stop = asyncio.Event()
        running = asyncio.create_task(Projector(store, Away(commits)).run(stop))
        found = await answer(store, "heads", {}, min_seq=len(commits))
        stop.set()
        await asyncio.wait_for(running, BOUND_SECONDS)
        return found

    assert isinstance(asyncio.run(scene()), QueryAnswer)


class Narrow:
    """The store on a machine where no more than `most` commits fit into memory at once."""

    def __init__(self, store: Store, most: int) -> None:
        self._store, self._most = store, most
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def apply(self, batch: list[Held], incarnation: str) -> None:
        if len(batch) > self._most:
            self.refused += 1
            raise duckdb.OutOfMemoryException("no room")
        self._store.apply(batch, incarnation)


def test_a_batch_that_takes_too_much_memory_goes_in_by_halves(store: Store, commits: list[Held]) -> None:
    narrow = Narrow(store, 40)
    assert step(narrow, ListLedger(commits)) == len(commits)  # type: ignore[arg-type]
    assert narrow.refused > 0 and store.state().position.seq == commits[-1].seq
    whole = Store.open(store.folder.parent / "whole", REFERENCE)
    step(whole, ListLedger(commits))
    for name in ("heads", "contact_register", "case_board", "referral_ledger", "supervision_ledger"):
        assert ask(store, name).rows == ask(whole, name).rows != []
    whole.close()


def test_a_commit_that_fits_into_no_memory_stops_the_step(store: Store, commits: list[Held]) -> None:
    with pytest.raises(duckdb.OutOfMemoryException):
        step(Narrow(store, 0), ListLedger(commits[:10]))  # type: ignore[arg-type]
    assert store.state().position.seq == 0 and store.state().stopped is None
