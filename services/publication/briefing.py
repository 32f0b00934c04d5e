"""Decisions on one briefing: generate, review, issue, correct, withdraw. Pure. domain.md §4.3 F.

Its states and what may follow stand in briefing_history.py, what units are told in bulletin.py.
"""

from datetime import date, datetime, timedelta
from itertools import chain

from msgspec import Struct

from events.briefing import (
    BriefingCorrected,
    BriefingFact,
    BriefingGenerated,
    BriefingIssued,
    BriefingReviewed,
    BriefingWithdrawn,
    figures_digest,
)
from events.bulletin import BulletinCorrected, BulletinFact, BulletinWithdrawn
from events.calendar import CHINA
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.publication import bulletin
from services.publication.briefing_history import OUT, Briefing, evolve
from services.publication.bulletin import Bulletin
from services.publication.commands import (
    CorrectBriefing,
    GenerateBriefing,
    IssueBriefing,
    ReviewBriefing,
    WithdrawBriefing,
)

__all__ = ["Briefing", "Computed", "Told", "decide", "evolve"]

# Clocks of two machines differ (domain.md §4.2).
AHEAD_MAX = timedelta(minutes=5)

Outcome = list[BriefingFact | BulletinFact] | Already | Refused


class Computed(Struct, frozen=True, kw_only=True):
    """The figures of a period as the read models answered them at one position.

    `until`: everything before that moment which is on record there was known; `code`: the program and its read models.
    """

    position: int
    head_hash: str
    until: datetime
    code: str
    figures: dict[str, int]

    @property
    def digest(self) -> str:
        return figures_digest(self.figures)


class Told(Struct, frozen=True, kw_only=True):
    """What the units have heard so far: of this briefing, and of all others; `heard`: how many words that were."""

    own: Bulletin | None = None
    others: tuple[Bulletin, ...] = ()
    heard: int = 0


def decide(
    command: Command,
    state: Briefing | None,
    env: Env,
    computed: Computed | None = None,
    later: Computed | None = None,
    told: Told = Told(),  # noqa: B008 (frozen)
    numbers: tuple[int, int] = (0, 0),
) -> Outcome:
    """Return the facts to record, those of the bulletin among them.

    `computed`: the figures at the briefing's position, `later`: those at the position of a correction, `numbers`: the
    next numbers of the year and of all.
    """
    match command, state:
        case GenerateBriefing(), None:
            assert computed is not None  # the service computes before it asks
            return _moment(None, env) or _generate(command, computed)
        case GenerateBriefing(), _:
            return Already()
        case _, None:
            return Refused("briefing.not_found", "briefing")
    refusal = _moment(state, env)
    if refusal is not None:
        return refusal
    match command, state:
        case WithdrawBriefing(), Briefing(status="withdrawn"):
            return Already()
        case _, Briefing(status="withdrawn"):
            return Refused("briefing.withdrawn", "briefing")
        case WithdrawBriefing(), Briefing():
            return _withdraw(command, told)
        case ReviewBriefing(), Briefing(status="generated"):
            return _review(state, env, computed)
        case ReviewBriefing(), Briefing():
            return Already()
        case IssueBriefing(), Briefing(status="generated"):
            return Refused("briefing.not_reviewed", "briefing")
        case IssueBriefing(), Briefing(status="reviewed"):
            return _issue(command, state, env, computed, told, numbers)
        case IssueBriefing(), Briefing(issued=BriefingIssued(issue_no=issue_no, year=year)):
            return Refused("briefing.already_issued", "briefing", {"year": str(year), "number": str(issue_no)})
        case CorrectBriefing(), Briefing() if state.status in OUT:
            return _correct(command, state, computed, later, told)
        case CorrectBriefing(), Briefing():
            return Refused("briefing.not_issued", "briefing")
        case _:
            return Refused("command.unknown_verb")


