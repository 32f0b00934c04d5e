"""The publication service on the bus: have the figures computed, decide, and record briefing, numbers and bulletin as one."""

import asyncio
from contextlib import nullcontext, suppress
from datetime import date, datetime

import msgspec

from events import subjects
from events.briefing import BriefingIssued
from events.bulletin import BulletinCorrected, BulletinIssued, BulletinWithdrawn
from events.commit import derive_id
from events.numbering import HEARD, series_of
from services.bus.calendars import Calendars
from services.bus.clock import CHINA
from services.bus.endpoint import understood
from services.bus.execution import ATTEMPTS_MAX, Facts, Outcome, Plan, carry_out, recorded_id
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import DamagedHistory, Env, Refused
from services.ledger import DamagedLedger, History, Ledger, LedgerUnavailable
from services.publication import briefing as briefings
from services.publication import bulletin as bulletins
from services.publication.briefing import Briefing, Computed, Told
from services.publication.briefing_history import fold
from services.publication.commands import (
    COMMANDS,
    CorrectBriefing,
    GenerateBriefing,
    IssueBriefing,
    WithdrawBriefing,
)
from services.publication.figures import Figures
from services.working_clock import WorkingClock

SERVICE = "publication"
POLICY = "publication-2026.1"
ANNOUNCING = BulletinIssued | BulletinCorrected | BulletinWithdrawn
TELLING = (IssueBriefing, CorrectBriefing, WithdrawBriefing)
# What a command needs to know beyond its own aggregate.
Evidence = tuple[Computed | None, Computed | None, Told]
NO_EVIDENCE: Evidence = (None, None, Told())


class HeardMeanwhile(Exception):
    """Another process told the units something: what may be told now has to be looked at again."""


class Publications:
    """The service: `handle` answers a command. It reacts to nothing: what follows is in the same atomic batch."""

    def __init__(self, ledger: Ledger, figures: Figures, clock: WorkingClock | None = None) -> None:
        self._ledger = ledger
        self._figures = figures
        self._calendars = Calendars(ledger, clock)
        # What units may be told depends on every bulletin before: this process tells them one thing at a time, and
        # of two processes the later one finds the number of its word taken (HEARD).
        self._telling = asyncio.Lock()

    async def handle(self, request: Request) -> Answer:
        command = understood(request, SERVICE, COMMANDS)
        if isinstance(command, Refused):
            return command
        try:
            await self._calendars.current()
            async with self._telling if isinstance(command, TELLING) else nullcontext():
                for _ in range(ATTEMPTS_MAX):
                    with suppress(HeardMeanwhile):
                        return await self._carry_out(request, command)
                return Refused("aggregate.busy")
        except LedgerUnavailable:
            return Refused("service.unavailable")
        except (DamagedLedger, DamagedHistory):
            return Refused("ledger.damaged")

    async def _carry_out(self, request: Request, command: Command) -> Answer:
        key = _key(request, command)
        history = await self._ledger.load(subjects.briefing(key))
        state = fold(stored.commit for stored in history.commits)
        evidence: Evidence | Refused = NO_EVIDENCE
        if not _sent_before(history, request, command):
            # What is on record is answered from there, whether or not its figures can be computed today.
            evidence = await self._evidence(command, state, key, request.now)
        if isinstance(evidence, Refused):
            return evidence
        computed, later, told = evidence

        announced = isinstance(command, TELLING) and state is not None and state.generated.kind in bulletins.ANNOUNCED

        def decide(history: History, env: Env, *numbers: int) -> Outcome:
            if announced and numbers[-1] != told.heard + 1:
                raise HeardMeanwhile
            standing = fold(stored.commit for stored in history.commits)
            # Of the year and of all; only an issue asks for them.
            of_year, of_all = (*numbers, 0)[:2]
            return briefings.decide(command, standing, env, computed, later, told, (of_year, of_all))

        def beside(facts: Facts) -> tuple[str, Facts] | None:
            said = [fact for fact in facts if isinstance(fact, ANNOUNCING)]
            return (subjects.bulletin(key), said) if said else None

        year = request.now.astimezone(CHINA).year
        plan = Plan(
            subject=subjects.briefing(key),
            decide=decide,
            series=(
                *(series_of(state.generated.kind, year) if state and isinstance(command, IssueBriefing) else ()),
                *((HEARD,) if announced else ()),
            ),
            takes_number=lambda facts: any(isinstance(fact, BriefingIssued | ANNOUNCING) for fact in facts),
            beside=beside,
            goes_on=True,
            for_partners=True,
            policy=POLICY,
            clock=self._calendars.clock,
        )
        return await carry_out(self._ledger, request, command, plan)

    async def _evidence(self, command: Command, state: Briefing | None, key: str, now: datetime) -> Evidence | Refused:
        if isinstance(command, GenerateBriefing):
            generated = await self._computed(command.start, command.end, command.position, now)
            return generated if isinstance(generated, Refused) else (generated, None, Told())
        if state is None:
            return NO_EVIDENCE
        told = await self._told(key) if isinstance(command, TELLING) else Told()
        if isinstance(command, WithdrawBriefing):
            return None, None, told
        start, end = state.generated.start, state.generated.end
        computed = await self._computed(start, end, state.generated.position, now)
        if isinstance(computed, Refused) or not isinstance(command, CorrectBriefing):
            return computed if isinstance(computed, Refused) else (computed, None, told)
        later = await self._computed(start, end, command.position, now)
        return later if isinstance(later, Refused) else (computed, later, told)

    async def _computed(self, start: date, end: date, position: int | None, now: datetime) -> Computed | Refused:
        head = (await self._ledger.head()).seq
        at = head if position is None else position
        if not 1 <= at <= head:
            return Refused("briefing.position_unknown", "position", {"head": str(head)})
        found = await self._figures(start, end, at)
        if isinstance(found, Refused) or at < head:
            return found
        # Nothing was recorded since: what is known at the head is known until now.
        return msgspec.structs.replace(found, until=now)

    async def _told(self, key: str) -> Told:
        """Every bulletin there is: a hundred or two in ten years."""
        # Before the bulletins: one that comes in between is counted as not heard, and then they are read again.
        heard = (await self._ledger.load(subjects.series(HEARD))).n
        own, others = None, []
        for subject in await self._ledger.subjects("bulletin"):
            state = bulletins.fold((await self._ledger.load(subject)).facts)
            assert state is not None  # it has a subject
            if subject == subjects.bulletin(key):
                own = state
            else:
                others.append(state)
        return Told(own=own, others=tuple(others), heard=heard)


def _key(request: Request, command: Command) -> str:
    if isinstance(command, GenerateBriefing):
        return derive_id(SERVICE, request.actor.principal, command.command_id)
    return str(command.briefing)  # type: ignore[attr-defined]


def _sent_before(history: History, request: Request, command: Command) -> bool:
    known = recorded_id(command, for_partners=True)
    commits = [stored.commit for stored in history.commits]
    return any(each.command_id == known and each.actor.principal == request.actor.principal for each in commits)
