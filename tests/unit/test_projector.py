"""The projector: nothing skipped, nothing half done, and loud when the ledger does not fit."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from events.commit import decode, digest, encode
from services.decision import Refused
from services.ledger import DamagedLedger, LedgerUnavailable
from services.projections.log import ProjectorStopped
from services.projections.projector import Projector
from services.projections.queries import QueryAnswer, answer
from services.projections.rebuild import rebuild
from services.projections.store import Store, StoreBusy
from tests.support import read_models as support
from tests.support.read_models import REFERENCE, Held, ListLedger, Town

KILLS = 20
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


def test_a_rebuild_from_a_broken_ledger_leaves_the_file_in_use(store: Store, commits: list[Held]) -> None:
    step(store, ListLedger(commits))
    before = ask(store, "case_board")
    with pytest.raises(ProjectorStopped):
        asyncio.run(rebuild(store, wrong_prev(commits)))
    assert ask(store, "case_board") == before
    assert [path.name for path in store.folder.glob("*.duckdb")] == [store.generation.path.name]


def test_a_rebuild_says_what_differs_and_keeps_the_old_file(store: Store, commits: list[Held]) -> None:
    step(store, ListLedger(commits))
    with store.reading() as cursor:
        cursor.execute("update case_board set status = 'closed' where case_id = (select min(case_id) from case_board)")
    report = asyncio.run(rebuild(store))
    assert not report.equal
    assert report.differences == {"case_board": "1 only in the old, 1 only in the new"}
    assert len(list(store.folder.glob("*.differs"))) == 1
    assert asyncio.run(rebuild(store)).equal


def test_queries_go_on_while_it_rebuilds(store: Store, commits: list[Held]) -> None:
    step(store, ListLedger(commits))
    expected = ask(store, "case_board")
    done, answers = threading.Event(), []

    def keep_asking() -> None:
        while not done.is_set():
            answers.append(ask(store, "case_board"))

    asking = threading.Thread(target=keep_asking)
    asking.start()
    for _ in range(4):
        assert asyncio.run(rebuild(store, ListLedger(commits))).equal
    done.set()
    asking.join(BOUND_SECONDS)
    assert answers and all(each == expected for each in answers)
    assert len(list(store.folder.glob("*.duckdb"))) == 1


def test_a_failing_fact_freezes_its_model_and_no_other(store: Store, commits: list[Held]) -> None:
    at = next(i for i, each in enumerate(commits) if i > 50 and b"ContactRegistered.v1" in each.raw)
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


def test_a_position_that_never_comes_is_refused_with_the_lag(store: Store, commits: list[Held]) -> None:
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


@pytest.mark.parametrize("damage", ["head", "middle", "half", "empty"])
def test_a_damaged_file_is_put_aside_and_filled_again(damage: str, tmp_path: Path, commits: list[Held]) -> None:
    folder = tmp_path / "read-models"
    store = Store.open(folder, REFERENCE)
    step(store, ListLedger(commits))
    expected, path = ask(store, "case_board"), store.generation.path
    store.close()
    whole = path.read_bytes()
    noise = bytes(Random(3).randbytes(8192))
    spoilt = {
        "head": noise + whole[8192:],
        "middle": whole[:12288] + noise * ((len(whole) - 12288) // 8192),
        "half": whole[: len(whole) // 2],
        "empty": b"not a database",
    }
    path.write_bytes(spoilt[damage])
    store = Store.open(folder, REFERENCE)
    step(store, ListLedger(commits))
    assert ask(store, "case_board") == expected
    assert list(folder.glob("*.damaged"))
    store.close()


def test_one_store_a_folder(store: Store) -> None:
    with pytest.raises(StoreBusy):
        Store.open(store.folder, REFERENCE)
    # And the folder of the first is untouched by the attempt.
    assert store.position.seq == 0


def test_other_models_are_computed_anew_at_the_next_start(
    tmp_path: Path, commits: list[Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(tmp_path, REFERENCE)
    step(store, ListLedger(commits))
    expected = ask(store, "case_board")
    with store.reading() as cursor:
        cursor.execute("delete from case_board")
    store.close()
    monkeypatch.setattr("services.projections.store.code", lambda: "another")
    store = Store.open(tmp_path, REFERENCE)
    assert ask(store, "case_board").rows == expected.rows
    store.close()


def test_the_database_reads_no_file_outside_its_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    with store.reading() as cursor:
        for statement in (
            f"select * from read_text('{tmp_path}/secret')",
            f"copy (select 1) to '{tmp_path}/out'",
            f"attach '{tmp_path}/other.duckdb'",
            "set enable_external_access = true",
        ):
            with pytest.raises(Exception, match=r"disabled by configuration|locked"):
                cursor.execute(statement)


# Says what it is about to do, so that it can be killed at every point of a batch.
PROCESS = """
import asyncio, sys
from pathlib import Path
from services.projections import log, refresh
from services.projections.projector import Projector
from services.projections.store import Store
from tests.support.read_models import REFERENCE, ListLedger, read

def announced(module, name):
    act = getattr(module, name)
    def announce(*given):
        print(name, flush=True)
        return act(*given)
    setattr(module, name, announce)

folder, ledger = map(Path, sys.argv[1:])
store = Store.open(folder, REFERENCE)
print("open", store.position.seq, flush=True)
for module, name in ((log, "append"), (log, "unfold"), (refresh, "touched"), (log, "set_checkpoint"), (log, "check_laws")):
    announced(module, name)
asyncio.run(Projector(store, ListLedger(read(ledger), pages=9)).step())
store.close()
print("done", flush=True)
"""


def test_killed_in_mid_batch_twenty_times_it_equals_a_rebuild(tmp_path: Path) -> None:
    rng = Random(9)
    commits = Town(rng).grow(1200)
    folder, ledger = tmp_path / "read-models", tmp_path / "ledger.ndjson"
    support.write(ledger, commits)
    positions = []
    for kill in range(KILLS + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder), str(ledger)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert process.stdout is not None
        guard = threading.Timer(BOUND_SECONDS, process.kill)
        guard.start()
        opened = process.stdout.readline()
        assert opened.startswith("open"), opened
        positions.append(int(opened.split()[1]))
        if kill < KILLS:
            # Five lines a batch: each kill comes after another one of them, one or more batches on.
            for _ in range(10 + kill):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        else:
            assert process.stdout.read().endswith("done\n")
        process.wait(BOUND_SECONDS)
        guard.cancel()
        process.stdout.close()
    assert positions == sorted(positions) and 0 < positions[-1] < len(commits)
    store = Store.open(folder, REFERENCE)
    assert store.position.seq == len(commits)
    report = asyncio.run(rebuild(store, ListLedger(commits)))
    assert report.differences == {}
    assert list(folder.glob("*.damaged")) == []
    store.close()
