"""Intake and referral on one ledger in memory: commands, reactions, and time that passes. No broker, no disk."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from events import subjects
from events.commit import Actor, Commit
from services.bus.request import Accepted, Answer, Request
from services.decision import Refused
from services.directory import directory
from services.intake.app import Intake
from services.intake.vault import Vault
from services.ledger import Stored
from services.referral.app import Referrals
from services.referral.watch import KINDS
from services.working_clock import WorkingClock
from tests.support.memory_ledger import MemoryLedger

# More wakes than any life of a few weeks has: past them, time does not come to rest.
WAKES_MAX = 400
SERVICES = ("intake", "referral")


class MemoryVault(Vault):
    """The key store without a file: the same keys from the same seed, the same index of callers."""

    def __init__(self) -> None:
        self._seed = 1
        self._cache: dict[str, bytes] = {}
        self._callers: dict[str, str] = {}
        self._cases: dict[str, str] = {}

    def _fetch(self, key_id: str) -> bytes:
        return self._new(key_id)

    def earlier_contact(self, phone: str, contact: str) -> str | None:
        first = self._callers.get(phone)
        return None if first == contact else first

    async def prepare(self, key_id: str) -> None:
        self.key(key_id)

    async def remember_caller(self, phone: str, contact: str) -> None:
        if phone:
            self._callers.setdefault(phone, contact)

    def link(self, referral: str, case: str) -> None:
        self._cases.setdefault(referral, case)

    def linked(self, referral: str) -> str | None:
        return self._cases.get(referral)


class Network:
    """Everybody who sends commands, both services, and the clock."""

    def __init__(self, now: datetime) -> None:
        self.ledger = MemoryLedger()
        self.intake = Intake(self.ledger, MemoryVault())  # type: ignore[arg-type]
        self.referral = Referrals(self.ledger, WorkingClock())  # type: ignore[arg-type]
        self.now = now
        self._reacted = 0
        self._sent = 0
        self._states: dict[str, Any] = {}
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()

    def request(self, who: str, verb: str, fields: dict[str, Any], command_id: str | None = None) -> Request:
        person = directory().principal(who)
        assert person is not None, f"the directory knows no {who}"
        self._sent += 1
        return Request(
            actor=Actor(principal=person.name, role=person.role, unit=person.unit),
            verb=verb,
            body=msgspec.json.encode({"command_id": command_id or f"{verb}-{self._sent}"} | fields),
            now=self.now,
            simulated=True,
        )

    def send(self, service: str, request: Request) -> Answer:
        """The service's answer, before anybody reacts to what it recorded."""
        handle = self.intake.handle if service == "intake" else self.referral.handle
        return self._loop.run_until_complete(handle(request))

    def settle(self) -> list[Stored]:
        """React to everything that is new, and to what comes of that, until nothing does; all of it."""
        new: list[Stored] = []
        while self._reacted < len(self.ledger.commits):
            stored = self.ledger.commits[self._reacted]
            self._reacted += 1
            new.append(stored)
            self._follow(stored.subject, stored.commit)
            self._loop.run_until_complete(self.intake.react(stored))
            self._loop.run_until_complete(self.referral.react(stored))
        return new

    def _follow(self, subject: str, commit: Commit) -> None:
        if commit.kind in KINDS:
            self._states[subject] = KINDS[commit.kind].evolve(self._states.get(subject), commit)

    def next_wake(self) -> tuple[datetime, str, str] | None:
        """When time alone records something next: the moment, the kind of aggregate and its key."""
        found = []
        for subject, state in self._states.items():
            kind, _, key = subjects.parse(subject)
            if not KINDS[kind].ended(state):
                wake = KINDS[kind].next_wake(state, self.referral.clock)
                found += [(wake, kind, key)] if wake is not None else []
        return min(found, default=None)

    def until(self, moment: datetime) -> list[Stored]:
        """Time passes to `moment`; every timer on the way does what it is for, or AssertionError."""
        new: list[Stored] = []
        for _ in range(WAKES_MAX):
            wake = self.next_wake()
            if wake is None or wake[0] > moment:
                self.now = max(self.now, moment)
                return new
            self.now = max(self.now, wake[0])
            _, kind, key = wake
            answer = self.send("referral", self.request("referral", KINDS[kind].verb, {kind: key}))
            assert isinstance(answer, Accepted) and not answer.repeated, f"a timer woke a {kind} for nothing: {answer}"
            new += self.settle()
        raise AssertionError("time does not come to rest")


def code_of(answer: Answer) -> str | None:
    """The code of a refusal; None when it was accepted."""
    return answer.code if isinstance(answer, Refused) else None
