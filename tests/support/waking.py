"""Referrals with due dates around now, and the referral service's timers on a real broker, in this process."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from events import subjects
from events.commit import derive_id
from events.referral import Duty, ReferralFact, ReferralIssued, ReferralSigned, ReportVerified
from services.bus.timers import Schedule
from services.ledger import Append, Ledger
from services.referral.app import Referrals
from services.referral.referral import CHINA
from services.referral.timers import COMPARED_EVERY, Timers
from services.referral.watch import KINDS, Kind, Watch
from services.working_clock import WorkingClock
from tests.support.brokers import BOUND_SECONDS, Bus
from tests.support.commits import commit_after

SECOND = timedelta(seconds=1)


def now() -> datetime:
    return datetime.now(CHINA)


def new_key() -> str:
    return derive_id("timers", secrets.token_hex(16))


def issued(unit: str, due: datetime) -> ReferralIssued:
    """A referral to sign for by `due`."""
    return ReferralIssued(
        referral_no="青转〔2026〕1号",
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
        issued=due - timedelta(days=1),
        due_sign=due,
        sign_policy="S3",
        report_policy="R3",
        calendar_version="test-1",
        provisional=False,
    )


def signed(due: datetime) -> ReferralSigned:
    return ReferralSigned(
        method="system",
        late=False,
        due_report=due,
        return_until=due,
        report_policy="R3",
        calendar_version="test-1",
        provisional=False,
    )


VERIFIED = ReportVerified(result="solved")


async def record(ledger: Ledger, subject: str, *facts: ReferralFact, **changed: Any) -> None:
    """One commit of these facts after whatever is there."""
    history = await ledger.load(subject)
    at = {"occurred": now(), "recorded": now(), "facts": facts, "id": derive_id(subject, str(history.n))}
    await ledger.append(Append(history, commit_after(history, f"c{history.n}", **(at | changed))))


async def refer(bus: Bus, due: datetime, unit: str = "u07", **changed: Any) -> str:
    """A referral to `unit` that is to be signed for by `due`; its ledger subject."""
    subject = subjects.referral(unit, new_key())
    async with bus.ledger() as ledger:
        await record(ledger, subject, issued(unit, due), **changed)
    return subject


@asynccontextmanager
async def waking(
    bus: Bus, compared_every: timedelta = COMPARED_EVERY, kinds: Mapping[str, Kind] = KINDS
) -> AsyncIterator[Timers]:
    """The timers of one instance of the referral service."""
    async with bus.connected("referral") as connection:
        ledger = Ledger(connection)
        referrals = Referrals(ledger, WorkingClock())
        watch = Watch(ledger, lambda: referrals.clock, kinds)
        timers = Timers(watch, Schedule(connection, "referral"), referrals.handle, compared_every)
        timers.start()
        try:
            yield timers
        finally:
            await timers.stop()


async def names(bus: Bus, subject: str) -> list[str]:
    """What is on record of an aggregate."""
    async with bus.ledger() as ledger:
        return [type(fact).__name__ for fact in (await ledger.load(subject)).facts]


async def standing(bus: Bus) -> dict[str, datetime]:
    """What TIMERS holds."""
    async with bus.connected("referral") as connection:
        return await Schedule(connection, "referral").standing()


async def eventually(holds: Callable[[], Awaitable[bool]], bound: float = BOUND_SECONDS) -> None:
    """Return once it holds; fail when it does not within the bound."""
    async with asyncio.timeout(bound):
        # What is waited for happens in the broker, which has no event to wait on.
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
