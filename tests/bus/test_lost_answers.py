"""An append whose answer is lost: it is looked up, never guessed, and never stored twice."""

import asyncio

import pytest

from events import commit as commits
from services.ledger import LedgerUnavailable, Overtaken, direct
from services.ledger import ledger as module
from tests.support.brokers import Bus, Wire
from tests.support.commits import following

BOUND_SECONDS = 10.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PUBLISH_SECONDS", 0.3)
    monkeypatch.setattr(direct, "TIMEOUT_SECONDS", 0.3)


async def test_a_lost_acknowledgement_is_found_again(bus: Bus, subject: str):
    wire = Wire(bus.broker)
    async with wire.open() as url, bus.ledger(url=url, reconnect_time_wait=0.01) as ledger:
        append = following(await ledger.load(subject), "once")
        wire.down.clear()
        appending = asyncio.create_task(ledger.append(append))
        await asyncio.wait_for(wire.swallowed.wait(), BOUND_SECONDS)
        wire.down.set()
        wire.cut()
        (seq,) = await asyncio.wait_for(appending, BOUND_SECONDS)
        history = await ledger.load(subject)
    assert [each.seq for each in history.commits] == [seq]


async def test_a_lost_acknowledgement_of_a_batch_is_found_again(bus: Bus, subject: str, another: str):
    wire = Wire(bus.broker)
    async with wire.open() as url, bus.ledger(url=url, reconnect_time_wait=0.01) as ledger:
        appends = [following(await ledger.load(each), "both") for each in (subject, another)]
        wire.down.clear()
        appending = asyncio.create_task(ledger.append(*appends))
        await asyncio.wait_for(wire.swallowed.wait(), BOUND_SECONDS)
        wire.down.set()
        wire.cut()
        seqs = await asyncio.wait_for(appending, BOUND_SECONDS)
        heads = tuple([(await ledger.load(each)).head_seq for each in (subject, another)])
    assert seqs == heads


async def test_a_lost_acknowledgement_is_found_under_what_others_wrote_since(bus: Bus, subject: str):
    wire = Wire(bus.broker)
    async with wire.open() as url, bus.ledger(url=url, reconnect_time_wait=0.01) as ours, bus.ledger() as theirs:
        append = following(await ours.load(subject), "ours")
        wire.down.clear()
        appending = asyncio.create_task(ours.append(append))
        await asyncio.wait_for(wire.swallowed.wait(), BOUND_SECONDS)
        while (history := await theirs.load(subject)).n == 0:
            pass
        await theirs.append(following(history, "theirs"))
        wire.down.set()
        wire.cut()
        (seq,) = await asyncio.wait_for(appending, BOUND_SECONDS)
        history = await theirs.load(subject)
    assert [each.commit.command_id for each in history.commits] == ["ours", "theirs"]
    assert history.commits[0].seq == seq


async def test_a_publish_that_arrives_after_its_timeout_is_stored_once(bus: Bus, subject: str):
    wire = Wire(bus.broker)
    async with wire.open() as url, bus.ledger(url=url) as ledger:
        append = following(await ledger.load(subject), "late")
        wire.up.clear()
        appending = asyncio.create_task(ledger.append(append))
        # Held back for longer than the append waits: it goes on to look up and to send again, all into the same queue.
        done, _ = await asyncio.wait({appending}, timeout=module.PUBLISH_SECONDS * 2.5)
        assert not done
        wire.up.set()
        (seq,) = await asyncio.wait_for(appending, BOUND_SECONDS)
        assert [each.seq for each in (await ledger.load(subject)).commits] == [seq]


async def test_an_outcome_that_stays_unknown_is_said_to_be_unknown(
    one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "WITHIN_SECONDS", 1.0)
    wire = Wire(one.broker)
    async with wire.open() as url, one.ledger(url=url) as ledger:
        append = following(await ledger.load(subject), "once")
        wire.down.clear()
        with pytest.raises(LedgerUnavailable, match="unknown"):
            await asyncio.wait_for(ledger.append(append), BOUND_SECONDS)
    async with one.ledger() as ledger:
        # It had been stored: whoever asks again with the same command gets its position.
        assert await ledger.append(append) == ((await ledger.load(subject)).head_seq,)
        assert (await ledger.load(subject)).n == 1


async def test_our_own_late_publish_is_not_mistaken_for_a_rival(
    one: Bus, subject: str, monkeypatch: pytest.MonkeyPatch
):
    """It lands just after the look-up has begun: the answer may be "not yet", never "overtaken"."""
    async with one.ledger() as ledger, one.ledger() as late:
        append = following(await ledger.load(subject), "late")
        on_leader = direct._on_leader
        landed = False

        async def lands_after_the_first_look(*arguments: object) -> object:
            nonlocal landed
            answer = await on_leader(*arguments)  # type: ignore[arg-type]
            if not landed:
                landed = True
                await late._publish([(subject, commits.encode(append.commit), module._headers(append))])
            return answer

        async def times_out(*_: object) -> None:
            return None

        with monkeypatch.context() as patched:
            patched.setattr(ledger, "_publish", times_out)
            patched.setattr(direct, "_on_leader", lands_after_the_first_look)
            positions = await ledger.append(append)
        assert positions == ((await ledger.load(subject)).head_seq,)


async def test_a_rival_is_still_a_rival_after_a_timeout(bus: Bus, subject: str):
    wire = Wire(bus.broker)
    async with wire.open() as url, bus.ledger(url=url) as slow, bus.ledger() as rival:
        empty = await slow.load(subject)
        wire.up.clear()
        appending = asyncio.create_task(slow.append(following(empty, "slow")))
        await rival.append(following(empty, "rival"))
        wire.up.set()
        with pytest.raises(Overtaken):
            await asyncio.wait_for(appending, BOUND_SECONDS)
        assert [each.commit.command_id for each in (await rival.load(subject)).commits] == ["rival"]
