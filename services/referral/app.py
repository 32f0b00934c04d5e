"""The referral service on the bus: issue what cases ask for, answer units and coordinators, follow deadlines with notices."""

from collections.abc import Callable

import msgspec

from events import subjects
from events.case import ReferralRequested
from events.notice import NoticeSignedOff
from events.publication import CalendarPublished
from events.referral import (
    Duty,
    FinalReported,
    LeadChanged,
    ReferralIssued,
    ReferralOverdue,
    ReferralRedone,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    SignOverdue,
)
from services.bus.clock import CHINA
from services.bus.decoding import decode
from services.bus.endpoint import allowed
from services.bus.execution import Facts, Outcome, Plan, carry_out
from services.bus.reaction import as_request, insist
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import Already, Env, Refused
from services.directory import directory
from services.ledger import DamagedLedger, History, Ledger, LedgerUnavailable, Stored
from services.referral import extensions, following, publication, series
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral.commands import (
    COMMANDS,
    LATER,
    AcknowledgeNotice,
    ChangeLead,
    CheckDeadline,
    DischargeNotice,
    DraftNotice,
    ForUnit,
    IssueReferral,
    PublishCalendar,
    ReplyToNotice,
    SignOffNotice,
)
from services.referral.following import CoUnitStep
from services.referral.working_clock import WorkingClock

SERVICE = "referral"
LEVEL_OF = {"urge": notices.URGE, "notice": notices.NOTICE}
Decide = Callable[[History, Env, int], Outcome]
TakesNumber = Callable[[Facts], bool]


