"""The meeting service on a real ledger: from plan to close, what the lead unit reads and says, what nobody else does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from events import commit as commits
from events import subjects
from events.briefing import BriefingGenerated
from events.commit import Actor, Commit, derive_id, genesis
from events.meeting import AgendaFrozen, MinutesSigned, ResolutionNoted, ResolutionRecorded
from events.publication import CalendarPublished, Holiday, digest_of
from events.resolution import ResolutionAdopted, ResolutionDueRecomputed, ResolutionOverdue
from events.subjects import PARTNERS
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Refused
from services.ledger import Append, History, Ledger
from services.meeting import commands as c
from services.meeting.app import Meetings
from services.meeting.folding import fold_meeting, fold_resolution
from services.meeting.meeting import item_id
from services.meeting.rounds import Rounds
from services.working_clock import WorkingClock
from tests.support.brokers import Bus
from tests.support.meetings import (
    COORDINATOR,
    FIGURES,
    HELD,
    OTHER_COORDINATOR,
    OTHER_FIGURES,
    PLAN,
    PLANNED,
    SUPERVISOR,
    moment,
)

BRIEFING, CORRECTING = derive_id("briefing", "1"), derive_id("briefing", "2")
MEETING = derive_id("meeting", "coordinator", PLAN.command_id)
NUMBER = "青转〔2026〕3号"
ITEM = item_id(MEETING, "overdue", NUMBER)
LEAD, STRANGER = (Actor(principal=code, role="unit", unit=code) for code in ("u07", "u01"))
LATER = moment("2026-04-08T10:00")


class Office(Struct):
    """The service and its ledger; its reactions are handed over when the test says so."""

    ledger: Ledger
    service: Meetings
    reacted: int = 0
    simulated: bool = True

    async def send(self, command: Command, now: datetime = PLANNED, actor: Actor = COORDINATOR) -> Answer:
        body = msgspec.json.encode(command)
        request = Request(actor=actor, verb=type(command).__name__, body=body, now=now, simulated=self.simulated)
        return await self.service.handle(request)

    async def done(self, command: Command, now: datetime = PLANNED, actor: Actor = COORDINATOR) -> Accepted:
        answer = await self.send(command, now, actor)
        assert isinstance(answer, Accepted), answer
        return answer

    async def settle(self, after: int | None = None) -> None:
        """Hand every commit to the service, as its consumer does, until nothing new comes of it."""
        at = self.reacted if after is None else after
        while at < (await self.ledger.head()).seq:
            async for page in self.ledger.read(at):
                for stored in page:
                    if stored.commit.kind in ("resolution", "calendar"):
                        await self.service.react(stored)
                    at = stored.seq
        self.reacted = at

    async def meeting(self) -> Any:
        return fold_meeting(await self.ledger.load(subjects.meeting(MEETING)))

    async def notified(self) -> None:
        await self.done(PLAN)
        await self.done(c.SendNotification(command_id="n", meeting=MEETING, units=("u07", "u01")))
        item = c.ProposeAgendaItem(
            command_id="p", meeting=MEETING, kind="overdue", title="转办件逾期未办结", number=NUMBER, unit="u07"
        )
        await self.done(item)

    async def held(self) -> None:
        await self.notified()
        await self.done(c.FreezeAgenda(command_id="f", meeting=MEETING, briefing=BRIEFING))
        await self.done(c.RecordAttendance(command_id="a", meeting=MEETING, present=("u07",), excused=("u01",)), HELD)

    async def adopted(self, due: date = date(2026, 4, 10)) -> str:
        """The id of a resolution that the education bureau leads."""
        adopt = c.AdoptResolution(
            command_id="r", meeting=MEETING, title="建立控辍保学台账", lead="u07", due=due, item=ITEM
        )
        await self.done(adopt, HELD)
        return str(next(iter((await self.meeting()).resolutions)))


async def lay(ledger: Ledger, briefing: str, figures: str, position: int = 1) -> None:
    """A briefing as another service records it."""
    fact = BriefingGenerated(
        kind="briefing", start=date(2026, 1, 1), end=date(2026, 2, 28), position=position, head_hash="0" * 64,
        code="test", figures_digest=figures, suppression="none",
    )  # fmt: skip
    await record(ledger, subjects.briefing(briefing), fact)


async def record(ledger: Ledger, subject: str, fact: Any) -> None:
    history: History = await ledger.load(subject)
    kind, _, key = subjects.parse(subject)
    commit = Commit(
        id=derive_id(subject, str(history.n)), kind=kind, key=key, n=history.n + 1,
        prev=history.head_hash if history.n else genesis(subject), occurred=PLANNED, recorded=LATER,
        actor=COORDINATOR, command="Test", command_id="test", command_digest="0" * 64, policy="-", calendar="-",
        simulated=True, facts=(fact,),
    )  # fmt: skip
    await ledger.append(Append(history, commit))


@asynccontextmanager
async def office(bus: Bus, simulated: bool = True) -> AsyncIterator[Office]:
    async with bus.ledger("admin") as admin:
        await lay(admin, BRIEFING, FIGURES)
    async with bus.ledger("meeting") as ledger:
        yield Office(ledger, Meetings(ledger, WorkingClock()), simulated=simulated)


async def test_a_meeting_goes_from_its_plan_to_its_end(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted()
        await held.done(c.RecordDiscussion(command_id="d", meeting=MEETING, item=ITEM, outcome="resolved"), HELD)
        await held.done(c.DraftMinutes(command_id="m", meeting=MEETING), HELD)
        sign = c.SignMinutes(command_id="s", meeting=MEETING, signatory="召集人", figures_digest=FIGURES)
        await held.done(sign, HELD, SUPERVISOR)
        await held.done(c.DistributeMinutes(command_id="x", meeting=MEETING), HELD)
        close = c.CloseMeeting(command_id="c1", meeting=MEETING)
        assert await held.send(close, HELD) == Refused("meeting.resolutions_open", "meeting", {"left": "1"})
        report = c.ReportResolution(command_id="rr", resolution=key, result="done", measures=("visited_school",))
        await held.done(report, LATER, LEAD)
        await held.done(c.DischargeResolution(command_id="dd", resolution=key), LATER, OTHER_COORDINATOR)
        # It closes once it has heard of it, and not before.
        assert isinstance(await held.send(close, LATER), Refused)
        await held.settle()
        head = (await held.ledger.head()).seq
        await held.settle(after=0)
        assert (await held.ledger.head()).seq == head
        await held.done(msgspec.structs.replace(close, command_id="c2"), LATER)
        assert (await held.meeting()).status == "closed"
        facts = list((await held.ledger.load(subjects.meeting(MEETING))).facts)
        heard = [fact.status for fact in facts if isinstance(fact, ResolutionNoted)]
        assert heard == ["reported", "discharged"]
        (signed,) = [fact for fact in facts if isinstance(fact, MinutesSigned)]
        assert signed.doc_no == "青纪〔2026〕1号"


async def test_a_resolution_its_meeting_s_word_and_its_number_are_one_batch(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        head = (await held.ledger.head()).seq
        key = await held.adopted()
        stored = [each async for page in held.ledger.read(head) for each in page]
        assert [each.subject for each in stored] == [
            subjects.meeting(MEETING),
            subjects.resolution("u07", key),
            subjects.series("resolution-2026"),
        ]
        recorded, adopted, number = (each.commit.facts[0] for each in stored)
        assert isinstance(recorded, ResolutionRecorded) and isinstance(adopted, ResolutionAdopted)
        assert recorded.resolution_no == adopted.resolution_no == "青议〔2026〕1号"
        assert (number.number, number.to) == (1, key)
        # The same command again is on record; another one makes the next.
        assert await held.adopted() == key
        assert (await held.ledger.head()).seq == head + 3
        other = c.AdoptResolution(
            command_id="r2", meeting=MEETING, title="另一事项", lead="u01", due=date(2026, 4, 10), item=ITEM
        )
        await held.done(other, HELD)
        again = [each async for page in held.ledger.read(head + 3) for each in page]
        assert again[1].commit.facts[0].resolution_no == "青议〔2026〕2号"


async def test_no_agenda_stands_on_a_briefing_that_is_not_there(own: Bus) -> None:
    async with office(own) as held:
        await held.notified()
        nothing = c.FreezeAgenda(command_id="f", meeting=MEETING, briefing=CORRECTING)
        assert await held.send(nothing) == Refused("meeting.no_such_briefing", "briefing")


async def test_what_is_said_later_moves_nothing_of_a_frozen_agenda(own: Bus) -> None:
    async with office(own) as held:
        await held.notified()
        await held.done(c.FreezeAgenda(command_id="f", meeting=MEETING, briefing=BRIEFING))
        frozen = (await held.meeting()).frozen
        async with own.ledger("admin") as admin:
            await lay(admin, CORRECTING, OTHER_FIGURES, position=5)
        more = c.ProposeAgendaItem(command_id="p2", meeting=MEETING, kind="other", title="另一议题")
        assert await held.send(more) == Refused("meeting.agenda_frozen", "meeting")
        again = c.FreezeAgenda(command_id="f2", meeting=MEETING, briefing=CORRECTING)
        assert await held.send(again) == Refused("meeting.agenda_frozen", "meeting")
        state = await held.meeting()
        assert state.frozen == frozen and isinstance(frozen, AgendaFrozen)
        assert (frozen.as_of_position, frozen.figures_digest) == (1, FIGURES)


async def test_minutes_with_foreign_figures_are_not_signed_and_take_no_number(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        await held.done(c.RecordDiscussion(command_id="d", meeting=MEETING, item=ITEM, outcome="noted"), HELD)
        await held.done(c.DraftMinutes(command_id="m", meeting=MEETING), HELD)
        sign = c.SignMinutes(command_id="s1", meeting=MEETING, signatory="召集人", figures_digest=OTHER_FIGURES)
        assert await held.send(sign, HELD, SUPERVISOR) == Refused("meeting.figures_differ", "figures_digest")
        restated = msgspec.structs.replace(sign, command_id="s2", restatement=CORRECTING)
        assert await held.send(restated, HELD, SUPERVISOR) == Refused("meeting.no_such_briefing", "restatement")
        assert (await held.ledger.load(subjects.series("minutes-2026"))).n == 0
        async with own.ledger("admin") as admin:
            await lay(admin, CORRECTING, OTHER_FIGURES)
        await held.done(restated, HELD, SUPERVISOR)
        signed = (await held.meeting()).signed
        assert (signed.doc_no, signed.restatement) == ("青纪〔2026〕1号", CORRECTING)


async def test_the_lead_reads_and_reports_its_resolution_and_no_other_unit_does(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted()
        report = c.ReportResolution(command_id="rr", resolution=key, result="done", measures=("visited_school",))
        assert await held.send(report, LATER, STRANGER) == Refused("resolution.not_found", "resolution")
        await held.done(report, LATER, LEAD)
        for judged in (
            c.DischargeResolution(command_id="j", resolution=key),
            c.CloseMeeting(command_id="j", meeting=MEETING),
        ):
            refused = await held.send(judged, LATER, LEAD)
            assert refused == Refused("command.not_allowed", details={"role": "unit"})
        subject = subjects.resolution("u07", key)
        recorded = [each.raw for each in (await held.ledger.load(subject)).commits]
    assert await feed(own, "u07", len(recorded)) == recorded
    assert await feed(own, "u01", 1) == []
    # Nothing in it says which case, or what else the meeting took up.
    commit = commits.decode(recorded[0])
    assert (commit.causation, commit.correlation) == (None, None) and NUMBER.encode() not in b"".join(recorded)
    assert json.loads(recorded[0])["command_id"].startswith("h-")


async def feed(bus: Bus, unit: str, count: int) -> list[bytes]:
    """What a unit pulls from its own feed."""
    async with bus.connected(unit) as connection:
        pull = await connection.jetstream().pull_subscribe_bind(consumer=unit, stream=PARTNERS)
        try:
            messages = await pull.fetch(count, timeout=2 if count == 1 else 5)
        except TimeoutError:
            return []
        return [message.data for message in messages]


async def test_a_published_calendar_moves_a_provisional_due_day_once(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted(date(2027, 3, 1))
        off = (Holiday(name="测试", off=(date(2027, 3, 1),)),)
        fact = CalendarPublished(
            year=2027, title="2027年通知", holidays=off, digest=digest_of(off), calendar_version="x"
        )
        async with own.ledger("admin") as admin:
            await record(admin, subjects.calendar(2027), fact)
        await held.settle()
        await held.settle(after=0)
        facts = list((await held.ledger.load(subjects.resolution("u07", key))).facts)
        moved = [each for each in facts if isinstance(each, ResolutionDueRecomputed)]
        assert [(each.new.date(), each.cause) for each in moved] == [(date(2027, 3, 2), "calendar_published")]


@pytest.mark.parametrize(("when", "thresholds"), [("2026-04-12T09:00", []), ("2026-04-13T09:00", ["urge"])])
async def test_a_check_records_what_is_overdue_once(own: Bus, when: str, thresholds: list[str]) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted()
        for place in range(3):
            check = c.CheckResolution(command_id=f"k{place}", resolution=key)
            await held.done(check, moment(when), SUPERVISOR)
        history = await held.ledger.load(subjects.resolution("u07", key))
        over = [each.threshold for each in history.facts if isinstance(each, ResolutionOverdue)]
        assert over == thresholds
        state = fold_resolution(history)
        assert state is not None and state.crossed == tuple(thresholds)


async def test_it_is_handed_to_a_meeting_that_is_planned_and_this_one_may_close(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted()
        to = derive_id("meeting", "coordinator", "next")
        carry = c.CarryOverResolution(command_id="o1", resolution=key, to=to)
        assert await held.send(carry, LATER) == Refused("meeting.not_found", "to")
        later = msgspec.structs.replace(PLAN, command_id="next", starts=moment("2026-06-01T09:00"))
        assert (await held.done(later, LATER)).id == to
        await held.done(msgspec.structs.replace(carry, command_id="o2"), LATER)
        await held.settle()
        assert (await held.meeting()).unsettled == ()


async def test_a_commit_that_comes_again_late_tells_the_meeting_of_no_state_that_is_over(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        key = await held.adopted()
        for place in range(2):
            progress = c.ReportResolutionProgress(command_id=f"p{place}", resolution=key, measures=("visited_school",))
            await held.done(progress, LATER, LEAD)
        report = c.ReportResolution(command_id="rr", resolution=key, result="done", measures=("visited_school",))
        await held.done(report, LATER, LEAD)
        await held.settle()
        # The second progress changed nothing, and says nothing now that the report is in.
        await held.settle(after=0)
        assert (await held.meeting()).resolutions == {key: "reported"}


async def test_time_alone_records_what_is_overdue_each_threshold_once(own: Bus) -> None:
    async with office(own, simulated=False) as held:
        await held.held()
        key = await held.adopted()
        rounds = Rounds(held.ledger, held.service.current_clock, held.service.handle)
        moved = [
            await rounds.look(moment(when))
            for when in (
                "2026-04-08T09:00",
                "2026-04-09T09:00",
                "2026-04-09T09:05",
                "2026-04-13T00:00",
                "2026-04-20T09:00",
            )
        ]
        assert moved == [0, 1, 0, 1, 1]
        facts = (await held.ledger.load(subjects.resolution("u07", key))).facts
        assert [each.threshold for each in facts if isinstance(each, ResolutionOverdue)] == ["urge", "notice"]


async def test_a_round_leaves_a_ledger_under_a_simulated_clock_alone(own: Bus) -> None:
    async with office(own) as held:
        await held.held()
        await held.adopted()
        rounds = Rounds(held.ledger, held.service.current_clock, held.service.handle)
        assert await rounds.look(moment("2026-06-01T09:00")) == 0


async def test_rounds_begin_with_the_service_and_stop_with_it(own: Bus) -> None:
    async with office(own, simulated=False) as held:
        looked = asyncio.Event()

        async def clock() -> WorkingClock:
            looked.set()
            return await held.service.current_clock()

        rounds = Rounds(held.ledger, clock, held.service.handle)
        rounds.start()
        await asyncio.wait_for(looked.wait(), 10)
        await asyncio.wait_for(rounds.stop(), 10)
