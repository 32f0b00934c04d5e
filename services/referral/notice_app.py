"""Supervision notices on the bus: draft what dates call for, carry out what people decide, end what its referral ends."""

from collections.abc import Callable
from typing import Protocol

from events import subjects
from events.commit import Actor
from events.notice import NoticeDrafted, NoticeSignedOff
from events.referral import (
    DueSoon,
    ReferralClosed,
    ReferralOverdue,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
    ReportVerified,
    ReturnGranted,
    SignOverdue,
)
from events.resolution import ResolutionCarriedOver, ResolutionDischarged, ResolutionDueSoon, ResolutionOverdue
from services.bus.clock import CHINA
from services.bus.execution import Facts, Outcome, Plan, carry_out, recorded_id
from services.bus.reaction import as_request, insist
from services.bus.request import Answer, Request
from services.command import Command
from services.decision import Env, Refused
from services.ledger import History, Ledger, Stored
from services.referral import notice as notices
from services.referral import series, supervision
from services.referral.commands import (
    AcceptReply,
    AcknowledgeNotice,
    CheckNotice,
    DischargeNotice,
    DraftNotice,
    EscalateNotice,
    ReplyToNotice,
    SendBackReply,
    ServeNotice,
    SignOffNotice,
    WithdrawNotice,
)
from services.referral.folding import fold_matter, fold_notice
from services.referral.matter import REFERRAL, RESOLUTION, Matter
from services.working_clock import WorkingClock

ON_NOTICE = (
    SignOffNotice,
    ServeNotice,
    AcknowledgeNotice,
    ReplyToNotice,
    AcceptReply,
    SendBackReply,
    WithdrawNotice,
    CheckNotice,
    DischargeNotice,
)
COMMANDS = (DraftNotice, EscalateNotice, *ON_NOTICE)
# What a crossed threshold calls for (events/codes/threshold.toml).
LEVEL_OF = {"urge": notices.URGE, "notice": notices.NOTICE, "circular": notices.CIRCULAR}
# Facts that end a referral or a resolution, and its notices with it.
ENDING = (
    ReportVerified,
    ReturnGranted,
    ReferralRevoked,
    ReferralTransferred,
    ReferralTerminated,
    ReferralClosed,
    ResolutionDischarged,
    ResolutionCarriedOver,
)
LEVELS = range(6)

Decide = Callable[[History, Env, int], Outcome]


class Planning(Protocol):
    """The referral service's plan for one command, as `Referrals` makes it."""

    def __call__(
        self,
        request: Request,
        subject: str,
        decide: Decide,
        series: str | None = None,
        takes_number: Callable[[Facts], bool] = ...,
        beside: Callable[[Facts], tuple[str, Facts] | None] = ...,
    ) -> Plan: ...


