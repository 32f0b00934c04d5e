"""The meeting service on the bus: carry out what is decided, let a meeting and the co-units hear of its resolutions."""

from collections.abc import Callable

from events import subjects
from events.commit import derive_id
from events.meeting import MinutesSigned, ResolutionRecorded
from events.publication import CalendarPublished
from events.referral import Duty
from events.resolution import ResolutionAdopted
from services.bus.calendars import Calendars
from services.bus.clock import CHINA
from services.bus.endpoint import understood
from services.bus.execution import Facts, Outcome, Plan, carry_out
from services.bus.reaction import as_request, insist
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import DamagedHistory, Env, Refused
from services.directory import directory
from services.ledger import DamagedLedger, History, Ledger, LedgerUnavailable, Stored
from services.meeting import adopting, series
from services.meeting import cooperation as cooperations
from services.meeting import meeting as meetings
from services.meeting import resolution as resolutions
from services.meeting.commands import (
    COMMANDS,
    AdoptResolution,
    CarryOverResolution,
    CheckResolution,
    FreezeAgenda,
    NoteCooperation,
    NoteResolution,
    PlanMeeting,
    SignMinutes,
)
from services.meeting.folding import fold_cooperation, fold_meeting, fold_resolution, laid
from services.meeting.resolution_dates import settled
from services.working_clock import WorkingClock

SERVICE = "meeting"
Decide = Callable[[History, Env, int], Outcome]
Beside = Callable[[Facts], tuple[str, Facts] | None]


