"""What the units of a resolution hear of it on a real broker: the lead everything, each co-unit its part, nobody else a word."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from events import commit as commits
from events import subjects
from events.commit import Actor
from events.cooperation import CooperationBegun, CooperationDueMoved, CooperationEnded
from events.publication import CalendarPublished, Holiday, digest_of
from events.subjects import PARTNERS
from services.broker import load_credential
from services.bus.endpoint import new_broker, serve_reactions
from services.bus.reaction import ReactionRefused
from services.decision import Refused
from services.ledger import Append, Ledger, LedgerUnavailable, Stored
from services.meeting import commands as c
from services.meeting.app import Meetings
from services.meeting.cooperation import cooperation_id
from services.working_clock import WorkingClock
from tests.bus.test_meeting import ITEM, LATER, LEAD, MEETING, NUMBER, Office, office, record
from tests.support.brokers import Attacker, Bus, attacker
from tests.support.meetings import HELD, OTHER_COORDINATOR
from tests.support.waking import eventually

CO = ("u01", "u02")
DUE, LATER_DUE = date(2026, 4, 10), date(2026, 4, 30)
REPORT: dict[str, Any] = {"result": "done", "measures": ("visited_school",)}


async def adopted(held: Office, due: date = DUE) -> str:
    """The id of a resolution that u07 leads and in which u01 and u02 assist."""
    await held.held()
    adopt = c.AdoptResolution(
        command_id="r", occurred=HELD, meeting=MEETING, title="建立控辍保学台账", lead="u07", co=CO, due=due, item=ITEM
    )
    # Typed in after the meeting: the units hear when it was adopted.
    await held.done(adopt, HELD + timedelta(hours=2))
    return str(next(iter((await held.meeting()).resolutions)))


async def told(ledger: Ledger, key: str, unit: str) -> list[list[Any]]:
    """What a co-unit was told of a resolution, the facts of each commit."""
    history = await ledger.load(subjects.cooperation(unit, cooperation_id(key, unit)))
    return [list(stored.commit.facts) for stored in history.commits]


def names(heard: list[list[Any]]) -> list[str]:
    return [type(fact).__name__ for facts in heard for fact in facts]


async def feed(reading: Attacker, unit: str, count: int) -> list[tuple[str, bytes]]:
    """The next `count` messages of a unit's feed, and none behind them."""
    pull = await reading.connection.jetstream().pull_subscribe_bind(consumer=unit, stream=PARTNERS)
    found: list[tuple[str, bytes]] = []
    while len(found) < count:
        for message in await pull.fetch(count - len(found), timeout=5):
            await message.ack_sync()
            found.append((message.subject, message.data))
    with pytest.raises(TimeoutError):
        await pull.fetch(1, timeout=0.5)
    return found


async def test_lead_and_co_units_each_hear_their_own_and_a_third_unit_nothing(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held)
        await held.settle()
        progress = c.ReportResolutionProgress(command_id="p", resolution=key, measures=("visited_school",))
        await held.done(progress, LATER, LEAD)
        extend = c.ExtendResolution(command_id="e", resolution=key, due=LATER_DUE, reason="complex")
        await held.done(extend, LATER, OTHER_COORDINATOR)
        await held.done(c.ReportResolution(command_id="rr", resolution=key, **REPORT), LATER, LEAD)
        await held.done(c.DischargeResolution(command_id="d", resolution=key), LATER, OTHER_COORDINATOR)
        await held.settle()
        # Every commit handed over once more: nothing is told twice.
        head = (await held.ledger.head()).seq
        await held.settle(after=0)
        assert (await held.ledger.head()).seq == head

        lead_subject = subjects.resolution("u07", key)
        expected = {"u07": [each.raw for each in (await held.ledger.load(lead_subject)).commits], "u03": []}
        for unit in CO:
            (begun,), (moved,), (ended,) = await told(held.ledger, key, unit)
            assert isinstance(begun, CooperationBegun) and isinstance(moved, CooperationDueMoved)
            assert (begun.title, begun.lead, begun.due_on) == ("建立控辍保学台账", "u07", DUE)
            assert (moved.old, moved.due_on) == (begun.due, LATER_DUE)
            assert ended == CooperationEnded(ending="discharged")
            subject = subjects.cooperation(unit, cooperation_id(key, unit))
            expected[unit] = [each.raw for each in (await held.ledger.load(subject)).commits]
    assert len(expected["u07"]) == 5
    for unit, raws in expected.items():
        async with attacker(own, unit) as reading:
            heard = await feed(reading, unit, len(raws))
            assert [raw for _, raw in heard] == raws
            kind = "resolution" if unit == "u07" else "cooperation"
            assert {subject.rsplit(".", 1)[0] for subject, _ in heard} <= {f"partner.{unit}.{kind}"}
    for unit, other in (CO, CO[::-1]):
        said = b"".join(expected[unit]).decode()
        # Not who else assists, nor which matter it came from, nor what the lead did or who entered it.
        for secret in (other, MEETING, NUMBER, "visited_school", "complex", "coordinator"):
            assert secret not in said
        first = commits.decode(expected[unit][0])
        assert (first.causation, first.correlation, first.occurred) == (None, None, HELD)
        assert first.command_id.startswith("h-")


