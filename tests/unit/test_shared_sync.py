"""Writes that are asked for at once: one disk sync for all, each durable before it returns, none half done."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from services.intake.shared_sync import SharedSync
from services.intake.vault import Vault

INSERT = "insert into entry values (?, ?)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shared.db") as made:
        made.execute("create table entry(id text primary key, value integer not null)")
    return tmp_path / "shared.db"


def entries(path: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(path) as other:
        return other.execute("select id, value from entry order by value").fetchall()


def test_what_is_asked_for_at_once_goes_in_few_transactions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, batches = SharedSync(path), []
    commit = shared._commit

    def counted(statements: list[tuple[str, tuple[object, ...]]]) -> None:
        batches.append(len(statements))
        commit(statements)

    monkeypatch.setattr(shared, "_commit", counted)

    async def at_once() -> None:
        await asyncio.gather(*(shared.write(INSERT, (str(place), place)) for place in range(50)))

    asyncio.run(at_once())
    assert entries(path) == [(str(place), place) for place in range(50)]
    assert sum(batches) == 50 and len(batches) < 5
    shared.close()


def test_a_write_is_there_for_others_when_it_returns(path: Path) -> None:
    shared = SharedSync(path)
    asyncio.run(shared.write(INSERT, ("a", 1)))
    assert entries(path) == [("a", 1)]
    shared.close()


def test_a_batch_that_fails_leaves_nothing_and_says_so_and_the_next_one_goes_in(path: Path) -> None:
    shared = SharedSync(path)

    async def clash() -> list[object]:
        writes = [shared.write(INSERT, ("same", 1)), shared.write(INSERT, ("same", 2))]
        return list(await asyncio.gather(*writes, return_exceptions=True))

    assert [type(each) for each in asyncio.run(clash())] == [sqlite3.IntegrityError] * 2
    assert entries(path) == []
    asyncio.run(shared.write(INSERT, ("same", 3)))
    assert entries(path) == [("same", 3)]
    shared.close()


def test_whoever_gives_up_waiting_disturbs_nobody(path: Path) -> None:
    shared = SharedSync(path)

    async def given_up() -> None:
        waiting = asyncio.create_task(shared.write(INSERT, ("gone", 1)))
        await asyncio.sleep(0)
        waiting.cancel()
        await shared.write(INSERT, ("stays", 2))

    asyncio.run(given_up())
    assert ("stays", 2) in entries(path)
    shared.close()


def test_two_that_prepare_one_key_use_the_same(tmp_path: Path) -> None:
    vault, second = Vault(tmp_path / "keys.db"), Vault(tmp_path / "keys.db")

    async def prepared() -> None:
        await asyncio.gather(vault.prepare("K" * 26), second.prepare("K" * 26), vault.prepare("K" * 26))

    asyncio.run(prepared())
    assert vault.key("K" * 26) == second.key("K" * 26)
    vault.close()
    second.close()
