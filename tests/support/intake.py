"""Entries, commands and lives that the tests of contacts and cases begin with."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from events.case import (
    CaseClosed,
    CaseFact,
    ReferralRequested,
)
from events.commit import Actor
from services.command import Command
from services.decision import Already, Env, Refused
from services.intake import case, contact
from services.intake.commands import (
    CloseCase,
    MakeMandatoryReport,
    NoteReferralOutcome,
    OpenCase,
    RecordCallback,
    RecordCoordination,
    RegisterContact,
    RequestReferral,
)
from services.referral.referral import CHINA

KEY, CASE, REFERRAL = "C" * 26, "K" * 26, "R" * 26
NOW = datetime(2026, 3, 2, 17, 30, tzinfo=CHINA)
STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
COORDINATOR = Actor(principal="coordinator", role="coordinator")
NO, YES = "n" * 9, "nnnynnnnn"
SILENT = {
    "disposition": "H1",
    "category": "90",
    "contact_type": "non_substantive",
    "caller_name": "",
    "caller_phone": "",
}


def env(now: datetime = NOW, occurred: datetime | None = None, actor: Actor = COORDINATOR, new: str = REFERRAL) -> Env:
    return Env(
        now=now,
        occurred=occurred or now,
        actor=actor,
        new_id=lambda purpose: new,
        keyed_digest=lambda text: f"{hash(text) & (2**256 - 1):064x}",
        units=frozenset({"u01", "u07"}),
    )


def entry(**changes: Any) -> RegisterContact:
    command = RegisterContact(
        command_id="r",
        number="96308-2026-001",
        desk="city",
        channel="01",
        started=STARTED,
        caller_role="parent",
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen=NO,
        disposition="A1",
        caller_name="测试甲",
        caller_phone="000-0000-0001",
        narrative="孩子辍学在家。",
        opinion="电话解答。",
    )
    return msgspec.structs.replace(command, **changes)


def register(**changes: Any) -> list[Any] | Already | Refused:
    return contact.decide(entry(**changes), None, env(), None, None)


def opened(
    disposition: str = "B1", unit: str | None = "u07", screen: str = NO, confidentiality: str | None = None
) -> OpenCase:
    return OpenCase(
        command_id="o",
        contact=KEY,
        number="n",
        desk="city",
        channel="01",
        started=STARTED,
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen=screen,
        disposition=disposition,
        unit=unit,
        confidentiality=confidentiality,
    )


class Life:
    """A case's history; each step is decided and recorded as the service would."""

    def __init__(self, **how: Any) -> None:
        self.state: case.Case | None = None
        self.facts: list[CaseFact] = []
        self.planned = (how.get("disposition", "B1"), how.get("unit", "u07"))
        self.decide(opened(**how))

    def decide(
        self,
        command: Command,
        now: datetime = NOW,
        occurred: datetime | None = None,
        actor: Actor = COORDINATOR,
        new: str | None = None,
    ) -> list[CaseFact] | Already | Refused:
        # The first referral is REFERRAL, the next has another id.
        asked = sum(isinstance(fact, ReferralRequested) for fact in self.facts)
        around = env(now, occurred, actor, new or (f"{asked}" * 26 if asked else REFERRAL))
        outcome = case.decide(command, self.state, around, self.planned)
        if isinstance(outcome, list):
            for fact in outcome:
                self.state = case.evolve(self.state, fact)
            self.facts += outcome
        return outcome

    @property
    def status(self) -> str:
        assert self.state is not None
        return self.state.status


VERIFIED = NoteReferralOutcome(command_id="n", case=CASE, referral=REFERRAL, outcome="verified", result="solved")
RETURNED = NoteReferralOutcome(command_id="n2", case=CASE, referral=REFERRAL, outcome="return_granted")
SATISFIED = RecordCallback(command_id="b", case=CASE, reached=True, answered=True, solved=True, satisfied=True)
UNSATISFIED = RecordCallback(command_id="b", case=CASE, reached=True, answered=True, solved=False, satisfied=False)
MISSED = RecordCallback(command_id="m", case=CASE, reached=False)
CLOSE = CloseCase(command_id="x", case=CASE, code="resolved")
COORDINATE = RecordCoordination(command_id="z", case=CASE, units=("u01", "u07"), measures=("benefit_applied",))
REPORT = MakeMandatoryReport(
    command_id="p", case=CASE, to="u01", method="phone_110", made=STARTED + timedelta(minutes=10), police_ref="DEMO-1"
)


def closed_as(outcome: object) -> str | None:
    """The closure code of the last fact, when that closes the case."""
    last = outcome[-1] if isinstance(outcome, list) else None
    return last.code if isinstance(last, CaseClosed) else None


def refer(unit: str = "u01", replaces: str | None = None) -> RequestReferral:
    return RequestReferral(command_id="q", case=CASE, unit=unit, replaces=replaces)
