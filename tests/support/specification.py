"""given / when / then: the life of one aggregate as the specification reads it, with time, actor and the partner's view.

    referral().given(issued()).at("2026-02-28T09:00").by("u07").when(sign()).then(ReferralSigned)
    … .when_time_reaches("2026-03-13T00:00").then(DueSoon, ReferralOverdue, ReferralOverdue)
    … .unit("u07").sees("ReferralIssued").never("case", "caller_phone")

A life is a value: each step gives the life after it. Commands are decided by the services' own deciders and the facts
folded by their own `evolve`, so a specification cannot say what the product does not do.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from events.calendar import CHINA
from events.commit import Actor, Commit, encode, genesis
from events.referral import Duty
from services.command import Command
from services.decision import Already, Env, Refused
from services.directory import directory
from services.intake import case as cases
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral.commands import CheckDeadline, CheckNotice, DraftNotice
from services.referral.referral import next_wake
from services.working_clock import WorkingClock

KEY = "R" * 26
UNITS = frozenset(unit.code for unit in directory().units)
STEPS_MAX = 50
DUTY = Duty(leader="分管副局长", department="基础教育科", post="科长")


class Kind(Struct, frozen=True):
    """How one kind of aggregate is decided and folded. `wake`: when time alone would record something; `check`: what does."""

    name: str
    decide: Callable[[Command, Any, Env], Any]
    evolve: Callable[[Any, Any, str, datetime], Any]
    wake: Callable[[Any], datetime | None] = lambda state: None
    check: Command | None = None


class Recorded(Struct, frozen=True):
    fact: Any
    actor: Actor
    occurred: datetime


class Life(Struct, frozen=True, kw_only=True):
    """One aggregate so far, who acts next and when, and what the last step came to."""

    kind: Kind
    recorded: tuple[Recorded, ...] = ()
    now: datetime
    actor: Actor
    outcome: Any = None

    @property
    def state(self) -> Any:
        state = None
        for each in self.recorded:
            state = self.kind.evolve(state, each.fact, each.actor.principal, each.occurred)
        return state

    def at(self, moment: str) -> "Life":
        """It is this moment now, China time."""
        return msgspec.structs.replace(self, now=datetime.fromisoformat(moment).replace(tzinfo=CHINA))

    def by(self, principal: str) -> "Life":
        """This principal of the directory acts."""
        person = directory().principal(principal)
        assert person is not None, f"the directory knows no {principal}"
        return msgspec.structs.replace(self, actor=Actor(principal=person.name, role=person.role, unit=person.unit))

    def given(self, *steps: Any) -> "Life":
        """Facts that are on record, or commands that were accepted, before what the specification is about."""
        life = self
        for step in steps:
            if isinstance(step, Command):
                life = life.when(step)
                assert isinstance(life.outcome, list), f"{type(step).__name__} was not accepted: {life.outcome}"
            else:
                life = life._with([step])
        return life

    def when(self, command: Command, occurred: str | None = None) -> "Life":
        """The command arrives; `occurred` as the sender says, or now."""
        moment = datetime.fromisoformat(occurred).replace(tzinfo=CHINA) if occurred else self.now
        env = Env(
            now=self.now,
            occurred=moment,
            actor=self.actor,
            new_id=lambda purpose: "N" * 26,
            keyed_digest=lambda text: "0" * 64,
            units=UNITS,
        )
        outcome = self.kind.decide(command, self.state, env)
        life = msgspec.structs.replace(self, outcome=outcome)
        return life._with(outcome, moment) if isinstance(outcome, list) else life

    def when_time_reaches(self, moment: str) -> "Life":
        """Time passes, and the timers do what they do until then."""
        assert self.kind.check is not None, f"time alone changes nothing of a {self.kind.name}"
        until = datetime.fromisoformat(moment).replace(tzinfo=CHINA)
        life, found = self, list[Any]()
        service = Actor(principal="referral", role="service")
        for _ in range(STEPS_MAX):
            wake = self.kind.wake(life.state)
            if wake is None or wake > until:
                return msgspec.structs.replace(life, now=until, actor=self.actor, outcome=found)
            woken = msgspec.structs.replace(life, now=wake, actor=service)
            life = woken.when(self.kind.check)
            assert isinstance(life.outcome, list), f"a timer woke nothing at {wake}"
            found += life.outcome
        raise AssertionError(f"time did not come to rest within {STEPS_MAX} steps")

    def then(self, *expected: Any) -> "Life":
        """Exactly these facts were recorded: given as types, or as whole facts, or as `having(Type, field=value)`."""
        assert isinstance(self.outcome, list), f"nothing was recorded: {self.outcome}"
        assert len(self.outcome) == len(expected), [type(fact).__name__ for fact in self.outcome]
        for fact, wanted in zip(self.outcome, expected, strict=True):
            if isinstance(wanted, type):
                assert type(fact) is wanted, f"{fact} is no {wanted.__name__}"
            elif isinstance(wanted, Having):
                wanted.hold(fact)
            else:
                assert fact == wanted
        return self

    def then_refused(self, code: str, field: str | None = None) -> "Life":
        """The answer is this refusal, and nothing was recorded."""
        assert isinstance(self.outcome, Refused), self.outcome
        assert self.outcome.code == code, self.outcome
        assert field is None or self.outcome.field == field, self.outcome
        return self

    def then_nothing(self) -> "Life":
        """It is on record already, or time had nothing to say."""
        assert self.outcome == [] or isinstance(self.outcome, Already), self.outcome
        return self

    def then_state(self, status: str) -> "Life":
        assert self.state.status == status, self.state.status
        return self

    def unit(self, code: str) -> "View":
        """What this unit's feed holds of the aggregate."""
        own = self.kind.name in ("referral", "notice") and self.state is not None and _unit(self.state) == code
        return View(
            tuple(_committed(self.kind.name, n, each) for n, each in enumerate(self.recorded, 1)) if own else ()
        )

    def _with(self, facts: list[Any], occurred: datetime | None = None) -> "Life":
        more = tuple(Recorded(fact, self.actor, occurred or self.now) for fact in facts)
        life = msgspec.structs.replace(self, recorded=(*self.recorded, *more))
        assert life.state is not None
        return life


