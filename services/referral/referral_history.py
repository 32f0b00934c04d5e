"""What is on record of one referral, folded: its state, and what may follow. Pure. domain.md §4.3 C.

What is legal follows from the facts alone, never from a policy or a calendar: those change, history does not.
Decisions stand in referral.py.
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from events.calendar import CHINA
from events.referral import (
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

URGE = "urge"


class Referral(Struct, frozen=True, kw_only=True):
    issued: ReferralIssued
    # When the step happened that led to this state: nothing after it can have happened before.
    since: datetime
    status: str = "issued"
    signed_on: date | None = None
    due_report: datetime | None = None
    return_until: datetime | None = None
    reporter: str | None = None
    return_ground: str | None = None
    designated: bool = False
    sign_overdue: bool = False
    crossed: tuple[str, ...] = ()
    # When what is overdue now was urged.
    urged: datetime | None = None
    rounds: int = 0
    result: str | None = None


def evolve(state: Referral | None, fact: ReferralFact, principal: str, occurred: datetime) -> Referral:
    """Apply one recorded fact, which `principal` caused. A fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, ReferralIssued(issued=issued):
            return Referral(issued=fact, since=issued)
        case Referral(status="issued"), ReferralSigned(due_report=due, return_until=until):
            signed_on = occurred.astimezone(CHINA).date()
            signed = change(state, status="signed", since=occurred, signed_on=signed_on)
            return change(signed, due_report=due, return_until=until, crossed=(), urged=None)
        case Referral(status="signed" | "in_handling"), ProgressReported():
            return change(state, status="in_handling")
        case Referral(status="signed" | "in_handling"), FinalReported(result=result):
            return change(state, status="reported", since=occurred, reporter=principal, result=result)
        case Referral(status="reported"), ReportVerified(result=result) if result == state.result:
            return change(state, status="verified", since=occurred)
        case Referral(status="reported"), ReportSentBack(due_report=due):
            again = change(state, status="in_handling", since=occurred, due_report=due, rounds=state.rounds + 1)
            return change(again, crossed=(), urged=None, result=None)
        case Referral(status="signed" | "in_handling", designated=False), ReturnRequested(ground=ground):
            return change(state, status="return_requested", since=occurred, return_ground=ground)
        case Referral(status="return_requested"), ReturnGranted(ground=ground) if ground == state.return_ground:
            return change(state, status="returned", since=occurred)
        case Referral(status="return_requested"), ReturnRefused(ground=ground) if ground == state.return_ground:
            return change(state, status="signed", since=occurred, designated=True)
        case Referral(status="issued", sign_overdue=False), SignOverdue():
            return change(state, sign_overdue=True, urged=occurred)
        case Referral(status="issued", sign_overdue=True, crossed=()), ReferralOverdue(threshold=threshold):
            return change(state, crossed=(threshold,))
        case Referral(status="signed" | "in_handling"), ReferralOverdue(threshold=threshold) if (
            threshold not in state.crossed
        ):
            urged = occurred if threshold == URGE else state.urged
            return change(state, crossed=(*state.crossed, threshold), urged=urged)
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in referral {_name(state)}")


def _name(state: Referral | None) -> str:
    return state.issued.referral_no if state else "?"
