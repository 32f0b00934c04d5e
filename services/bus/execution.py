"""Carry out one command: load, decide, record; again if someone else was faster."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from events import subjects
from events.commit import Actor, Commit, Sealed, derive_id, digest, genesis
from events.notice import NumberAssigned
from services.bus.clock import CHINA
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.ledger import Append, DamagedLedger, History, Ledger, LedgerUnavailable, Overtaken, Stored
from services.working_clock import WorkingClock

ATTEMPTS_MAX = 8
# A mobile number or an identity number that stands by itself: a digest of so few digits could be guessed.
NUMBER_OF_A_PERSON = re.compile(r"(?<![0-9A-Za-z])(1\d{10}|\d{15}|\d{17}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
Facts = Sequence[Any]
Outcome = Facts | Already | Refused


class Plan(Struct, frozen=True, kw_only=True):
    """What a service adds to the general road for one command.

    decide: (history, env, next number of each series; 0 without one) -> facts, Already or Refused.
    series: the document series, one or several, whose next numbers a decision may take together, else None.
    beside: facts -> another aggregate that begins in the same atomic batch, and those of the facts that are its own.
    goes_on: that other aggregate may be there already; then it goes on.
    seal: (history, commit id) -> the personal fields, encrypted, else None.
    """

    subject: str
    decide: Callable[..., Outcome]
    series: str | tuple[str, ...] | None = None
    takes_number: Callable[[Facts], bool] = lambda facts: False
    beside: Callable[[Facts], tuple[str, Facts] | None] = lambda facts: None
    goes_on: bool = False
    # The number is that of the aggregate beside, not of the one that decided.
    numbers_beside: bool = False
    seal: Callable[[History, str], Sealed | None] = lambda history, commit: None
    # Personal fields make a plain digest guessable: intake gives a keyed one.
    body_digest: Callable[[bytes], str] = digest
    new_id: Callable[[str], str] = lambda purpose: ""
    keyed_digest: Callable[[str], str] = lambda text: ""
    # A partner reads these commits: no causation or correlation from which a case could be inferred.
    for_partners: bool = False
    correlation: str | None = None
    policy: str
    clock: WorkingClock
    units: frozenset[str] = frozenset()


async def carry_out(ledger: Ledger, request: Request, command: Command, plan: Plan) -> Answer:
    """Return what was recorded, or a typed refusal. An outcome that nobody knows is looked up, never guessed."""
    if plan.for_partners and NUMBER_OF_A_PERSON.search(command.command_id):
        return Refused("command.id_personal", "command_id")
    body_digest = plan.body_digest(request.body)
    commit_id = derive_id(request.actor.principal, command.command_id, plan.subject)
    before: int | None = None
    try:
        for _ in range(ATTEMPTS_MAX):
            history = await ledger.load(plan.subject)
            answer = _on_record(
                history, request.actor, recorded_id(command, plan.for_partners), body_digest
            ) or _unseen(history, command)
            if answer is not None:
                return answer
            counters = [await ledger.load(subjects.series(name)) for name in _series(plan)]
            env = _env(request, command, plan)
            outcome = plan.decide(history, env, *([counter.n + 1 for counter in counters] or [0]))
            if isinstance(outcome, Refused):
                return _with_what_changed(outcome, history, before)
            if isinstance(outcome, Already) or not outcome:
                return _already(history)
            beside = plan.beside(outcome)
            own = [fact for fact in outcome if beside is None or fact not in beside[1]]
            appends = [Append(history, _commit(history, request, command, plan, commit_id, body_digest, own))]
            if beside is not None:
                other = await ledger.load(beside[0])
                if other.n and not plan.goes_on:
                    # Somebody else began it meanwhile: what was decided no longer stands.
                    return Refused("aggregate.busy")
                appends.append(Append(other, _other(appends[0].commit, other, beside[1])))
            if plan.takes_number(outcome):
                numbered = appends[-1 if plan.numbers_beside else 0].commit
                appends += [_numbering(counter, numbered) for counter in counters]
            before = history.n if before is None else before
            try:
                seqs = await ledger.append(*appends)
            except Overtaken:
                continue
            commit = appends[0].commit
            return Accepted(id=commit.key, commit=commit.id, n=commit.n, seq=seqs[0])
    except LedgerUnavailable:
        return Refused("service.unavailable")
    except (DamagedLedger, DamagedHistory):
        return Refused("ledger.damaged")
    return Refused("aggregate.busy")


def _env(request: Request, command: Command, plan: Plan) -> Env:
    return Env(
        now=request.now,
        occurred=command.occurred or request.now,
        actor=request.actor,
        new_id=lambda purpose: plan.new_id(f"{purpose}:{command.command_id}"),
        keyed_digest=plan.keyed_digest,
        units=plan.units,
        clock=plan.clock,
    )


def recorded_id(command: Command, for_partners: bool) -> str:
    """The command's id as its commit carries it. Where a partner reads, a digest: people type into ids what they like."""
    return f"h-{derive_id('command', command.command_id)}" if for_partners else command.command_id