class Having(Struct, frozen=True):
    """A fact of this type with these fields; the others may be what they are."""

    kind: type
    fields: dict[str, Any]

    def hold(self, fact: Any) -> None:
        assert type(fact) is self.kind, f"{fact} is no {self.kind.__name__}"
        assert {name: getattr(fact, name) for name in self.fields} == self.fields, fact


def having(kind: type, **fields: Any) -> Having:
    return Having(kind, fields)


class View(Struct, frozen=True):
    """The commits of a feed, as bytes: what a unit reads is what was committed."""

    commits: tuple[bytes, ...]

    def sees(self, *facts: str) -> "View":
        """Facts of these names, in this order, among what it reads."""
        read = [fact["type"].partition(".")[0] for raw in self.commits for fact in msgspec.json.decode(raw)["facts"]]
        rest = iter(read)
        assert all(name in rest for name in facts), f"{facts} are not in {read} in that order"
        return self

    def sees_nothing(self) -> None:
        assert self.commits == ()

    def never(self, *words: str) -> "View":
        """None of these words occurs anywhere in the bytes."""
        assert self.commits, "an empty feed proves nothing: use sees_nothing"
        found = [word for word in words for raw in self.commits if word.encode() in raw]
        assert not found, f"a unit can read {found}"
        return self


def referral(clock: WorkingClock | None = None) -> Life:
    """A referral that is not issued yet."""
    counted = clock or WorkingClock()

    def decide(command: Command, state: Any, env: Env) -> Any:
        # What the service adds from the directory and the yearly series.
        return referrals.decide(command, state, env, counted, DUTY, "青转〔2026〕1号")

    kind = Kind(
        "referral",
        decide,
        referrals.evolve,
        lambda state: next_wake(state, counted),
        CheckDeadline(command_id="wake", referral=KEY),
    )
    return _unborn(kind)


def case(planned: tuple[str, str | None] | None = None) -> Life:
    """A case that is not open yet. `planned`: the disposition and unit that the desk chose."""

    def decide(command: Command, state: Any, env: Env) -> Any:
        return cases.decide(command, state, env, planned)

    return _unborn(Kind("case", decide, lambda state, fact, principal, occurred: cases.evolve(state, fact)))


def notice(about: Life) -> Life:
    """A notice about this referral, not drafted yet."""
    counted = WorkingClock()

    def decide(command: Command, state: Any, env: Env) -> Any:
        if isinstance(command, DraftNotice) and state is None:
            return notices.draft(command, about.state, env, counted, "青催〔2026〕1号", [])
        return notices.decide(command, state, env, counted, "青督〔2026〕1号")

    def evolve(state: Any, fact: Any, principal: str, occurred: datetime) -> Any:
        return notices.evolve(state, fact, occurred)

    kind = Kind(
        "notice",
        decide,
        evolve,
        lambda state: notices.next_wake(state, counted),
        CheckNotice(command_id="wake", notice=KEY),
    )
    return msgspec.structs.replace(_unborn(kind), now=about.now)


def _unborn(kind: Kind) -> Life:
    actor = Actor(principal="intake" if kind.name == "case" else "referral", role="service")
    return Life(kind=kind, now=datetime(2026, 1, 12, 9, tzinfo=CHINA), actor=actor)


def _unit(state: Any) -> str:
    return str(state.issued.unit if hasattr(state, "issued") else state.drafted.unit)


def _committed(kind: str, n: int, recorded: Recorded) -> bytes:
    return encode(
        Commit(
            id=f"{n:026}",
            kind=kind,
            key=KEY,
            n=n,
            prev=genesis(f"ledger.{kind}.x.{KEY}"),
            occurred=recorded.occurred,
            recorded=recorded.occurred,
            actor=recorded.actor,
            command="Specified",
            command_id=str(n),
            command_digest="0" * 64,
            policy="specified",
            calendar="specified",
            facts=(recorded.fact,),
        )
    )