def _moment(state: Briefing | None, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = state is not None and env.occurred < state.since and env.occurred < env.now
    return Refused("briefing.back_dated", "occurred") if early else None


def _generate(command: GenerateBriefing, computed: Computed) -> Outcome:
    refusal = unknown_code("briefing_kind", command.kind, "kind") or _period(command.start, command.end, computed)
    if refusal is not None:
        return refusal
    return [
        BriefingGenerated(
            kind=command.kind,
            start=command.start,
            end=command.end,
            position=computed.position,
            head_hash=computed.head_hash,
            code=computed.code,
            figures_digest=computed.digest,
            suppression=bulletin.RULE,
        )
    ]


def _period(start: date, end: date, computed: Computed) -> Refused | None:
    if end < start:
        return Refused("briefing.period_reversed", "end")
    known = computed.until.astimezone(CHINA).date()
    if end > known:
        return Refused("briefing.period_not_over", "end", {"position": str(computed.position), "day": str(known)})
    return None


def _holds(state: Briefing, computed: Computed | None) -> Refused | None:
    assert computed is not None  # the service computes before it asks
    same = (computed.head_hash, computed.digest) == (state.generated.head_hash, state.generated.figures_digest)
    details = {"position": str(state.generated.position), "digest": computed.digest[:12]}
    return None if same else Refused("briefing.does_not_hold", "briefing", details)


def _review(state: Briefing, env: Env, computed: Computed | None) -> Outcome:
    if env.actor.principal == state.generated_by:
        return Refused("briefing.own_work", "briefing")
    return _holds(state, computed) or [BriefingReviewed(figures_digest=state.generated.figures_digest)]


def _issue(
    command: IssueBriefing,
    state: Briefing,
    env: Env,
    computed: Computed | None,
    told: Told,
    numbers: tuple[int, int],
) -> Outcome:
    refusal = _recipients(command) or _holds(state, computed)
    if refusal is not None:
        return refusal
    assert computed is not None  # it holds
    issued = BriefingIssued(
        year=env.now.astimezone(CHINA).year,
        issue_no=numbers[0],
        total_no=numbers[1],
        report_to=command.report_to,
        send_to=command.send_to,
        issue_to=command.issue_to,
        copies=command.copies,
    )
    if state.generated.kind not in bulletin.ANNOUNCED:
        return [issued]
    return [issued, bulletin.issued(state.generated, issued, computed.figures, told.others)]


def _recipients(command: IssueBriefing) -> Refused | None:
    named = {field: getattr(command, field) for field in ("report_to", "send_to", "issue_to")}
    codes = list(chain(*named.values()))
    if not codes:
        return Refused("briefing.recipient_missing", "report_to")
    twice = next((code for code in codes if codes.count(code) > 1), None)
    checks = (unknown_code("recipient", code, field) for field, listed in named.items() for code in listed)
    return first_refusal(*checks) or (
        Refused("briefing.recipient_twice", "report_to", {"code": twice}) if twice else None
    )


def _correct(
    command: CorrectBriefing, state: Briefing, computed: Computed | None, later: Computed | None, told: Told
) -> Outcome:
    assert computed is not None and later is not None  # the service computes before it asks
    last = state.corrected(command.figure)
    after = last.position if last else state.generated.position
    refusal = (
        unknown_code("restatement_reason", command.reason, "reason")
        or _holds(state, computed)
        or _in_between(command, after, later.position)
    )
    if refusal is not None:
        return refusal
    if command.figure not in computed.figures | later.figures:
        return Refused("briefing.figure_unknown", "figure")
    # A figure that nothing counts towards has no row.
    was = last.now if last else computed.figures.get(command.figure, 0)
    now = later.figures.get(command.figure, 0)
    if was == now:
        return Refused("briefing.figure_unchanged", "figure", {"value": str(was), "position": str(later.position)})
    fact = BriefingCorrected(
        number=len(state.corrections) + 1,
        figure=command.figure,
        was=was,
        now=now,
        position=later.position,
        head_hash=later.head_hash,
        cause=command.cause,
        reason=command.reason,
    )
    if told.own is None:
        return [fact]
    said = BulletinCorrected(
        number=fact.number,
        position=fact.position,
        head_hash=fact.head_hash,
        reason=fact.reason,
        figure=bulletin.corrected(told.own, fact.figure, now, told.others),
    )
    return [fact, said]


def _in_between(command: CorrectBriefing, after: int, until: int) -> Refused | None:
    if until <= after:
        return Refused("briefing.position_not_newer", "position", {"after": str(after)})
    if not after < command.cause <= until:
        return Refused("briefing.cause_outside", "cause", {"after": str(after), "until": str(until)})
    return None


def _withdraw(command: WithdrawBriefing, told: Told) -> Outcome:
    refusal = unknown_code("briefing_withdraw_reason", command.reason, "reason")
    if refusal is not None:
        return refusal
    withdrawn = BriefingWithdrawn(reason=command.reason)
    return [withdrawn] if told.own is None else [withdrawn, BulletinWithdrawn(reason=command.reason)]
