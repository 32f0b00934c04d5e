"""A year is published while thousands of referrals wait for it: how long until each has its settled due date?

Run it with `python -m benchmarks.calendar`. It starts a broker on a folder of its own and lets the service react to the
publication in this process. Beside it one ordered read of the whole ledger, as the measure of what looking must cost.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec

from benchmarks.timers import TOGETHER, issued
from events import subjects
from events.commit import Actor, Commit
from events.publication import Holiday
from events.referral import DueRecomputed, ReferralIssued
from services.broker import Broker, connect, provision
from services.bus.clock import CHINA
from services.bus.request import Accepted, Request
from services.console.stack import announce
from services.directory import directory
from services.ledger import Append, History, Ledger, Stored
from services.referral.app import Referrals
from services.referral.commands import PublishCalendar
from services.working_clock import WorkingClock

CLOCK = WorkingClock()
# The year after the last that ships, and a moment from which a period reaches into it.
YEAR = CLOCK.calendar.last.year + 1
NOW = datetime(YEAR - 1, 12, 31, 9, tzinfo=CHINA)
NEW_YEAR = Holiday(name="元旦", off=tuple(date(YEAR, 1, day) for day in (1, 2, 3)))


def waiting(place: int, unit: str) -> Commit:
    """A referral whose date to sign by is provisional."""
    commit = issued(place, unit, NOW)
    (fact,) = commit.facts
    assert isinstance(fact, ReferralIssued)
    counted = CLOCK.period("S3", NOW)
    due, provisional = CLOCK.end(counted)
    fact = msgspec.structs.replace(fact, issued=NOW, due_sign=due, provisional=provisional, counted=counted)
    return msgspec.structs.replace(commit, occurred=NOW, recorded=NOW, calendar=CLOCK.version, facts=(fact,))


async def fill(ledger: Ledger, count: int) -> None:
    units = [unit.code for unit in directory().units]
    made = [(units[place % len(units)], waiting(place, units[place % len(units)])) for place in range(count)]
    for start in range(0, count, TOGETHER):
        await asyncio.gather(
            *(
                ledger.append(Append(History(subjects.referral(unit, each.key), ()), each))
                for unit, each in made[start : start + TOGETHER]
            )
        )


async def publish(ledger: Ledger, service: Referrals) -> Stored:
    command = PublishCalendar(command_id="publish", year=YEAR, title="benchmark", holidays=(NEW_YEAR,))
    actor = Actor(principal="supervisor", role="supervisor")
    request = Request(actor=actor, verb="PublishCalendar", body=msgspec.json.encode(command), now=NOW, simulated=True)
    assert isinstance(await service.handle(request), Accepted)
    return (await ledger.load(subjects.calendar(YEAR))).commits[-1]


async def read(ledger: Ledger) -> int:
    """One ordered read of everything; how many due dates were recomputed."""
    found = 0
    async for page in ledger.read():
        found += sum(isinstance(fact, DueRecomputed) for stored in page for fact in stored.commit.facts)
    return found


async def seconds(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


@asynccontextmanager
async def ledger_on(data: Path) -> AsyncIterator[Ledger]:
    broker = Broker(data)
    await asyncio.to_thread(broker.start)
    try:
        announce(data, broker)
        await provision(data)
        connection = await connect(data, "referral")
        yield Ledger(connection)
        await connection.close()
    finally:
        await asyncio.to_thread(broker.stop)


async def run(data: Path, count: int) -> bool:
    async with ledger_on(data) as ledger:
        await fill(ledger, count)
        service = Referrals(ledger, WorkingClock())
        published = await publish(ledger, service)
        once = await seconds(read(ledger))
        print(f"one ordered read of the ledger: {once:.2f} s", flush=True)
        for what in ("every date recomputed", "told again, nothing to add"):
            took = await seconds(service.react(published))
            print(f"{what}: {took:.1f} s, {took / once:.1f} times that read", flush=True)
        recomputed = await read(ledger)
    print(f"each recomputed exactly once: {'yes' if recomputed == count else 'NO'}")
    return recomputed == count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5_000)
    given = parser.parse_args()
    print(f"{given.count} open referrals with a provisional date", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if asyncio.run(run(Path(folder), given.count)) else 1)


if __name__ == "__main__":
    main()
