"""Ten thousand open referrals whose timers fall on one moment: is each recorded once, and how long does it take?

Run it with `python -m benchmarks.timers`. It brings up the whole stack on a folder of its own, as `lianxi up` does.
The referrals are put into the ledger first, so the plain appends of the same run show what the disk allows.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from events import commit as commits
from events import subjects
from events.commit import Actor, Commit, derive_id, digest, genesis
from events.notice import NoticeDrafted
from events.referral import Duty, ReferralIssued, SignOverdue
from services.broker import Broker, connect, provision
from services.bus.client import Client
from services.bus.clock import CHINA
from services.bus.timers import Schedule
from services.console.stack import Stack, announce
from services.directory import directory
from services.ledger import Append, History, Ledger

TOGETHER = 64
PAGE = 1000
BOUND_SECONDS = 1800.0


def issued(place: int, unit: str, due: datetime) -> Commit:
    """The commit that issued one of them, a day before it is due."""
    key = derive_id("benchmark", str(place))
    at = due - timedelta(days=1)
    fact = ReferralIssued(
        referral_no=f"青转〔2026〕{place + 1}号",
        unit=unit,
        role="lead",
        duty=Duty(leader="甲岗", department="乙科", post="丙岗"),
        contact_type="complaint",
        category="05",
        region="231003",
        age_band="6-13",
        urgency="3",
        matter_zh="测试事项",
        matter_en="a matter",
        asks=("handle",),
        legal_basis=("未成年人保护法",),
        disclosure_profile="lead_unit",
        issued=at,
        due_sign=due,
        sign_policy="S3",
        report_policy="R3",
        calendar_version="2026",
        provisional=False,
    )
    return Commit(
        id=derive_id("referral", f"issue:{key}"),
        kind="referral",
        key=key,
        n=1,
        prev=genesis(subjects.referral(unit, key)),
        occurred=at,
        recorded=at,
        actor=Actor(principal="referral", role="service"),
        command="IssueReferral",
        command_id=f"issue:{key}",
        command_digest=digest(key.encode()),
        policy="benchmark",
        calendar="2026",
        facts=(fact,),
    )


async def append(data: Path, count: int, due: datetime) -> float:
    """Append them all; the seconds that it took."""
    connection = await connect(data, "referral")
    ledger, units = Ledger(connection), [unit.code for unit in directory().units]
    made = [issued(place, units[place % len(units)], due) for place in range(count)]
    begun = time.perf_counter()
    for start in range(0, count, TOGETHER):
        together = made[start : start + TOGETHER]
        await asyncio.gather(
            *(
                ledger.append(Append(History(subjects.referral(each.facts[0].unit, each.key), ()), each))  # type: ignore[union-attr]
                for each in together
            )
        )
    took = time.perf_counter() - begun
    await connection.close()
    return took


class Recorded:
    """What came of them, read from the ledger as it grows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._after = 0
        self.overdue: Counter[str] = Counter()
        self.notices: Counter[str] = Counter()
        self.last_seq = 0
        self.last = datetime.min.replace(tzinfo=CHINA)

    async def read_on(self) -> None:
        async for page in self._ledger.read_raw(self._after):
            for seq, subject, raw in page:
                self._after = seq
                if subject.startswith(("ledger.referral.", "ledger.notice.")):
                    self._note(seq, subject, commits.decode(raw))

    def _note(self, seq: int, subject: str, commit: Commit) -> None:
        for fact in commit.facts:
            if isinstance(fact, SignOverdue):
                self.overdue[subject] += 1
                self.last, self.last_seq = max(self.last, commit.recorded), seq
            elif isinstance(fact, NoticeDrafted):
                self.notices[fact.referral] += 1


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def run(data: Path, count: int, lead: float, notices: bool) -> bool:
    broker = Broker(data)
    await asyncio.to_thread(broker.start)
    announce(data, broker)
    await provision(data)
    due = datetime.now(CHINA) + timedelta(seconds=lead)
    took = await append(data, count, due)
    plain = count / took
    print(f"plain appends: {count} in {took:.1f} s, {plain:.0f}/s", flush=True)
    await asyncio.to_thread(broker.stop)
    stack = Stack(data)
    await stack.start()
    try:
        return await _measured(data, count, due, plain, notices)
    finally:
        await stack.stop()


async def _measured(data: Path, count: int, due: datetime, plain: float, notices: bool) -> bool:
    referral, supervisor = await connect(data, "referral"), await connect(data, "supervisor")
    ledger, schedule = Ledger(referral), Schedule(referral, "referral")
    recorded = Recorded(ledger)

    async def armed() -> bool:
        return len(await schedule.standing()) == count

    async def seen() -> bool:
        waiting = (await referral.jetstream().consumer_info(subjects.LEDGER, "referral")).num_pending
        return not waiting or datetime.now(CHINA) > due

    async def all_overdue() -> bool:
        await recorded.read_on()
        return len(recorded.overdue) == count

    async def all_noticed() -> bool:
        await recorded.read_on()
        return len(recorded.notices) == count

    await until(armed)
    print(f"all armed {_before(due)}", flush=True)
    await until(seen)
    print(f"the service has seen every referral {_before(due)}", flush=True)
    if datetime.now(CHINA) > due:
        print("the due moment came before everything stood ready; give a longer --lead", file=sys.stderr)
        return False
    await until(all_overdue)
    after = (recorded.last - due).total_seconds()
    print(f"first due to last recorded: {after:.1f} s, {count / after:.0f} commands/s", flush=True)
    print(f"ratio to plain appends: {count / after / plain:.2f}", flush=True)
    if notices:
        await until(all_noticed)
        print(f"every urge drafted and served {(datetime.now(CHINA) - due).total_seconds():.1f} s after the due moment")
    listed = await _on_the_work_list(Client(supervisor, "supervisor"), recorded.last_seq)
    print(f"on the supervisor's work list, in red: {listed}")
    await recorded.read_on()
    once = len(recorded.overdue) == count == recorded.overdue.total()
    print(f"each recorded exactly once: {'yes' if once else 'NO'}")
    await referral.close()
    await supervisor.close()
    return once and listed == count


def _before(due: datetime) -> str:
    return f"{(due - datetime.now(CHINA)).total_seconds():.1f} s before the due moment"


async def _on_the_work_list(client: Client, seq: int) -> int:
    """How many referrals `lianxi todo` shows the supervisor as over, in red, once the read models have come that far."""
    listed, offset, more = 0, 0, True
    now = datetime.now(CHINA).isoformat()
    while more:
        params = {"role": "supervisor", "now": now, "limit": PAGE, "offset": offset}
        reply = await client.query("todo", params, min_seq=seq)
        if reply.refused is not None:
            if reply.refused["code"] != "query.stale":
                raise SystemExit(f"the work list is not to be had: {reply.refused['en']}")
            continue
        task, light = (reply.body["columns"].index(name) for name in ("task", "light"))
        listed += sum(1 for row in reply.body["rows"] if (row[task], row[light]) == ("chase", "red"))
        offset, more = offset + len(reply.body["rows"]), bool(reply.body["more"])
    return listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--lead", type=float, default=120.0, help="seconds from the first append to the due moment")
    parser.add_argument("--notices", action="store_true", help="wait for the urges that follow as well")
    given = parser.parse_args()
    print(f"{given.count} referrals, {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if asyncio.run(run(Path(folder), given.count, given.lead, given.notices)) else 1)


if __name__ == "__main__":
    main()
