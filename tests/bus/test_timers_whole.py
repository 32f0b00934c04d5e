"""The whole stack, as `lianxi up` starts it: a due date passes, and supervision follows without anybody's command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from events import subjects
from events.notice import NoticeSignedOff
from events.subjects import TIMERS
from services.broker import connect
from services.console.stack import Stack
from services.referral.notice import URGE, notice_id
from tests.support.brokers import Bus
from tests.support.waking import SECOND, eventually, issued, new_key, now, record, standing

STARTS_WITHIN_SECONDS = 30.0


@asynccontextmanager
async def up(data: Path, simulated: bool = False) -> AsyncIterator[Bus]:
    stack = Stack(data, simulated=simulated)
    await stack.start()
    try:
        yield Bus(data, ())
    finally:
        await stack.stop()


async def waiting_for_wakes(bus: Bus) -> int:
    async with bus.connected("admin") as connection:
        return int((await connection.jetstream().consumer_info(TIMERS, "referral")).num_waiting or 0)


async def test_a_referral_that_nobody_signs_is_urged_without_anybodys_command(tmp_path: Path):
    async with up(tmp_path) as bus, bus.ledger() as ledger:
        subject = subjects.referral("u07", key := new_key())
        await record(ledger, subject, issued("u07", now() + SECOND))

        async def urged() -> bool:
            facts = (await ledger.load(subjects.notice("u07", notice_id(key, URGE, 0)))).facts
            return any(isinstance(fact, NoticeSignedOff) for fact in facts)

        await eventually(urged, STARTS_WITHIN_SECONDS)
        assert (await ledger.load(subject)).n == 2


async def test_under_a_simulated_clock_nobody_arms_or_waits_for_a_wake(tmp_path: Path):
    async with up(tmp_path, simulated=True) as bus, bus.ledger() as ledger:
        subject = subjects.referral("u07", new_key())
        await record(ledger, subject, issued("u07", now() - SECOND))

        async def seen() -> bool:
            info = await connection.jetstream().consumer_info(subjects.LEDGER, "referral")
            return (info.num_pending, info.num_ack_pending) == (0, 0)

        connection = await connect(tmp_path, "admin")
        await eventually(seen, STARTS_WITHIN_SECONDS)
        await connection.close()
        assert (await standing(bus), await waiting_for_wakes(bus)) == ({}, 0)
        assert (await ledger.load(subject)).n == 1


async def test_under_the_real_clock_the_service_waits_for_wakes(tmp_path: Path):
    async with up(tmp_path) as bus:

        async def waits() -> bool:
            return await waiting_for_wakes(bus) > 0

        await eventually(waits, STARTS_WITHIN_SECONDS)
