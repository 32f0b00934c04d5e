"""The referral service on the bus: issue what cases ask for, answer units and coordinators, follow deadlines with notices."""

from collections.abc import Callable

from events import subjects
from events.case import ReferralRequested
from events.notice import NoticeSignedOff
from events.referral import (
    Duty,
    ReferralIssued,
    ReferralOverdue,
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
from services.ledger import History, Ledger, Stored
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral import series
from services.referral.commands import (
    COMMANDS,
    LATER,
    AcknowledgeNotice,
    DischargeNotice,
    DraftNotice,
    IssueReferral,
    ReplyToNotice,
    SignOffNotice,
)
from services.referral.working_clock import WorkingClock

POLICY = "referral-2026.1"
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
        match command:
            case IssueReferral():
                return await self._issue(request, command)
            case DraftNotice():
                return await self._draft(request, command)
            case SignOffNotice() | AcknowledgeNotice() | ReplyToNotice() | DischargeNotice():
                return await self._on_notice(request, command)
            case _:
                return await self._on_referral(request, command)

    async def _issue(self, request: Request, command: IssueReferral) -> Answer:
        unit = directory().unit(command.unit)
        duty = Duty(leader=unit.leader, department=unit.department, post=unit.post) if unit else None
        year = request.now.astimezone(CHINA).year

        def decide(history: History, env: Env, number: int) -> Outcome:
            text = series.written("referral", year, number)
            return referrals.decide(command, fold_referral(history), env, self._clock, duty, text)

        plan = self._plan(
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

        def decide(history: History, env: Env, number: int) -> Outcome:
            return referrals.decide(command, fold_referral(history), env, self._clock)

        return await carry_out(self._ledger, request, command, self._plan(subject, decide))

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
            self._ledger, request, command, self._plan(subject, decide, series=name, takes_number=_signs_off)
        )

    async def _subject(self, request: Request, kind: str, key: str) -> str | None:
        """Where the aggregate lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            own = subjects.referral if kind == "referral" else subjects.notice
            return own(request.actor.unit, key)
        return await self._ledger.find(kind, key)

    def _plan(
        self,
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
            policy=POLICY,
            calendar=self._clock.version,
            units=self._units,
        )

    async def react(self, stored: Stored) -> None:
        """Issue what a case asked for; draft what an overdue referral calls for; discharge what has ended."""
        for fact in stored.commit.facts:
            match fact:
                case ReferralRequested():
                    await self._react(stored, _issuing(fact))
                case SignOverdue():
                    await self._react(stored, _drafting(stored, notices.URGE))
                case ReferralOverdue(threshold=threshold):
                    await self._react(stored, _drafting(stored, LEVEL_OF[threshold]))
                case ReportVerified() | ReturnGranted():
                    await self._discharge(stored)
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

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))


def fold_referral(history: History) -> referrals.Referral | None:
    state: referrals.Referral | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = referrals.evolve(state, fact, stored.commit.actor.principal, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_notice(history: History) -> notices.Notice | None:
    state: notices.Notice | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = notices.evolve(state, fact, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def _signs_off(facts: Facts) -> bool:
    return any(isinstance(fact, NoticeSignedOff) for fact in facts)


def _issuing(fact: ReferralRequested) -> IssueReferral:
    return IssueReferral(
        command_id=f"issue:{fact.referral}",
        referral=fact.referral,
        unit=fact.unit,
        contact_type=fact.contact_type,
        category=fact.category,
        region=fact.region,
        age_band=fact.age_band,
        urgency=fact.urgency,
        asks=fact.asks,
    )


def _drafting(stored: Stored, level: int) -> DraftNotice:
    _, unit, key = subjects.parse(stored.subject)
    assert unit is not None  # a referral's subject names its unit
    return DraftNotice(command_id=f"draft:{key}:{stored.commit.n}:{level}", referral=key, unit=unit, level=level)
