"""The broker wakes the referral service when a due date has passed; the ledger alone says what was due. Real broker."""

import asyncio
import json
import logging
from datetime import timedelta

import msgspec
import pytest

from events import subjects
from events.referral import FinalReported, SignOverdue
from events.subjects import TIMERS
from services.broker import provision
from services.bus.timers import Schedule, Wake
from services.referral.referral import CHINA
from services.referral.timers import Timers
from services.referral.watch import KINDS
from services.working_clock import WorkingClock
from tests.support.brokers import BOUND_SECONDS, Bus
from tests.support.waking import (
    SECOND,
    VERIFIED,
    eventually,
    issued,
    names,
    new_key,
    now,
    record,
    refer,
    signed,
    standing,
    waking,
)

OVERDUE = ["ReferralIssued", "SignOverdue"]
OFTEN = timedelta(milliseconds=200)
SOON = timedelta(hours=1)
LONG = timedelta(days=300)


async def admin(bus: Bus, what: str) -> None:
    async with bus.connected("admin") as connection:
        answer = json.loads((await connection.request(f"$JS.API.{what}", b"", timeout=5)).data)
    assert "error" not in answer, answer


async def is_overdue(bus: Bus, subject: str) -> bool:
    return await names(bus, subject) == OVERDUE


async def is_armed(bus: Bus, *aggregates: str) -> bool:
    return set(aggregates) <= set(await standing(bus))


async def settled(bus: Bus, aggregate: str) -> bool:
    """No wake waits: what the broker woke has been dealt with, and the aggregate is armed for its next threshold."""
    held = (await standing(bus)).get(aggregate)
    return held is not None and held > now() + SOON


async def wake_again(bus: Bus, aggregate: str, n: int) -> None:
    async with bus.connected("referral") as connection:
        await Schedule(connection, "referral").arm({aggregate: Wake(n=n, at=now())})


async def test_what_was_due_while_nobody_looked_is_recorded_at_start(own: Bus):
    subject = await refer(own, now() - SECOND)
    async with waking(own):
        await eventually(lambda: is_overdue(own, subject))


async def test_a_due_moment_that_passes_wakes_the_service(bus: Bus):
    due = now() + 2 * SECOND
    subject = await refer(bus, due)
    async with waking(bus):
        await eventually(lambda: is_armed(bus, subject))
        await eventually(lambda: is_overdue(bus, subject))
    async with bus.ledger() as ledger:
        (_, overdue) = (await ledger.load(subject)).commits
    assert overdue.commit.recorded > due
    assert overdue.commit.actor.principal == "referral"


async def test_after_each_threshold_the_next_one_is_armed(own: Bus):
    subject = await refer(own, now() - SECOND)
    async with waking(own):
        await eventually(lambda: settled(own, subject))
        held = await standing(own)
    async with own.ledger() as ledger:
        due, urged = (commit.commit.occurred for commit in (await ledger.load(subject)).commits)
    clock = WorkingClock()
    assert clock.working_days_after(urged, held[subject]) >= 5
    assert clock.working_days_after(due, held[subject]) >= 6
    assert held[subject].astimezone(CHINA).time().isoformat() == "00:00:00"


async def test_a_commit_arms_its_aggregate_without_waiting_for_the_next_comparison(own: Bus):
    async with waking(own) as timers:
        await eventually(lambda: compared(timers))
        subject = await refer(own, now() + LONG)

        async def recorded(_: None) -> None:
            """What a command or a reaction would have done."""

        await timers.after(recorded)(None)
        await eventually(lambda: is_armed(own, subject))


async def compared(timers: object) -> bool:
    return timers._compare_at > 0  # type: ignore[attr-defined, no-any-return]


async def test_signing_moves_the_wake_to_the_day_after_the_report_is_due(own: Bus):
    subject = await refer(own, now() + LONG)
    async with waking(own, OFTEN), own.ledger() as ledger:
        await eventually(lambda: is_armed(own, subject))
        before = (await standing(own))[subject]
        await record(ledger, subject, signed(now() + LONG / 2))

        async def moved() -> bool:
            return (await standing(own))[subject] < before

        await eventually(moved)


async def test_a_referral_that_has_ended_is_never_armed_again(own: Bus):
    subject, other = await refer(own, now() + LONG), await refer(own, now() + LONG)
    report = FinalReported(result="solved", measures=("visit",), handled_on=now().date(), late=False)
    async with own.ledger() as ledger:
        await record(ledger, subject, signed(now() + LONG), report, VERIFIED)
    async with waking(own):
        await eventually(lambda: is_armed(own, other))
        assert subject not in await standing(own)


async def test_a_wake_that_comes_again_records_nothing(own: Bus):
    subject = await refer(own, now() - SECOND)
    async with waking(own, OFTEN):
        for n in (1, 1, 2):
            await eventually(lambda: settled(own, subject))
            await wake_again(own, subject, n)
        await eventually(lambda: settled(own, subject))
    assert await names(own, subject) == OVERDUE


async def test_two_instances_at_once_record_each_threshold_once(own: Bus):
    due = now() + 2 * SECOND
    many = [await refer(own, due) for _ in range(20)]
    async with waking(own, OFTEN), waking(own, OFTEN):
        for subject in many:
            await eventually(lambda subject=subject: settled(own, subject))  # type: ignore[misc]
    assert [await names(own, subject) for subject in many] == [OVERDUE] * 20


async def test_timers_that_were_purged_are_armed_again(own: Bus):
    subject = await refer(own, now() + LONG)
    async with waking(own, OFTEN):
        await eventually(lambda: is_armed(own, subject))
        await admin(own, f"STREAM.PURGE.{TIMERS}")
        await eventually(lambda: is_armed(own, subject))


