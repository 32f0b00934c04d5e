"""What is on record of one referral, folded: its state, and what may follow. Pure. domain.md §4.3 C.

What is legal follows from the facts alone, never from a policy or a calendar: those change, history does not.
Decisions stand in referral.py.
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from events.calendar import CHINA
from events.referral import (
    DueSoon,
    FinalReported,
    ProgressReported,
    ReferralFact,
    ReferralIssued,
    ReferralOverdue,
    ReferralSigned,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
    SignOverdue,
)
from services.decision import DamagedHistory

URGE, NOTICE, CIRCULAR = "urge", "notice", "circular"


class Referral(Struct, frozen=True, kw_only=True):
    issued: ReferralIssued
    # When the step happened that led to this state: nothing after it can have happened before.
    since: datetime
    # When the period began that runs now.
    period_from: datetime
    status: str = "issued"
    signed_on: date | None = None
    due_report: datetime | None = None
    return_until: datetime | None = None
    reporter: str | None = None
    return_ground: str | None = None
    designated: bool = False
    sign_overdue: bool = False
    crossed: tuple[str, ...] = ()
    reminded: bool = False
    # When the ladder's last step was recorded: the next leaves it its days.
    last_step: datetime | None = None
    rounds: int = 0
    result: str | None = None

    @property
    def due(self) -> datetime | None:
        """What is awaited by when: to sign, or to report. None while nothing is awaited of the unit."""
        if self.status == "issued":
            return self.issued.due_sign
        return self.due_report if self.status in ("signed", "in_handling") else None


def evolve(state: Referral | None, fact: ReferralFact, principal: str, occurred: datetime) -> Referral:
    """Apply one recorded fact, which `principal` caused. A fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, ReferralIssued(issued=issued):
            return Referral(issued=fact, since=issued, period_from=issued)
        case Referral(status="issued"), ReferralSigned(due_report=due, return_until=until):
            signed_on = occurred.astimezone(CHINA).date()
            signed = change(state, status="signed", since=occurred, signed_on=signed_on)
            return _new_period(change(signed, due_report=due, return_until=until), occurred)
        case Referral(status="signed" | "in_handling"), ProgressReported():
            return change(state, status="in_handling")
        case Referral(status="signed" | "in_handling"), FinalReported(result=result):
            return change(state, status="reported", since=occurred, reporter=principal, result=result)
        case Referral(status="reported"), ReportVerified(result=result) if result == state.result:
            return change(state, status="verified", since=occurred)
        case Referral(status="reported"), ReportSentBack(due_report=due):
            again = change(state, status="in_handling", since=occurred, due_report=due, rounds=state.rounds + 1)
            return _new_period(change(again, result=None), occurred)
        case Referral(status="signed" | "in_handling", designated=False), ReturnRequested(ground=ground):
            return change(state, status="return_requested", since=occurred, return_ground=ground)
        case Referral(status="return_requested"), ReturnGranted(ground=ground) if ground == state.return_ground:
            return change(state, status="returned", since=occurred)
        case Referral(status="return_requested"), ReturnRefused(ground=ground) if ground == state.return_ground:
            return change(state, status="signed", since=occurred, designated=True)
        case Referral(status="issued" | "signed" | "in_handling", reminded=False), DueSoon():
            return change(state, reminded=True)
        case Referral(status="issued", sign_overdue=False), SignOverdue():
            return change(state, sign_overdue=True, last_step=occurred)
        case Referral(status="issued", sign_overdue=False), ReferralOverdue():
            raise _damage(state, fact)
        case Referral(status="issued" | "signed" | "in_handling"), ReferralOverdue(threshold=threshold) if (
            threshold not in state.crossed
        ):
            return change(state, crossed=(*state.crossed, threshold), last_step=occurred)
        case _:
            raise _damage(state, fact)


def _new_period(state: Referral, begins: datetime) -> Referral:
    """What was reminded or overdue before is settled: the new due date has its own ladder."""
    return msgspec.structs.replace(state, period_from=begins, crossed=(), reminded=False, last_step=None)


def _damage(state: Referral | None, fact: ReferralFact) -> DamagedHistory:
    name = state.issued.referral_no if state else "?"
    return DamagedHistory(f"{type(fact).__name__} cannot follow in referral {name}")