def _on_record(history: History, actor: Actor, command_id: str, body_digest: str) -> Answer | None:
    """The recorded outcome of this very command, whenever it was sent: ids are idempotent for ever."""
    for stored in history.commits:
        same = stored.commit.command_id == command_id and stored.commit.actor.principal == actor.principal
        if same and stored.commit.command_digest != body_digest:
            return Refused("command.id_reused", "command_id")
        if same:
            return _accepted(stored, repeated=True)
    return None


def _accepted(stored: Stored, repeated: bool = False) -> Accepted:
    return Accepted(id=stored.commit.key, commit=stored.commit.id, n=stored.commit.n, seq=stored.seq, repeated=repeated)


def _already(history: History) -> Answer:
    return _accepted(history.commits[-1], repeated=True) if history.commits else Refused("aggregate.nothing_to_do")


def _unseen(history: History, command: Command) -> Refused | None:
    if command.seen is None or command.seen == history.n:
        return None
    return Refused("aggregate.changed", "seen", _changes(history, command.seen))


def _with_what_changed(refused: Refused, history: History, before: int | None) -> Refused:
    """The loser of a race is told what the winner did, not only that it may not."""
    if before is None or history.n == before:
        return refused
    return Refused("aggregate.changed", refused.field, _changes(history, before) | {"then": refused.code})


def _changes(history: History, seen: int) -> dict[str, str]:
    newer = [stored.commit for stored in history.commits if stored.commit.n > seen]
    what = ", ".join(f"{type(fact).__name__}" for commit in newer for fact in commit.facts) or "-"
    who = ", ".join(dict.fromkeys(commit.actor.principal for commit in newer)) or "-"
    return {"what": what[:300], "who": who[:120], "n": str(history.n)}


def _commit(
    history: History,
    request: Request,
    command: Command,
    plan: Plan,
    commit_id: str,
    body_digest: str,
    facts: Facts,
) -> Commit:
    kind, _, key = subjects.parse(plan.subject)
    return Commit(
        id=commit_id,
        kind=kind,
        key=key,
        n=history.n + 1,
        prev=history.head_hash if history.n else genesis(plan.subject),
        occurred=_local(command.occurred or request.now),
        recorded=_local(request.now),
        actor=request.actor,
        # Who entered it is the actor; whose act it was, when another unit's, the command says.
        on_behalf_of=getattr(command, "on_behalf_of", None),
        command=request.verb,
        command_id=recorded_id(command, plan.for_partners),
        command_digest=body_digest,
        causation=None if plan.for_partners else request.causation,
        correlation=None if plan.for_partners else plan.correlation,
        policy=plan.policy,
        calendar=plan.clock.version,
        simulated=request.simulated,
        facts=tuple(facts),
        sealed=plan.seal(history, commit_id),
    )


def _other(command: Commit, history: History, facts: Facts) -> Commit:
    """The same command's commit in another aggregate, after its history."""
    kind, _, key = subjects.parse(history.subject)
    return msgspec.structs.replace(
        command,
        id=derive_id(command.actor.principal, command.command_id, history.subject),
        kind=kind,
        key=key,
        n=history.n + 1,
        prev=history.head_hash,
        facts=tuple(facts),
        sealed=None,
    )


def _numbering(counter: History, to: Commit) -> Append:
    return Append(counter, _other(to, counter, (NumberAssigned(number=counter.n + 1, to=to.key),)))


def _series(plan: Plan) -> tuple[str, ...]:
    return (plan.series,) if isinstance(plan.series, str) else plan.series or ()


def _local(moment: datetime) -> datetime:
    """Every stored moment carries +08:00, the offset of every office that reads it."""
    return moment.astimezone(CHINA)