async def test_a_stream_that_was_deleted_and_made_anew_is_filled_and_heard_without_a_restart(own: Bus):
    subject = await refer(own, now() + LONG)
    async with waking(own, OFTEN):
        await eventually(lambda: is_armed(own, subject))
        await admin(own, f"STREAM.DELETE.{TIMERS}")
        late = await refer(own, now() - SECOND)
        await provision(own.data)
        await eventually(lambda: is_armed(own, subject, late))
        await eventually(lambda: is_overdue(own, late))


async def test_timers_that_cannot_be_armed_are_said_once_and_commands_go_on(own: Bus, caplog: pytest.LogCaptureFixture):
    await admin(own, f"STREAM.DELETE.{TIMERS}")
    async with waking(own):
        await eventually(lambda: said(caplog, "cannot be armed"))
        subject = await refer(own, now() - SECOND)
        await provision(own.data)
        await eventually(lambda: is_overdue(own, subject))
    assert len([each for each in caplog.messages if "cannot be armed" in each]) == 1


async def said(caplog: pytest.LogCaptureFixture, what: str) -> bool:
    return any(what in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("aggregate", "body"),
    [
        ("referral.u07.NOSUCHREFERRAL", b'{"n":1,"at":"2026-01-05T00:00:00+08:00"}'),
        ("referral.u07.NOSUCHREFERRAL", b"secret of a person"),
        ("referral.u07.NOSUCHREFERRAL", b'{"n":-1,"at":"2026-01-05T00:00:00+08:00"}'),
        ("referral.u07.NOSUCHREFERRAL", b'{"n":1,"at":"2026-01-05T00:00:00"}'),
        ("referral.u07", b'{"n":1,"at":"2026-01-05T00:00:00+08:00"}'),
        ("nothing.u07.SECRET", b'{"n":1,"at":"2026-01-05T00:00:00+08:00"}'),
    ],
    ids=["no such id", "no json", "no count", "no offset", "no aggregate", "no kind"],
)
async def test_a_wake_of_nothing_is_let_go_and_logged_without_its_content(
    own: Bus, caplog: pytest.LogCaptureFixture, aggregate: str, body: bytes
):
    caplog.set_level(logging.INFO)
    async with own.connected("admin") as connection, waking(own):
        await connection.jetstream().publish(f"timer.due.{aggregate}", body)
        await eventually(lambda: said(caplog, "a wake "))

        async def empty() -> bool:
            return bool((await connection.jetstream().stream_info(TIMERS)).state.messages == 0)

        await eventually(empty)
    assert not any(word in caplog.text for word in ("secret", "SECRET", "NOSUCHREFERRAL"))


async def test_a_wake_that_comes_before_its_moment_comes_again_at_it(own: Bus):
    """The broker's clock may run ahead of the service's."""
    subject = await refer(own, now() + LONG)
    other = await refer(own, now() - SECOND)
    at = now() + SECOND
    async with own.connected("admin") as connection, waking(own):
        await eventually(lambda: settled(own, other))
        wake = Wake(n=1, at=at)
        stored = await connection.jetstream().publish(subjects.timer_due(subject), msgspec.json.encode(wake))

        async def taken() -> bool:
            # By position: how many wait may still be counted without the one that was just stored.
            floor = (await connection.jetstream().consumer_info(TIMERS, "referral")).ack_floor
            return floor is not None and floor.stream_seq >= stored.seq

        await eventually(taken)
    assert now() > at
    assert await names(own, subject) == ["ReferralIssued"]


async def test_a_check_that_does_not_agree_with_the_wake_runs_in_no_circles(own: Bus):
    past = now() - SECOND
    hasty = msgspec.structs.replace(KINDS["referral"], next_wake=lambda state, deadlines: past)
    subject = await refer(own, now() + LONG)
    async with waking(own, kinds={"referral": hasty}):

        async def put_off() -> bool:
            held = (await standing(own)).get(subject)
            return held is not None and held > now() + 30 * SECOND

        await eventually(put_off)
    assert await names(own, subject) == ["ReferralIssued"]


async def test_a_moment_of_a_simulated_clock_arms_nothing(own: Bus):
    simulated = await refer(own, now() - SECOND, simulated=True)
    real = await refer(own, now() - SECOND)
    async with waking(own):
        await eventually(lambda: settled(own, real))
        assert simulated not in await standing(own)
    assert await names(own, simulated) == ["ReferralIssued"]


async def test_a_damaged_referral_keeps_no_other_from_being_woken(own: Bus):
    damaged = subjects.referral("u07", new_key())
    async with own.ledger() as ledger:
        await record(ledger, damaged, issued("u07", now()), SignOverdue(due=now()), SignOverdue(due=now()))
    whole = await refer(own, now() - SECOND)
    async with waking(own):
        await eventually(lambda: is_overdue(own, whole))
        assert damaged not in await standing(own)


async def test_the_timers_stop_at_once_whatever_they_are_doing(own: Bus):
    async def nothing(_: None) -> None:
        """A command that records nothing: the timers look all the same."""

    async def resting(timers: Timers) -> bool:
        return bool(timers._poked._waiters)

    await refer(own, now() + LONG)
    for turns in range(6):
        async with asyncio.timeout(BOUND_SECONDS), waking(own) as timers:
            await eventually(lambda timers=timers: resting(timers))  # type: ignore[misc]
            await timers.after(nothing)(None)
            for _ in range(turns):
                await asyncio.sleep(0)
