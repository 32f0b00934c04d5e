"""The referral service on the bus: issue what cases ask for, answer units and coordinators, follow deadlines with notices."""

from collections.abc import Callable

from events import subjects
from events.case import ReferralRequested
from events.publication import CalendarPublished
from events.referral import (
    Duty,
    FinalReported,
    LeadChanged,
    ReferralIssued,
    ReferralRedone,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
    ReportSentBack,
    ReturnGranted,
)
from services import calendar_history
from services.attachments import Attachments, Spool
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
from services.referral import extensions, files_app, following, notice_app, publication, series
from services.referral import referral as referrals
from services.referral.commands import COMMANDS, ChangeLead, CheckDeadline, IssueReferral, PublishCalendar
from services.referral.folding import fold_referral
from services.referral.following import CoUnitStep
from services.working_clock import WorkingClock

SERVICE = "referral"
Decide = Callable[[History, Env, int], Outcome]
TakesNumber = Callable[[Facts], bool]
Beside = Callable[[Facts], tuple[str, Facts] | None]


class Referrals:
    """The service: `handle` answers a command, `react` answers a commit."""

    def __init__(
        self, ledger: Ledger, clock: WorkingClock, store: Attachments | None = None, spool: Spool | None = None
    ) -> None:
        self._ledger = ledger
        self._calendars = Calendars(ledger, clock)
        self._units = frozenset(unit.code for unit in directory().units)
        self._notices = notice_app.Notices(ledger, lambda: self.clock, SERVICE, self._plan)
        self._files = files_app.Files(ledger, self._plan, store, spool)

    @property
    def clock(self) -> WorkingClock:
        """The working-day clock on the newest calendar that this service has seen."""
        return self._calendars.clock

    async def handle(self, request: Request) -> Answer:
        command = understood(request, SERVICE, COMMANDS)
        if isinstance(command, Refused):
            return command
        try:
            await self._calendars.current()
        except LedgerUnavailable:
            return Refused("service.unavailable")
        except (DamagedLedger, DamagedHistory):
            return Refused("ledger.damaged")
        match command:
            case PublishCalendar():
                return await self._publish(request, command)
            case IssueReferral():
                return await self._issue(request, command)
            case _ if isinstance(command, files_app.COMMANDS):
                return await self._files.handle(request, command)
            case _ if isinstance(command, notice_app.COMMANDS):
                return await self._notices.handle(request, command)
            case _:
                return await self._on_referral(request, command)

    async def _publish(self, request: Request, command: PublishCalendar) -> Answer:
        def decide(history: History, env: Env, number: int) -> Outcome:
            return publication.decide(command, calendar_history.fold(history.facts), env, clock.calendar)

        clock = self.clock
        plan = self._plan(request, subjects.calendar(command.year), decide)
        return await carry_out(self._ledger, request, command, plan)

    async def _issue(self, request: Request, command: IssueReferral) -> Answer:
        unit = directory().unit(command.unit)
        duty = Duty(leader=unit.leader, department=unit.department, post=unit.post) if unit else None
        year = request.now.astimezone(CHINA).year
        lead_unit = await self._unit_of(command.lead)
        clock = self.clock

        def decide(history: History, env: Env, number: int) -> Outcome:
            text = series.written("referral", year, number)
            return referrals.decide(command, fold_referral(history), env, clock, duty, text, lead_unit)

        plan = self._plan(
            request,
            subjects.referral(command.unit, command.referral),
            decide,
            series=series.series_name("referral", year),
            takes_number=lambda facts: any(isinstance(fact, ReferralIssued) for fact in facts),
        )
        return await carry_out(self._ledger, request, command, plan)

    async def _on_referral(self, request: Request, command: Command) -> Answer:
        subject = await self._subject(request, command.referral)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("referral.not_found", "referral")

        lead_unit = await self._unit_of(command.lead) if isinstance(command, ChangeLead) else None
        clock = self.clock

        def decide(history: History, env: Env, number: int) -> Outcome:
            return referrals.decide(command, fold_referral(history), env, clock, lead_unit=lead_unit)

        plan = self._plan(request, subject, decide)
        return await carry_out(self._ledger, request, command, plan)

    async def _unit_of(self, referral: str | None) -> str | None:
        subject = await self._ledger.find("referral", referral) if referral else None
        return subjects.parse(subject)[1] if subject else None

    async def _subject(self, request: Request, key: str) -> str | None:
        """Where the referral lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            return subjects.referral(request.actor.unit, key)
        return await self._ledger.find("referral", key)

    def _plan(
        self,
        request: Request,
        subject: str,
        decide: Decide,
        series: str | None = None,
        takes_number: TakesNumber = lambda facts: False,
        beside: Beside = lambda facts: None,
    ) -> Plan:
        return Plan(
            subject=subject,
            decide=decide,
            series=series,
            takes_number=takes_number,
            beside=beside,
            for_partners=True,
            policy=f"referral-{self.clock.edition(request.now)}",
            clock=self.clock,
            units=self._units,
        )

    async def react(self, stored: Stored) -> None:
        """Issue what a case asked for; follow what became of a referral with notices."""
        for fact in stored.commit.facts:
            match fact:
                case ReferralRequested():
                    await self._requested(stored, fact)
                case ReferralIssued() | LeadChanged() | FinalReported() | ReportSentBack() | ReferralRedone():
                    await self._tell_lead(stored, fact)
                case ReturnGranted() | ReferralRevoked() | ReferralTransferred() | ReferralTerminated():
                    await self._tell_lead(stored, fact)
                case CalendarPublished():
                    await self._recompute(stored)
                case _:
                    pass
        if stored.commit.kind in ("referral", "resolution"):
            await self._notices.react(stored)

    async def _requested(self, stored: Stored, fact: ReferralRequested) -> None:
        """Issue it. What it replaces ends, and hands over its place among lead and co-units."""
        old: referrals.Referral | None = None
        if fact.replaces is not None:
            subject = await self._ledger.find("referral", fact.replaces)
            old = fold_referral(await self._ledger.load(subject)) if subject else None
        await self._react(stored, following.issuing(fact, fact.lead or (old.lead if old else None)))
        if fact.replaces is not None and old is not None:
            await self._react(stored, following.transferring(fact.replaces, fact.referral))
            for command in following.led_by(fact.referral, old):
                await self._react(stored, command)

    async def _tell_lead(self, stored: Stored, fact: CoUnitStep) -> None:
        """首接负责制: a co-unit's lead learns that it joined, reported, must report again or was released."""
        state = fold_referral(await self._ledger.load(stored.subject))
        assert state is not None  # it has just been read
        if state.lead is not None:
            for command in following.noting(stored, state, fact):
                await self._react(stored, command)

    async def _recompute(self, stored: Stored) -> None:
        """Look at every referral and notice: a date that the calendar moves or settles is recorded, with the reason."""
        await self._calendars.current()
        for subject in await self._ledger.subjects("referral"):
            state = fold_referral(await self._ledger.load(subject))
            if state is not None and extensions.settled(state, self.clock) is not None:
                _, _, key = subjects.parse(subject)
                # A year that is amended has another commit.
                command_id = f"calendar:{stored.commit.key}:{stored.commit.n}:{key}"
                await self._react(stored, CheckDeadline(command_id=command_id, referral=key))
        await self._notices.recompute(stored)

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))