class Notices:
    """`handle` answers a command on a notice, `react` answers a commit of a referral or a resolution."""

    def __init__(self, ledger: Ledger, clock: Callable[[], WorkingClock], service: str, plan: Planning) -> None:
        self._ledger = ledger
        self._clock = clock
        self._service = service
        self._plan = plan

    async def handle(self, request: Request, command: Command) -> Answer:
        match command:
            case DraftNotice():
                return await self._draft(request, command)
            case EscalateNotice():
                return await self._escalate(request, command)
            case SignOffNotice():
                return await self._sign_off(request, command)
            case _:
                return await self._on_notice(request, command)

    async def _draft(self, request: Request, command: DraftNotice) -> Answer:
        matter = await self._matter(command.referral, command.unit)
        if matter is None:
            return Refused("referral.not_found", "referral")
        found, unit = matter, matter.unit
        chain = await self._chain(unit, command.referral, command.level)
        others = [state for state in (fold_notice(each) for each in chain) if state is not None and state.open]
        if request.actor.role != "service":
            for level in range(notices.NOTICE, command.level):
                others += await self._open(unit, command.referral, level)
        sent = next((each.subject for each in chain if _sent_before(each, request.actor, command)), None)
        key = notices.notice_id(command.referral, command.level, len(chain))
        year, kind = request.now.astimezone(CHINA).year, _kind(command.level, command.form)

        def decide(history: History, env: Env, number: int) -> Outcome:
            if history.n:
                return Refused("notice.already_open", "level")
            return notices.draft(command, found, env, self._clock(), _written(kind, year, number), others)

        plan = self._plan(
            request,
            sent or subjects.notice(unit, key),
            decide,
            series=series.series_name(kind, year) if command.level == notices.URGE else None,
            takes_number=_signs_off,
        )
        return await carry_out(self._ledger, request, command, plan)

    async def _escalate(self, request: Request, command: EscalateNotice) -> Answer:
        subject = await self._subject(request, command.notice)
        state = fold_notice(await self._ledger.load(subject)) if subject else None
        if subject is None or state is None:
            return Refused("notice.not_found", "notice")
        about, unit, level = state.drafted.referral, state.drafted.unit, state.drafted.level + 1
        matter = await self._matter(about, unit)
        assert matter is not None  # a notice is about something that is there
        chain = await self._chain(unit, about, level)
        others = [each for each in (fold_notice(history) for history in chain) if each is not None and each.open]
        key = notices.notice_id(about, level, len(chain))

        def decide(history: History, env: Env, number: int) -> Outcome:
            standing = fold_notice(history)
            assert standing is not None  # it was found, and nothing is ever removed
            outcome = notices.escalate(command, standing, matter, env, self._clock(), key, others)
            return list(outcome) if isinstance(outcome, tuple) else outcome

        def beside(facts: Facts) -> tuple[str, Facts]:
            return subjects.notice(unit, key), [fact for fact in facts if isinstance(fact, NoticeDrafted)]

        return await carry_out(self._ledger, request, command, self._plan(request, subject, decide, beside=beside))

    async def _sign_off(self, request: Request, command: SignOffNotice) -> Answer:
        subject = await self._subject(request, command.notice)
        state = fold_notice(await self._ledger.load(subject)) if subject else None
        if subject is None or state is None:
            return Refused("notice.not_found", "notice")
        drafted = state.drafted
        previous: notices.Notice | None = None
        if drafted.escalated_from is not None:
            before = subjects.notice(drafted.unit, drafted.escalated_from)
            previous = fold_notice(await self._ledger.load(before))
        year, kind = request.now.astimezone(CHINA).year, _kind(drafted.level, drafted.form)

        def decide(history: History, env: Env, number: int) -> Outcome:
            text = _written(kind, year, number)
            return notices.decide(command, fold_notice(history), env, self._clock(), text, previous)

        plan = self._plan(request, subject, decide, series=series.series_name(kind, year), takes_number=_signs_off)
        return await carry_out(self._ledger, request, command, plan)

    async def _on_notice(self, request: Request, command: Command) -> Answer:
        subject = await self._subject(request, command.notice)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("notice.not_found", "notice")

        def decide(history: History, env: Env, number: int) -> Outcome:
            return notices.decide(command, fold_notice(history), env, self._clock())

        return await carry_out(self._ledger, request, command, self._plan(request, subject, decide))

    async def _subject(self, request: Request, key: str) -> str | None:
        """Where the notice lives. A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            return subjects.notice(request.actor.unit, key)
        return await self._ledger.find("notice", key)

    async def _matter(self, key: str, unit: str | None) -> Matter | None:
        """The referral or the resolution of this id, of this unit when it is named; None when there is neither."""
        for kind, of_unit in ((REFERRAL, subjects.referral), (RESOLUTION, subjects.resolution)):
            subject = of_unit(unit, key) if unit is not None else await self._ledger.find(kind, key)
            history = await self._ledger.load(subject) if subject else None
            if history is not None and history.n:
                return fold_matter(history)
        return None

    async def _chain(self, unit: str, referral: str, level: int) -> list[History]:
        """Every notice of one level about one referral, oldest first: the newest alone may be open."""
        found: list[History] = []
        while (history := await self._ledger.load(self._numbered(unit, referral, level, len(found)))).n:
            found.append(history)
        return found

    @staticmethod
    def _numbered(unit: str, referral: str, level: int, number: int) -> str:
        return subjects.notice(unit, notices.notice_id(referral, level, number))

    async def _open(self, unit: str, referral: str, level: int) -> list[notices.Notice]:
        states = [fold_notice(history) for history in await self._chain(unit, referral, level)]
        return [state for state in states if state is not None and state.open]

    async def react(self, stored: Stored) -> None:
        """Draft what a referral's dates call for; discharge what has ended with it."""
        for fact in stored.commit.facts:
            match fact:
                case SignOverdue():
                    await self._by_rule(stored, notices.URGE)
                case ReferralOverdue(threshold=threshold) | ResolutionOverdue(threshold=threshold):
                    await self._crossed(stored, LEVEL_OF[threshold])
                case DueSoon() | ResolutionDueSoon():
                    await self._by_rule(stored, notices.REMIND)
                case _ if isinstance(fact, ENDING):
                    await self._discharge(stored)
                case _:
                    pass

    async def _crossed(self, stored: Stored, level: int) -> None:
        match level:
            case notices.CIRCULAR:
                await self._draft_circular(stored)
            case notices.URGE:
                await self._by_rule(stored, notices.URGE)
            case _:
                await self._react(stored, _drafting(stored, level))

    async def recompute(self, stored: Stored) -> None:
        """A calendar was published or amended: a reply date that it moves or settles is recorded, with the reason."""
        for subject in await self._ledger.subjects("notice"):
            state = fold_notice(await self._ledger.load(subject))
            if state is not None and notices.settled(state, self._clock()) is not None:
                _, _, key = subjects.parse(subject)
                command_id = f"calendar:{stored.commit.key}:{stored.commit.n}:{key}"
                await self._react(stored, CheckNotice(command_id=command_id, notice=key))

    async def _by_rule(self, stored: Stored, level: int) -> None:
        """Send a reminder or an urge. One that stands for an earlier date of the same referral makes room for it."""
        _, unit, key = subjects.parse(stored.subject)
        assert unit is not None  # a referral's subject names its unit
        matter = fold_matter(await self._ledger.load(stored.subject))
        assert matter is not None  # it has just been read
        due, _ = notices.due_of(matter)
        for history in await self._chain(unit, key, level):
            state = fold_notice(history)
            if state is not None and state.open and state.drafted.due != due:
                _, _, old = subjects.parse(history.subject)
                command_id = f"superseded:{old}:{stored.commit.n}"
                await self._react(stored, DischargeNotice(command_id=command_id, notice=old, reason="superseded"))
        await self._react(stored, _drafting(stored, level))

    async def _draft_circular(self, stored: Stored) -> None:
        """The circular follows from the notice that stands; without one it is drafted by itself."""
        _, unit, key = subjects.parse(stored.subject)
        assert unit is not None  # a referral's subject names its unit
        for history in await self._chain(unit, key, notices.NOTICE):
            state = fold_notice(history)
            if state is not None and state.open:
                _, _, standing = subjects.parse(history.subject)
                command_id = f"escalate:{standing}:{stored.commit.n}"
                await self._react(stored, EscalateNotice(command_id=command_id, notice=standing))
                return
        await self._react(stored, _drafting(stored, notices.CIRCULAR))

    async def _discharge(self, stored: Stored) -> None:
        _, unit, referral = subjects.parse(stored.subject)
        assert unit is not None  # a referral's subject names its unit
        for level in LEVELS:
            for history in await self._chain(unit, referral, level):
                state = fold_notice(history)
                if state is not None and state.open:
                    _, _, key = subjects.parse(history.subject)
                    command_id = f"end:{key}:{stored.commit.n}"
                    await self._react(stored, DischargeNotice(command_id=command_id, notice=key))

    async def _react(self, stored: Stored, command: Command) -> None:
        request = as_request(self._service, stored, command)
        insist(await self.handle(request, command))


def _sent_before(history: History, actor: Actor, command: Command) -> bool:
    """Whether this very command made that notice: it may be closed by now, and sent again it makes no other."""
    return any(
        each.commit.command_id == recorded_id(command, for_partners=True)
        and each.commit.actor.principal == actor.principal
        for each in history.commits
    )


def _kind(level: int, form: str | None) -> str:
    """The document series of a level; of level 4 in a form that nobody knows, that of the level (it is refused anyway)."""
    found = supervision.level(level, form) or supervision.level(level)
    assert found is not None  # every level is in the table
    return found.kind


def _written(kind: str, year: int, number: int) -> str:
    return series.written(kind, year, number) if kind in series.WRITTEN and number else ""


def _signs_off(facts: Facts) -> bool:
    return any(isinstance(fact, NoticeSignedOff) for fact in facts)


def _drafting(stored: Stored, level: int) -> DraftNotice:
    _, unit, key = subjects.parse(stored.subject)
    assert unit is not None  # a referral's subject names its unit
    return DraftNotice(command_id=f"draft:{key}:{stored.commit.n}:{level}", referral=key, unit=unit, level=level)
