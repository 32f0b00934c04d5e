"""What the ledger promises, on one server and on three alike."""

import asyncio
import json
from typing import Any

import nats.errors
import pytest

from events import commit as commits
from events import subjects
from events.subjects import LEDGER
from services.ledger import DamagedLedger, History, Ledger, LedgerUnavailable, Overtaken, direct
from services.ledger import ledger as module
from tests.support.brokers import Bus, single
from tests.support.commits import commit_after, following

WRITERS, COMMITS_EACH = 12, 5


async def test_an_aggregate_without_a_commit_has_an_empty_history(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        history = await ledger.load(subject)
    assert (history.n, history.head_seq, history.head_hash) == (0, 0, commits.genesis(subject))


async def test_what_was_appended_is_what_is_loaded_byte_for_byte(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        commit = commit_after(await ledger.load(subject), "first")
        (seq,) = await ledger.append(following(await ledger.load(subject), "first"))
        history = await ledger.load(subject)
    assert [(each.seq, each.raw) for each in history.commits] == [(seq, commits.encode(commit))]


async def test_twelve_writers_of_one_aggregate_leave_one_unbroken_chain(bus: Bus, subject: str):
    async def write(writer: int) -> list[int]:
        node = bus.nodes[writer % len(bus.nodes)]
        seqs: list[int] = []
        async with bus.ledger(url=node.client_url) as ledger:
            while len(seqs) < COMMITS_EACH:
                append = following(await ledger.load(subject), f"{writer}-{len(seqs)}")
                try:
                    seqs += await ledger.append(append)
                except Overtaken:
                    continue
        return seqs

    told = [seq for seqs in await asyncio.gather(*map(write, range(WRITERS))) for seq in seqs]
    async with bus.ledger() as ledger:
        history = await ledger.load(subject)
    # load() has checked n and prev; each writer was told the place that its commit really has.
    assert sorted(told) == [each.seq for each in history.commits]
    assert len({each.commit.id for each in history.commits}) == WRITERS * COMMITS_EACH


async def test_a_load_right_after_an_append_never_misses_it(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        for n in range(60):
            history = await ledger.load(subject)
            assert history.n == n
            await ledger.append(following(history, f"c{n}"))


async def test_the_slower_of_two_writers_is_overtaken_and_stores_nothing(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        empty = await ledger.load(subject)
        await ledger.append(following(empty, "faster"))
        with pytest.raises(Overtaken):
            await ledger.append(following(empty, "slower"))
        assert [each.commit.command_id for each in (await ledger.load(subject)).commits] == ["faster"]


async def test_the_same_commit_appended_again_has_the_same_position(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        append = following(await ledger.load(subject), "once")
        assert len({await ledger.append(append) for _ in range(5)}) == 1
        assert (await ledger.load(subject)).n == 1


async def test_a_repeat_finds_its_position_under_what_others_have_put_after_it(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        append = following(await ledger.load(subject), "ours")
        position = await ledger.append(append)
        for each in ("theirs", "theirs too"):
            await ledger.append(following(await ledger.load(subject), each))
        assert await ledger.append(append) == position


async def test_the_same_id_with_another_body_is_not_taken_for_ours(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        empty = await ledger.load(subject)
        await ledger.append(following(empty, "one"))
        with pytest.raises(Overtaken):
            await ledger.append(following(empty, "one", command_digest=commits.digest(b"another body")))


async def test_a_batch_is_stored_whole_at_consecutive_positions(bus: Bus, subject: str, another: str):
    async with bus.ledger() as ledger:
        appends = [following(await ledger.load(each), "both") for each in (subject, another)]
        first, second = await ledger.append(*appends)
        heads = [(await ledger.load(each)).head_seq for each in (subject, another)]
    assert [first, second] == heads == [first, first + 1]


@pytest.mark.parametrize("stale_first", [True, False])
async def test_a_batch_with_one_stale_half_stores_nothing(bus: Bus, subject: str, another: str, stale_first: bool):
    async with bus.ledger() as ledger:
        fresh, stale = following(await ledger.load(subject), "both"), following(await ledger.load(another), "both")
        await ledger.append(following(await ledger.load(another), "faster"))
        with pytest.raises(Overtaken):
            await ledger.append(*((stale, fresh) if stale_first else (fresh, stale)))
        assert ((await ledger.load(subject)).n, (await ledger.load(another)).n) == (0, 1)


async def test_a_batch_sent_again_is_the_batch_that_is_stored(bus: Bus, subject: str, another: str):
    async with bus.ledger() as ledger:
        appends = [following(await ledger.load(each), "both") for each in (subject, another)]
        assert await ledger.append(*appends) == await ledger.append(*appends)
        assert ((await ledger.load(subject)).n, (await ledger.load(another)).n) == (1, 1)


async def test_a_batch_sent_again_after_others_wrote_is_answered_all_the_same(bus: Bus, subject: str, another: str):
    async with bus.ledger() as ledger:
        appends = [following(await ledger.load(each), "both") for each in (subject, another)]
        positions = await ledger.append(*appends)
        await ledger.append(following(await ledger.load(another), "later"))
        assert await ledger.append(*appends) == positions


@pytest.mark.parametrize(
    "changed",
    [{"n": 2}, {"prev": "0" * 64}, {"key": "elsewhere"}, {"kind": "case"}],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_commit_that_does_not_continue_its_history_is_never_sent(
    one: Bus, subject: str, changed: dict[str, object]
):
    async with one.ledger() as ledger:
        with pytest.raises(ValueError, match="the commit"):
            await ledger.append(following(await ledger.load(subject), "wrong", **changed))
        assert (await ledger.load(subject)).n == 0


async def test_one_append_takes_one_commit_an_aggregate(one: Bus, subject: str):
    async with one.ledger() as ledger:
        empty = await ledger.load(subject)
        for appends in ((), (following(empty, "a"), following(empty, "b"))):
            with pytest.raises(ValueError, match="one commit"):
                await ledger.append(*appends)


async def test_a_commit_too_large_for_the_broker_is_refused_at_once(one: Bus, subject: str):
    async with one.ledger() as ledger:
        many = commit_after(await ledger.load(subject), "large").facts * 10_000
        with pytest.raises(LedgerUnavailable, match="larger"):
            await ledger.append(following(await ledger.load(subject), "large", facts=many))


async def test_an_aggregate_is_found_without_its_routing_token(bus: Bus, subject: str):
    key = subject.rsplit(".", 1)[1]
    where = subjects.referral("u07", key)
    async with bus.ledger() as ledger:
        await ledger.append(following(await ledger.load(where), "first"))
        assert await ledger.find("referral", key) == where
        assert await ledger.find("referral", key + "x") is None
        with pytest.raises(subjects.BadToken):
            await ledger.find("referral", "*")


async def test_reading_gives_every_commit_once_and_in_order(bus: Bus, subject: str):
    async with bus.ledger() as ledger:
        start = (await ledger.head()).seq
        for n in range(7):
            await ledger.append(following(await ledger.load(subject), f"c{n}"))
        end = (await ledger.head()).seq
        batches = [batch async for batch in ledger.read(after=start, batch=3, until=end)]
        part = [each.seq async for batch in ledger.read(after=start, until=start + 2) for each in batch]
    assert [each.seq for batch in batches for each in batch] == list(range(start + 1, end + 1))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert part == [start + 1, start + 2]


async def test_a_history_longer_than_one_answer_is_loaded_whole(
    one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(direct, "BATCH", 2)
    async with one.ledger() as ledger:
        for n in range(5):
            await ledger.append(following(await ledger.load(subject), f"c{n}"))
        assert (await ledger.load(subject)).n == 5


async def test_half_a_history_is_never_handed_out_as_a_whole_one(
    one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch
):
    async def announces_more(*_: object) -> tuple[list[object], int]:
        return [], 3

    async with one.ledger() as ledger:
        monkeypatch.setattr(direct, "batch", announces_more)
        with pytest.raises(LedgerUnavailable, match="3 commits"):
            await ledger.load(subject)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"id":"x"}', b"\xff\xfe", b"[" * 10_000], ids=range(5))
async def test_bytes_that_are_no_commit_stop_whoever_reads_them(own: Bus, subject: str, raw: bytes):
    async with own.connected("admin") as admin:
        await admin.request(subject, raw)
        ledger = Ledger(admin)
        with pytest.raises(DamagedLedger):
            await ledger.load(subject)
        with pytest.raises(DamagedLedger):
            assert [batch async for batch in ledger.read()]


@pytest.mark.parametrize(
    "changed", [{"n": 3}, {"n": 1}, {"prev": "0" * 64}], ids=["a lost commit", "a fork", "a change"]
)
async def test_a_broken_chain_stops_whoever_loads_it(own: Bus, subject: str, changed: dict[str, object]):
    async with own.connected("admin") as admin:
        ledger = Ledger(admin)
        await ledger.append(following(await ledger.load(subject), "first"))
        broken = commit_after(await ledger.load(subject), "second", **changed)
        await admin.request(subject, commits.encode(broken))
        with pytest.raises(DamagedLedger, match="position 2"):
            await ledger.load(subject)


async def test_a_missing_position_stops_whoever_reads_on(tmp_path_factory: pytest.TempPathFactory, subject: str):
    with single(tmp_path_factory.mktemp("gap"), provisioned=False) as bus:
        async with bus.connected("admin") as admin:
            # The provisioned stream cannot lose a message; this one can.
            await admin.jetstream().add_stream(name=LEDGER, subjects=["ledger.>"], allow_direct=True)
            ledger = Ledger(admin)
            for n in range(3):
                await ledger.append(following(await ledger.load(subject), f"c{n}"))
            await admin.jetstream().delete_msg(LEDGER, 2)
            with pytest.raises(DamagedLedger, match="position 2 is missing"):
                assert [batch async for batch in ledger.read()]


async def test_a_replica_that_lags_does_not_end_the_reading(one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch):
    """It would hide the newest commits from an auditor, who would call the rest valid."""
    answering = direct.batch

    async def lags(access: direct.Access, request: dict[str, Any]) -> tuple[list[direct.Raw], int]:
        found, left = await answering(access, request)
        return [each for each in found if each[0] <= start + 2], left

    async with one.ledger() as ledger:
        start = (await ledger.head()).seq
        for n in range(4):
            await ledger.append(following(await ledger.load(subject), f"c{n}"))
        monkeypatch.setattr(direct, "batch", lags)
        read = [each.seq async for batch in ledger.read(after=start, batch=3) for each in batch]
    assert read == [start + n for n in (1, 2, 3, 4)]


async def test_a_lost_tail_stops_whoever_reads(one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch):
    async with one.ledger() as ledger:
        await ledger.append(following(await ledger.load(subject), "last"))
        head = await ledger.head()
        with pytest.raises(DamagedLedger, match=f"position {head.seq + 1} is missing"):
            assert [batch async for batch in ledger.read(until=head.seq + 1)]


async def test_a_ledger_made_anew_has_another_incarnation(tmp_path_factory: pytest.TempPathFactory):
    with single(tmp_path_factory.mktemp("anew"), provisioned=False) as bus:
        async with bus.connected("admin") as admin:
            found = set()
            for _ in range(2):
                await admin.jetstream().add_stream(name=LEDGER, subjects=["ledger.>"], allow_direct=True)
                found.add((await Ledger(admin).head()).incarnation)
                await admin.jetstream().delete_stream(LEDGER)
    assert len(found) == 2


async def test_a_full_store_refuses_at_once(tmp_path_factory: pytest.TempPathFactory, subject: str, another: str):
    with single(tmp_path_factory.mktemp("full"), provisioned=False) as bus:
        async with bus.connected("admin") as admin:
            body = {"name": LEDGER, "subjects": ["ledger.>"], "allow_direct": True, "discard": "new", "max_msgs": 1}
            await admin.request(f"$JS.API.STREAM.CREATE.{LEDGER}", json.dumps(body).encode())
            ledger = Ledger(admin)
            await ledger.append(following(await ledger.load(subject), "fits"))
            with pytest.raises(LedgerUnavailable, match="refused"):
                await ledger.append(following(await ledger.load(another), "does not"))


async def test_without_a_ledger_nothing_is_said_to_be_stored(
    tmp_path_factory: pytest.TempPathFactory, subject: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "WITHIN_SECONDS", 0.2)
    with single(tmp_path_factory.mktemp("none"), provisioned=False) as bus:
        async with bus.ledger() as ledger:
            empty = History(subject, ())
            with pytest.raises(LedgerUnavailable):
                await ledger.append(following(empty, "into nothing"))
            with pytest.raises((LedgerUnavailable, nats.errors.Error)):
                await ledger.load(subject)
