"""What is open and when it next wakes by itself, folded from the ledger: a full pass at first, increments after it.

Only open aggregates are kept, so memory follows the work at hand and not the history.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from events import commit as commits
from events import subjects
from events.commit import Commit
from services.decision import DamagedHistory
from services.ledger import DamagedLedger, Ledger
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral.referral import Deadlines
from services.referral.referral_history import ENDED

log = logging.getLogger("lianxi.timers")
# After so many computations others get their turn.
SHARE = 100


class Kind(Struct, frozen=True):
    """One kind of aggregate that time can move on: the command that checks it, its fold, and when it wakes."""

    verb: str
    evolve: Callable[[Any, Commit], Any]
    next_wake: Callable[[Any, Deadlines], datetime | None]
    ended: Callable[[Any], bool]


def _referral(state: Any, commit: Commit) -> Any:
    for fact in commit.facts:
        state = referrals.evolve(state, fact, commit.actor.principal, commit.occurred)  # type: ignore[arg-type]
    return state


def _notice(state: Any, commit: Commit) -> Any:
    for fact in commit.facts:
        state = notices.evolve(state, fact, commit.occurred)  # type: ignore[arg-type]
    return state


KINDS: Mapping[str, Kind] = {
    "referral": Kind("CheckDeadline", _referral, referrals.next_wake, lambda state: state.status in ENDED),
    "notice": Kind("CheckNotice", _notice, notices.next_wake, lambda state: not state.open),
}


class Open(Struct):
    """One open aggregate after `n` commits. `armed`: the moment that TIMERS is known to hold for it."""

    state: Any
    n: int
    wake: datetime | None
    armed: datetime | None = None
    # A check that had nothing to record although its moment had come is not repeated before this.
    not_before: datetime | None = None

    @property
    def at(self) -> datetime | None:
        """When it should be woken."""
        if self.wake is None or self.not_before is None:
            return self.wake
        return max(self.wake, self.not_before)


class Watch:
    """All open aggregates of the watched kinds, by ledger subject. `changed`: those whose wake may not be armed.

    `clock`: the working-day clock as it is now; a calendar that is published makes it another one.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], Deadlines], kinds: Mapping[str, Kind] = KINDS) -> None:
        self._ledger = ledger
        self._clock = clock
        self.kinds = kinds
        self._position = 0
        self._incarnation = ""
        self._calendar = clock().version
        self.open: dict[str, Open] = {}
        self.changed: set[str] = set()

    async def follow(self) -> None:
        """Read on to where the ledger ends by now. Raises LedgerUnavailable, DamagedLedger; reads again then."""
        head = await self._ledger.head()
        if head.incarnation != self._incarnation or head.seq < self._position:
            # Another ledger, or the first look at this one.
            self._position, self._incarnation = 0, head.incarnation
            self.open.clear()
            self.changed.clear()
        if head.seq == self._position:
            return
        for kind in self.kinds:
            pages = self._ledger.read_raw(self._position, until=head.seq, subject=subjects.every(kind))
            async for page in pages:
                for _, subject, raw in page:
                    await self._note(self.kinds[kind], subject, raw)
                await asyncio.sleep(0)
        self._position = head.seq

    async def recompute(self) -> None:
        """Ask again when everything wakes, if the calendar is another one than last time."""
        deadlines = self._clock()
        if deadlines.version == self._calendar:
            return
        self._calendar = deadlines.version
        for place, (subject, each) in enumerate(list(self.open.items())):
            each.wake = self.kinds[kind_of(subject)].next_wake(each.state, deadlines)
            self.changed.add(subject)
            if place % SHARE == 0:
                await asyncio.sleep(0)

    def compare(self, standing: Mapping[str, datetime]) -> int:
        """Take note of what TIMERS holds; what differs has changed. Returns how many those are."""
        for subject, each in self.open.items():
            each.armed = standing.get(subject)
            if each.at is not None and each.armed != each.at:
                self.changed.add(subject)
        return len(self.changed)

    async def _note(self, kind: Kind, subject: str, raw: bytes) -> None:
        try:
            commit = commits.decode(raw)
            known = self.open.get(subject)
            # A moment of a simulated clock never comes.
            if commit.simulated or (known is not None and commit.n <= known.n):
                return
            state, n = (known.state, known.n) if known else (None, 0)
            if commit.n == n + 1:
                state = kind.evolve(state, commit)
            else:
                # One that had ended and goes on, or one that could not be read: its whole history tells.
                history = await self._ledger.load(subject)
                for stored in history.commits:
                    state = kind.evolve(None if stored.commit.n == 1 else state, stored.commit)
                commit = history.commits[-1].commit
            self._keep(kind, subject, state, commit.n)
        except (DamagedHistory, DamagedLedger, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            # The one that is damaged gets no timer; every other one does. The auditor's check names the place.
            log.error("one aggregate has no timer: %s", type(error).__name__)
            self.open.pop(subject, None)
            self.changed.discard(subject)

    def _keep(self, kind: Kind, subject: str, state: Any, n: int) -> None:
        known = self.open.get(subject)
        if kind.ended(state):
            # What is still armed for it wakes a check that records nothing.
            self.open.pop(subject, None)
            self.changed.discard(subject)
            return
        wake = kind.next_wake(state, self._clock())
        armed = known.armed if known else None
        self.open[subject] = Open(state=state, n=n, wake=wake, armed=armed)
        if wake is not None and wake != armed:
            self.changed.add(subject)


def kind_of(subject: str) -> str:
    """The kind of aggregate that a ledger subject names."""
    return subjects.parse(subject)[0]