class Meetings:
    """The service: `handle` answers a command, `react` answers a commit."""

    def __init__(self, ledger: Ledger, clock: WorkingClock) -> None:
        self._ledger = ledger
        self._calendars = Calendars(ledger, clock)
        self._units = frozenset(unit.code for unit in directory().units)

    @property
    def clock(self) -> WorkingClock:
        """The working-day clock on the newest calendar that this service has seen."""
        return self._calendars.clock

    async def current_clock(self) -> WorkingClock:
        """The clock on every calendar that is on record. Raises LedgerUnavailable, DamagedLedger, DamagedHistory."""
        return await self._calendars.current()

    async def handle(self, request: Request) -> Answer:
        command = understood(request, SERVICE, COMMANDS)
        if isinstance(command, Refused):
            return command
        try:
            await self._calendars.current()
            match command:
                case AdoptResolution():
                    return await self._adopt(request, command)
                case SignMinutes():
                    return await self._sign(request, command)
                case NoteCooperation():
                    return await self._tell_co_unit(request, command)
                case _ if "resolution" in command.__struct_fields__ and not isinstance(command, NoteResolution):
                    return await self._on_resolution(request, command)
                case _:
                    return await self._on_meeting(request, command)
        except LedgerUnavailable:
            return Refused("service.unavailable")
        except (DamagedLedger, DamagedHistory):
            return Refused("ledger.damaged")

    async def _on_meeting(self, request: Request, command: Command) -> Answer:
        if isinstance(command, PlanMeeting):
            key = derive_id("meeting", request.actor.principal, command.command_id)
        else:
            key = command.meeting  # type: ignore[attr-defined]
        briefing = await self._briefing(command.briefing) if isinstance(command, FreezeAgenda) else None

        def decide(history: History, env: Env, number: int) -> Outcome:
            return meetings.decide(command, fold_meeting(history), env, key, briefing=briefing)

        return await carry_out(self._ledger, request, command, self._plan(request, subjects.meeting(key), decide))

    async def _sign(self, request: Request, command: SignMinutes) -> Answer:
        subject = subjects.meeting(command.meeting)
        state = fold_meeting(await self._ledger.load(subject))
        frozen = state.frozen.briefing if state and state.frozen else None
        named = command.restatement or frozen
        briefing = await self._briefing(named) if named else None
        year = request.now.astimezone(CHINA).year

        def decide(history: History, env: Env, number: int) -> Outcome:
            text = series.written("minutes", year, number)
            return meetings.decide(command, fold_meeting(history), env, command.meeting, text, briefing)

        plan = self._plan(request, subject, decide, series.series_name("minutes", year))
        return await carry_out(self._ledger, request, command, plan)

    async def _adopt(self, request: Request, command: AdoptResolution) -> Answer:
        key = adopting.resolution_id(command.meeting, request.actor.principal, command.command_id)
        unit = directory().unit(command.lead)
        duty = Duty(leader=unit.leader, department=unit.department, post=unit.post) if unit else None
        year = request.now.astimezone(CHINA).year

        def decide(history: History, env: Env, number: int) -> Outcome:
            text = series.written("resolution", year, number)
            outcome = adopting.adopt(command, fold_meeting(history), env, key, text, duty)
            return outcome if isinstance(outcome, Refused) else list(outcome)

        def beside(facts: Facts) -> tuple[str, Facts]:
            own = [fact for fact in facts if isinstance(fact, ResolutionAdopted)]
            return subjects.resolution(command.lead, key), own

        plan = self._plan(
            request,
            subjects.meeting(command.meeting),
            decide,
            series.series_name("resolution", year),
            beside=beside,
        )
        return await carry_out(self._ledger, request, command, plan)

    async def _on_resolution(self, request: Request, command: Command) -> Answer:
        key: str = command.resolution  # type: ignore[attr-defined]
        subject = await self._subject(request, key)
        if subject is None:
            return Refused("resolution.not_found", "resolution")
        to = command.to if isinstance(command, CarryOverResolution) else None
        next_meeting = fold_meeting(await self._ledger.load(subjects.meeting(to))) if to else None

        def decide(history: History, env: Env, number: int) -> Outcome:
            return resolutions.decide(command, fold_resolution(history), env, next_meeting)

        return await carry_out(self._ledger, request, command, self._plan(request, subject, decide))

    async def _tell_co_unit(self, request: Request, command: NoteCooperation) -> Answer:
        found = await self._ledger.find("resolution", command.resolution)
        if found is None:
            return Refused("resolution.not_found", "resolution")
        history = (await self._ledger.load(found)).first(command.n)
        resolution = fold_resolution(history)

        def decide(own: History, env: Env, number: int) -> Outcome:
            dated_by = history.commits[-1].commit.calendar
            return cooperations.decide(command, resolution, dated_by, fold_cooperation(own))

        key = cooperations.cooperation_id(command.resolution, command.unit)
        plan = self._plan(request, subjects.cooperation(command.unit, key), decide)
        return await carry_out(self._ledger, request, command, plan)

    async def _subject(self, request: Request, key: str) -> str | None:
        """Where the resolution lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            return subjects.resolution(request.actor.unit, key)
        return await self._ledger.find("resolution", key)

    async def _briefing(self, key: str) -> meetings.Laid | None:
        return laid(key, await self._ledger.load(subjects.briefing(key)))

    def _plan(
        self,
        request: Request,
        subject: str,
        decide: Decide,
        series: str | None = None,
        beside: Beside = lambda facts: None,
    ) -> Plan:
        return Plan(
            subject=subject,
            decide=decide,
            series=series,
            takes_number=lambda facts: any(isinstance(fact, MinutesSigned | ResolutionRecorded) for fact in facts),
            beside=beside,
            numbers_beside=True,
            # A lead unit reads its resolution's commits, the one of its adoption included.
            for_partners=True,
            policy=f"meeting-{self.clock.edition(request.now)}",
            clock=self.clock,
            units=self._units,
        )

    async def react(self, stored: Stored) -> None:
        """A meeting and the co-units hear of a resolution; a calendar that is published moves the due days it touches."""
        if stored.commit.kind == "resolution":
            await self._tell(stored)
        elif any(isinstance(fact, CalendarPublished) for fact in stored.commit.facts):
            await self._recompute(stored)

    async def _tell(self, stored: Stored) -> None:
        """What this commit changed for those who hear of it, and nothing else.

        Whatever is sent is recorded, so that a commit that comes again, however late, tells nobody of a state that is over.
        """
        key, n = stored.commit.key, stored.commit.n
        history = await self._ledger.load(stored.subject)
        before, state = fold_resolution(history.first(n - 1)), fold_resolution(history.first(n))
        if state is None:
            return
        # Of the adoption the meeting knows by itself.
        if before is not None and before.status != state.status:
            meeting = state.adopted.meeting
            note = NoteResolution(command_id=f"note:{key}:{n}", meeting=meeting, resolution=key, status=state.status)
            await self._react(stored, note)
        if cooperations.concern(before) != cooperations.concern(state):
            for unit in state.adopted.co:
                told = NoteCooperation(
                    command_id=f"co:{key}:{n}", occurred=stored.commit.occurred, resolution=key, unit=unit, n=n
                )
                await self._react(stored, told)

    async def _recompute(self, stored: Stored) -> None:
        await self._calendars.current()
        for subject in await self._ledger.subjects("resolution"):
            state = fold_resolution(await self._ledger.load(subject))
            if state is not None and settled(state, self.clock) is not None:
                _, _, key = subjects.parse(subject)
                command_id = f"calendar:{stored.commit.key}:{stored.commit.n}:{key}"
                await self._react(stored, CheckResolution(command_id=command_id, resolution=key))

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))
