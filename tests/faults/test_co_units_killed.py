"""The service killed with -9 between an adoption and the word to the co-units: each is told once, whenever it is back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from events.commit import derive_id
from events.cooperation import CooperationBegun, CooperationDueMoved
from events.resolution import ResolutionAdopted
from services.broker import connect
from services.bus import client as module
from services.bus.client import Client, Reply
from services.command import Command
from services.console.output import UNAVAILABLE_CODES
from services.demo.settling import Settling
from services.ledger import Stored
from services.meeting import commands as c
from tests.journeys.test_meeting import BRIEFING, lay_briefing
from tests.support.meetings import HELD, PLAN, PLANNED, moment
from tests.support.running import Running, running

MEETING = derive_id("meeting", "coordinator", PLAN.command_id)
LEAD, CO = "u07", ("u01", "u02")
DUE, LATER_DUE = date(2026, 4, 10), date(2026, 4, 30)
# Each round adopts so many at once and kills when the first is answered; one that hits the gap is soon among them.
AT_ONCE, ROUNDS_MAX = 4, 10
BOUND_SECONDS = 90.0


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data", "--simulated", "--seed", "7") as stack:
        yield stack


@asynccontextmanager
async def office(stack: Running, at: datetime) -> AsyncIterator[Client]:
    connection = await connect(stack.data, "coordinator", max_reconnect_attempts=-1)
    try:
        yield Client(connection, "coordinator", lambda: at)
    finally:
        await connection.close()


async def insist(client: Client, command: Command) -> Reply:
    """Send it until it is answered: nothing but "send it again" may come of a kill."""
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            reply = await client.send("meeting", type(command).__name__, command)
            if not reply.refused:
                return reply
            assert reply.refused["code"] in UNAVAILABLE_CODES | {"aggregate.busy"}, reply.refused


def adopting(place: int) -> c.AdoptResolution:
    return c.AdoptResolution(
        command_id=f"adopt-{place}", meeting=MEETING, title=f"第{place}项", lead=LEAD, co=CO, due=DUE
    )


async def called(stack: Running) -> None:
    """A meeting that is held."""
    await lay_briefing(stack.data)
    async with office(stack, PLANNED) as client:
        item = c.ProposeAgendaItem(command_id="item", meeting=MEETING, kind="other", title="议题")
        for command in (
            PLAN,
            c.SendNotification(command_id="call", meeting=MEETING, units=(LEAD, *CO)),
            item,
            c.FreezeAgenda(command_id="freeze", meeting=MEETING, briefing=BRIEFING),
        ):
            await insist(client, command)
    async with office(stack, HELD) as client:
        await insist(client, c.RecordAttendance(command_id="attend", meeting=MEETING, present=(LEAD, *CO)))


def adopted(found: Sequence[Stored]) -> list[str]:
    return [each.commit.key for each in found if isinstance(each.commit.facts[0], ResolutionAdopted)]


def told(found: Sequence[Stored], fact: type) -> Counter[tuple[str, str]]:
    """(unit, title or day) -> how often its feed says so."""
    return Counter(
        (each.subject.split(".")[2], str(getattr(said, "title", None) or said.due_on))
        for each in found
        if each.commit.kind == "cooperation"
        for said in each.commit.facts
        if isinstance(said, fact)
    )


async def settled(stack: Running) -> list[Stored]:
    """The ledger once every reaction to it is on record."""
    settling = await Settling.open(stack.data)
    try:
        await settling.settled()
    finally:
        await settling.close()
    return await stack.commits()


async def test_killed_between_an_adoption_and_its_word_to_the_co_units_it_tells_each_once(
    simulated: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A sender does not wait ten seconds for an answer that a dead process owes.
    monkeypatch.setattr(module, "COMMAND_TIMEOUT_SECONDS", 1.0)
    await called(simulated)
    sent: list[c.AdoptResolution] = []
    async with office(simulated, HELD) as client:
        for _ in range(ROUNDS_MAX):
            batch = [adopting(len(sent) + place) for place in range(AT_ONCE)]
            sent += batch
            sending = [asyncio.create_task(insist(client, each)) for each in batch]
            await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
            gone = simulated.kill("deciders")
            found = await simulated.commits()
            await asyncio.to_thread(simulated.another, "deciders", gone)
            await asyncio.gather(*sending)
            if told(found, CooperationBegun).total() < len(adopted(found)) * len(CO):
                break
        else:
            pytest.fail("no kill came between an adoption and its word: nothing was shown")
        # Whatever was sent twice was adopted once.
        assert all([(await insist(client, each)).repeated for each in sent])
    found = await settled(simulated)
    keys = adopted(found)
    assert len(keys) == len(sent)
    assert told(found, CooperationBegun) == Counter((unit, each.title) for each in sent for unit in CO)

    async with office(simulated, moment("2026-03-24T10:00")) as client:
        extensions = [
            c.ExtendResolution(command_id=f"extend-{key}", resolution=key, due=LATER_DUE, reason="complex")
            for key in keys
        ]
        sending = [asyncio.create_task(insist(client, each)) for each in extensions]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        await simulated.killed_and_back("deciders")
        await asyncio.gather(*sending)
    found = await settled(simulated)
    assert told(found, CooperationDueMoved) == Counter({(unit, str(LATER_DUE)): len(sent) for unit in CO})
    assert told(found, CooperationBegun).total() == len(sent) * len(CO)
    report = (await asyncio.to_thread(simulated.lianxi, "audit", "verify", "--json")).json
    assert report["valid"], report["problems"]