async def test_a_co_unit_reaches_neither_the_lead_s_resolution_nor_the_other_s_part(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held)
        await held.settle()
        co = Actor(principal="u01", role="unit", unit="u01")
        for named in (key, cooperation_id(key, "u01"), cooperation_id(key, "u02")):
            report = c.ReportResolution(command_id="x", resolution=named, **REPORT)
            assert await held.send(report, LATER, co) == Refused("resolution.not_found", "resolution")
        note = c.NoteCooperation(command_id="y", resolution=key, unit="u01", n=1)
        assert await held.send(note, LATER, co) == Refused("command.not_allowed", details={"role": "unit"})
    others = [
        subjects.resolution("u07", key).removeprefix("ledger."),
        subjects.cooperation("u02", cooperation_id(key, "u02")).removeprefix("ledger."),
    ]
    async with attacker(own, "u01") as unit:
        for other in others:
            kind, owner, identity = other.split(".")
            for asked in (
                f"$JS.API.DIRECT.GET.LEDGER.ledger.{other}",
                f"$JS.API.DIRECT.GET.{PARTNERS}.partner.{owner}.{kind}.{identity}",
                f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.{owner}",
                f"ledger.{other}",
            ):
                assert not await unit.publishes(asked), asked
            assert not await unit.subscribes(f"partner.{owner}.{kind}.{identity}")


async def test_a_calendar_that_moves_the_due_day_moves_it_for_the_co_units_once(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held, date(2027, 3, 1))
        await held.settle()
        off = (Holiday(name="测试", off=(date(2027, 3, 1),)),)
        fact = CalendarPublished(
            year=2027, title="2027年通知", holidays=off, digest=digest_of(off), calendar_version="x"
        )
        async with own.ledger("admin") as admin:
            await record(admin, subjects.calendar(2027), fact)
        await held.settle()
        await held.settle(after=0)
        version = held.service.clock.version
        for unit in CO:
            (begun,), (moved,) = await told(held.ledger, key, unit)
            assert begun.provisional and not moved.provisional
            assert (moved.old, moved.due.date(), moved.calendar_version) == (begun.due, date(2027, 3, 2), version)


class Dying(Ledger):
    """A ledger that is gone before the second co-unit could be told."""

    async def append(self, *appends: Append) -> tuple[int, ...]:
        if any(each.commit.kind == "cooperation" and ".u02." in each.history.subject for each in appends):
            raise LedgerUnavailable
        return await super().append(*appends)


async def test_a_service_that_dies_between_two_co_units_tells_the_second_one_later_and_the_first_once(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held)
        (commit,) = (await held.ledger.load(subjects.resolution("u07", key))).commits
        async with own.connected("meeting") as connection:
            dying = Meetings(Dying(connection, load_credential(own.data, "meeting").api), WorkingClock())
            # Not acknowledged, so that the broker hands it over again.
            with pytest.raises(ReactionRefused):
                await dying.react(commit)
        assert [names(await told(held.ledger, key, unit)) for unit in CO] == [["CooperationBegun"], []]
        for _ in range(2):
            await Meetings(held.ledger, WorkingClock()).react(commit)
        assert [names(await told(held.ledger, key, unit)) for unit in CO] == [["CooperationBegun"]] * 2


async def test_what_happened_while_it_was_late_is_told_in_its_order_whenever_it_is_told(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held)
        # Nothing to the co-units, then or when it is handed over again.
        progress = c.ReportResolutionProgress(command_id="p", resolution=key, measures=("visited_school",))
        await held.done(progress, LATER, LEAD)
        for place, due in enumerate((LATER_DUE, date(2026, 5, 15))):
            extend = c.ExtendResolution(command_id=f"e{place}", resolution=key, due=due, reason="complex")
            await held.done(extend, LATER, OTHER_COORDINATOR)
        history = (await held.ledger.load(subjects.resolution("u07", key))).commits
        for stored in (*history, *history, history[1], history[0]):
            await held.service.react(stored)
        for unit in CO:
            heard = await told(held.ledger, key, unit)
            assert [fact.due_on for facts in heard for fact in facts] == [DUE, LATER_DUE, date(2026, 5, 15)]


@asynccontextmanager
async def reacting(bus: Bus, heard: list[Stored]) -> AsyncIterator[None]:
    """The meeting service's reactions as a process of it makes them: from its own durable consumer."""
    credential = load_credential(bus.data, "meeting")
    broker = new_broker(credential, bus.broker.client_url, "meeting")
    async with bus.ledger("meeting") as ledger:
        service = Meetings(ledger, WorkingClock())

        async def react(stored: Stored) -> None:
            heard.append(stored)
            await service.react(stored)

        serve_reactions(broker, "meeting", react, credential.inbox)
        await broker.start()
        try:
            yield
        finally:
            await broker.stop()


async def test_a_service_that_was_down_at_the_adoption_tells_it_when_it_is_back_and_never_again(own: Bus) -> None:
    async with office(own) as held:
        key = await adopted(held)

        async def all_told() -> bool:
            return all([await told(held.ledger, key, unit) for unit in CO])

        assert not await all_told()
        heard: list[Stored] = []
        async with reacting(own, heard):
            await eventually(all_told)
        async with reacting(own, heard):
            await held.done(c.ReportResolution(command_id="rr", resolution=key, **REPORT), LATER, LEAD)

            async def reported() -> bool:
                return any(each.commit.n == 2 for each in heard)

            await eventually(reported)
        assert [names(await told(held.ledger, key, unit)) for unit in CO] == [["CooperationBegun"]] * 2
