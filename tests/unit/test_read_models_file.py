"""The read models' file: rebuilt and switched under queries, put aside when damaged, held by one, closed to the outside."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from services.projections.log import ProjectorStopped
from services.projections.projector import Projector
from services.projections.queries import answer
from services.projections.rebuild import rebuild
from services.projections.store import Store, StoreBusy
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


def ask(store: Store, name: str) -> Any:
    return asyncio.run(answer(store, name, {}))


def test_a_rebuild_from_a_broken_ledger_leaves_the_file_in_use(store: Store, commits: list[Held]) -> None:
    step(store, ListLedger(commits))
    before = ask(store, "case_board")
    broken = ListLedger([*commits[:60], *commits[61:]])
    with pytest.raises(ProjectorStopped):
        asyncio.run(rebuild(store, broken))
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
            with pytest.raises(duckdb.Error, match=r"disabled by configuration|locked"):
                cursor.execute(statement)
