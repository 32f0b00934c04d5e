"""The broker killed with -9 before a due moment and back after it: the wake comes once it is back, and once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bus.test_timers import OVERDUE, is_armed, is_overdue, settled
from tests.support.brokers import Bus, single
from tests.support.waking import SECOND, eventually, names, now, refer, waking

BACK_WITHIN_SECONDS = 30.0


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bus]:
    with single(tmp_path) as bus:
        yield bus


def test_a_due_moment_that_passes_while_the_broker_is_down_is_recorded_once_when_it_is_back(own: Bus) -> None:
    async def story() -> None:
        due = now() + 5 * SECOND
        subjects = [await refer(own, due) for _ in range(5)]
        async with waking(own):
            await eventually(lambda: is_armed(own, *subjects))
            own.broker.kill()
            assert now() < due, "killed too late to show anything"

            async def passed() -> bool:
                return now() > due + timedelta(milliseconds=100)

            await eventually(passed)
            await asyncio.to_thread(own.broker.start)
            for subject in subjects:
                await eventually(lambda subject=subject: is_overdue(own, subject), BACK_WITHIN_SECONDS)  # type: ignore[misc]
                await eventually(lambda subject=subject: settled(own, subject))  # type: ignore[misc]
        assert [await names(own, subject) for subject in subjects] == [OVERDUE] * 5

    asyncio.run(story())


def test_a_service_that_was_down_over_a_due_moment_finds_the_wake_when_it_is_back(own: Bus) -> None:
    async def story() -> None:
        due = now() + SECOND
        subject = await refer(own, due)
        async with waking(own):
            await eventually(lambda: is_armed(own, subject))

        async def passed() -> bool:
            return now() > due + SECOND

        await eventually(passed)
        assert await names(own, subject) == ["ReferralIssued"]
        async with waking(own):
            await eventually(lambda: is_overdue(own, subject))

    asyncio.run(story())
