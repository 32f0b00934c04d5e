"""The referral service on the bus: issue what cases ask for, answer units and coordinators, follow deadlines with notices."""

from collections.abc import Callable

from events import subjects
from events.case import ReferralRequested
from events.referral import Duty, ReferralIssued
from services.bus.clock import CHINA
from services.bus.decoding import decode
from services.bus.endpoint import allowed
from services.bus.execution import Facts, Outcome, Plan, carry_out
from services.bus.reaction import as_request, insist
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import Env, Refused
from services.directory import directory
from services.ledger import History, Ledger, Stored
from services.referral import notice_app, series
from services.referral import referral as referrals
from services.referral.commands import COMMANDS, LATER, IssueReferral
from services.referral.folding import fold_referral
from services.referral.working_clock import WorkingClock

POLICY = "referral-2026.1"
SERVICE = "referral"
Decide = Callable[[History, Env, int], Outcome]
TakesNumber = Callable[[Facts], bool]
Beside = Callable[[Facts], tuple[str, Facts] | None]


class Referrals:
    """The service: `handle` answers a command, `react` answers a commit."""

    def __init__(self, ledger: Ledger, clock: WorkingClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._units = frozenset(unit.code for unit in directory().units)
        self._notices = notice_app.Notices(ledger, clock, SERVICE, self._plan)

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
            case _ if isinstance(command, notice_app.COMMANDS):
                return await self._notices.handle(request, command)
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
        subject = await self._subject(request, command.referral)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("referral.not_found", "referral")

        def decide(history: History, env: Env, number: int) -> Outcome:
            return referrals.decide(command, fold_referral(history), env, self._clock)

        return await carry_out(self._ledger, request, command, self._plan(subject, decide))

    async def _subject(self, request: Request, key: str) -> str | None:
        """Where the referral lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            return subjects.referral(request.actor.unit, key)
        return await self._ledger.find("referral", key)

    def _plan(
        self,
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
            policy=POLICY,
            calendar=self._clock.version,
            units=self._units,
        )

    async def react(self, stored: Stored) -> None:
        """Issue what a case asked for; follow what became of a referral with notices."""
        for fact in stored.commit.facts:
            if isinstance(fact, ReferralRequested):
                await self._react(stored, _issuing(fact))
        if stored.commit.kind == "referral":
            await self._notices.react(stored)

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))


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