class Referrals:
    """The service: `handle` answers a command, `react` answers a commit."""

    def __init__(self, ledger: Ledger, clock: WorkingClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._units = frozenset(unit.code for unit in directory().units)

    @property
    def clock(self) -> WorkingClock:
        """The working-day clock on the newest calendar that this service has seen."""
        return self._clock

    async def handle(self, request: Request) -> Answer:
        if request.verb in LATER:
            return Refused("command.not_yet_available", details={"verb": request.verb})
        if request.verb not in COMMANDS:
            return Refused("command.unknown_verb")
        refusal = allowed(request, SERVICE)
        if refusal is not None:
            return refusal
        command = decode(request.body, COMMANDS[request.verb])
        if isinstance(command, Refused):
            return command
        try:
            self._clock = await self._current()
        except LedgerUnavailable:
            return Refused("service.unavailable")
        except DamagedLedger:
            return Refused("ledger.damaged")
        match command:
            case PublishCalendar():
                return await self._publish(request, command)
            case IssueReferral():
                return await self._issue(request, command)
            case DraftNotice():
                return await self._draft(request, command)
            case SignOffNotice() | AcknowledgeNotice() | ReplyToNotice() | DischargeNotice():
                return await self._on_notice(request, command)
            case _:
                return await self._on_referral(request, command)

    async def _current(self) -> WorkingClock:
        """The clock on every calendar that is on record: nothing is counted on an older one."""
        clock = self._clock
        while True:
            history = await self._ledger.load(subjects.calendar(clock.calendar.last.year + 1))
            published = fold_calendar(history)
            if published is None:
                return clock
            clock = clock.with_published(published)

    async def _publish(self, request: Request, command: PublishCalendar) -> Answer:
        def decide(history: History, env: Env, number: int) -> Outcome:
            return publication.decide(command, fold_calendar(history), env, clock.calendar)

        clock = self._clock
        plan = self._plan(request, subjects.calendar(command.year), decide)
        return await carry_out(self._ledger, request, command, plan)

    async def _issue(self, request: Request, command: IssueReferral) -> Answer:
        unit = directory().unit(command.unit)
        duty = Duty(leader=unit.leader, department=unit.department, post=unit.post) if unit else None
        year = request.now.astimezone(CHINA).year
        lead_unit = await self._unit_of(command.lead)
        clock = self._clock

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
        subject = await self._subject(request, "referral", command.referral)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("referral.not_found", "referral")

        lead_unit = await self._unit_of(command.lead) if isinstance(command, ChangeLead) else None
        clock = self._clock

        def decide(history: History, env: Env, number: int) -> Outcome:
            return referrals.decide(command, fold_referral(history), env, clock, lead_unit=lead_unit)

        plan = self._plan(request, subject, decide)
        if isinstance(command, ForUnit):
            plan = msgspec.structs.replace(plan, on_behalf_of=command.on_behalf_of)
        return await carry_out(self._ledger, request, command, plan)

    async def _draft(self, request: Request, command: DraftNotice) -> Answer:
        referral = fold_referral(await self._ledger.load(subjects.referral(command.unit, command.referral)))
        if referral is None:
            return Refused("referral.not_found", "referral")
        found: referrals.Referral = referral
        key = notices.notice_id(command.referral, command.level, referral.rounds)
        year = request.now.astimezone(CHINA).year

        def decide(history: History, env: Env, number: int) -> Outcome:
            if history.n:
                return Already()
            return notices.draft(command, found, env, self._clock, series.written("urge", year, number))

        plan = self._plan(
            request,
            subjects.notice(command.unit, key),
            decide,
            series=series.series_name("urge", year),
            takes_number=_signs_off,
        )
        return await carry_out(self._ledger, request, command, plan)

    async def _on_notice(self, request: Request, command: Command) -> Answer:
        subject = await self._subject(request, "notice", command.notice)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("notice.not_found", "notice")
        year = request.now.astimezone(CHINA).year

        def decide(history: History, env: Env, number: int) -> Outcome:
            return notices.decide(command, fold_notice(history), env, series.written("notice", year, number))

        signing = isinstance(command, SignOffNotice)
        name = series.series_name("notice", year) if signing else None
        return await carry_out(
            self._ledger, request, command, self._plan(request, subject, decide, series=name, takes_number=_signs_off)
        )

    async def _unit_of(self, referral: str | None) -> str | None:
        subject = await self._ledger.find("referral", referral) if referral else None
        return subjects.parse(subject)[1] if subject else None

    async def _subject(self, request: Request, kind: str, key: str) -> str | None:
        """Where the aggregate lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            own = subjects.referral if kind == "referral" else subjects.notice
            return own(request.actor.unit, key)
        return await self._ledger.find(kind, key)

    def _plan(
        self,
        request: Request,
        subject: str,
        decide: Decide,
        series: str | None = None,
        takes_number: TakesNumber = lambda facts: False,
    ) -> Plan:
        return Plan(
            subject=subject,
            decide=decide,
            series=series,
            takes_number=takes_number,
            for_partners=True,
            policy=f"referral-{self._clock.edition(request.now)}",
            calendar=self._clock.version,
            units=self._units,
        )

    async def react(self, stored: Stored) -> None:
        """Issue what a case asked for; draft what an overdue referral calls for; discharge what has ended."""
        for fact in stored.commit.facts:
            match fact:
                case ReferralRequested():
                    await self._requested(stored, fact)
                case ReferralIssued() | LeadChanged() | FinalReported() | ReportSentBack() | ReferralRedone():
                    await self._tell_lead(stored, fact)
                case CalendarPublished():
                    await self._recompute(stored)
                case SignOverdue():
                    await self._react(stored, _drafting(stored, notices.URGE))
                case ReferralOverdue(threshold=threshold) if threshold in LEVEL_OF:
                    await self._react(stored, _drafting(stored, LEVEL_OF[threshold]))
                case ReportVerified():
                    await self._discharge(stored)
                case ReturnGranted() | ReferralRevoked() | ReferralTransferred() | ReferralTerminated():
                    await self._discharge(stored)
                    await self._tell_lead(stored, fact)
                case _:
                    pass

    async def _discharge(self, stored: Stored) -> None:
        state = fold_referral(await self._ledger.load(stored.subject))
        assert state is not None  # it has just been read
        for level in (notices.URGE, notices.NOTICE):
            for rounds in range(state.rounds + 1):
                key = notices.notice_id(stored.commit.key, level, rounds)
                if await self._ledger.find("notice", key) is not None:
                    await self._react(stored, DischargeNotice(command_id=f"end:{key}:{stored.commit.n}", notice=key))

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
        """Look at every referral: what was provisional and is not any more gets its date, with the reason."""
        self._clock = await self._current()
        for subject in await self._ledger.subjects("referral"):
            state = fold_referral(await self._ledger.load(subject))
            if state is not None and extensions.settled(state, self._clock) is not None:
                _, _, key = subjects.parse(subject)
                await self._react(stored, CheckDeadline(command_id=f"calendar:{stored.commit.key}:{key}", referral=key))

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))


def fold_referral(history: History) -> referrals.Referral | None:
    state: referrals.Referral | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = referrals.evolve(state, fact, stored.commit.actor.principal, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_calendar(history: History) -> CalendarPublished | None:
    state: CalendarPublished | None = None
    for fact in history.facts:
        state = publication.evolve(state, fact)
    return state


def fold_notice(history: History) -> notices.Notice | None:
    state: notices.Notice | None = None
    for fact in history.facts:
        state = notices.evolve(state, fact)
    return state


def _signs_off(facts: Facts) -> bool:
    return any(isinstance(fact, NoticeSignedOff) for fact in facts)


def _drafting(stored: Stored, level: int) -> DraftNotice:
    _, unit, key = subjects.parse(stored.subject)
    assert unit is not None  # a referral's subject names its unit
    return DraftNotice(command_id=f"draft:{key}:{stored.commit.n}:{level}", referral=key, unit=unit, level=level)
