"""What is on record of one referral, folded: its state, and what may follow. Pure. domain.md §4.3 C.

What is legal follows from the facts alone, never from a policy or a calendar: those change, history does not.
Decisions stand in referral.py and the modules that it hands them to.
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from events.calendar import CHINA
from events.referral import (
    CoUnitNoted,
    DueRecomputed,
    DueSoon,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    FinalReported,
    LeadChanged,
    Period,
    ProgressReported,
    ReferralClosed,
    ReferralFact,
    ReferralHeld,
    ReferralIssued,
    ReferralOverdue,
    ReferralRedone,
    ReferralResumed,
    ReferralRevoked,
    ReferralSigned,
    ReferralTerminated,
    ReferralTransferred,
    ReportSentBack,
    ReportVerified,
    ReturnGranted,
    ReturnRefused,
    ReturnRequested,
    SignOverdue,
)
from services.decision import DamagedHistory

URGE, NOTICE, CIRCULAR = "urge", "notice", "circular"
EXTENSION, HOLD, CALENDAR, AMENDED = "extension", "hold", "calendar_published", "calendar_amended"
LEAD, CO = "lead", "co"
JOINED, REPORTED, SENT_BACK, RELEASED = "joined", "reported", "sent_back", "released"
# Statuses before the report is verified, and those after which nothing follows.
OPEN = ("issued", "signed", "in_handling", "return_requested", "on_hold", "reported")
ENDED = ("returned", "revoked", "transferred_on", "terminated", "closed")


class Referral(Struct, frozen=True, kw_only=True):
    issued: ReferralIssued
    # When the step happened that led to this state: nothing after it can have happened before.
    since: datetime
    # When the period began that runs now.
    period_from: datetime
    # The due date that runs now, to sign or to report: what it was counted from, on which calendar.
    due_sign: datetime
    counted: Period | None
    calendar_version: str | None
    provisional: bool
    status: str = "issued"
    signed_on: date | None = None
    due_report: datetime | None = None
    return_until: datetime | None = None
    reporter: str | None = None
    return_ground: str | None = None
    # Who entered the request that waits: a proxy does not decide on its own entry.
    return_by: str | None = None
    designated: bool = False
    extension: ExtensionRequested | None = None
    extension_by: str | None = None
    extensions: int = 0
    extended_days: int = 0
    held_from: datetime | None = None
    # Where a hold began and where it leads back to.
    held_status: str | None = None
    # An extension or a resumption stands, and the date that it moves must follow.
    moving: str | None = None
    sign_overdue: bool = False
    crossed: tuple[str, ...] = ()
    reminded: bool = False
    # When the ladder's last step was recorded: the next leaves it its days.
    last_step: datetime | None = None
    rounds: int = 0
    result: str | None = None
    # The referral of the unit that leads; of a co-unit alone.
    lead: str | None = None
    # Co-unit's referral -> its last step; of a lead alone.
    co_units: dict[str, str] = {}
    # Which referral stands in its place, once transferred on.
    transferred_to: str | None = None

    @property
    def due(self) -> datetime | None:
        """What is awaited by when: to sign, or to report. None while nothing is awaited of the unit."""
        if self.status == "issued":
            return self.due_sign
        return self.due_report if self.status in ("signed", "in_handling") else None

    @property
    def co_outstanding(self) -> int:
        """How many co-units the lead still waits for."""
        return sum(step in (JOINED, SENT_BACK) for step in self.co_units.values())


def evolve(state: Referral | None, fact: ReferralFact, principal: str, occurred: datetime) -> Referral:
    """Apply one recorded fact, which `principal` caused. A fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, ReferralIssued(issued=issued):
            return Referral(
                issued=fact,
                since=issued,
                period_from=issued,
                due_sign=fact.due_sign,
                counted=fact.counted,
                calendar_version=fact.calendar_version,
                provisional=fact.provisional,
                lead=fact.lead,
            )
        case None, _:
            raise _damage(state, fact)
        case Referral(moving=str()), _ if not isinstance(fact, DueRecomputed):
            raise _damage(state, fact)
        case Referral(status="issued"), ReferralSigned(due_report=due, return_until=until):
            signed_on = occurred.astimezone(CHINA).date()
            signed = change(state, status="signed", since=occurred, signed_on=signed_on, return_until=until)
            return _due(signed, due, fact, occurred)
        case Referral(status="signed" | "in_handling"), ProgressReported():
            return change(state, status="in_handling")
        case Referral(status="signed" | "in_handling"), FinalReported(result=result):
            # A request for more time has lapsed.
            done = change(state, status="reported", since=occurred, reporter=principal, result=result)
            return change(done, extension=None, extension_by=None)
        case Referral(status="reported"), ReportVerified(result=result) if result == state.result:
            return change(state, status="verified", since=occurred)
        case Referral(status="reported"), ReportSentBack(due_report=due):
            return _again(state, due, fact, occurred)
        case Referral(status="reported" | "verified"), ReferralRedone(due_report=due):
            return _again(state, due, fact, occurred)
        case Referral(status="verified"), ReferralClosed():
            return change(state, status="closed", since=occurred)
        case Referral(status="signed" | "in_handling", designated=False), ReturnRequested(ground=ground):
            asked = change(state, status="return_requested", since=occurred)
            return change(asked, return_ground=ground, return_by=principal)
        case Referral(status="return_requested"), ReturnGranted(ground=ground) if ground == state.return_ground:
            return change(state, status="returned", since=occurred)
        case Referral(status="return_requested"), ReturnRefused(ground=ground) if ground == state.return_ground:
            return change(state, status="signed", since=occurred, designated=True)
        case Referral(), ReferralRevoked() if state.status in (*OPEN, "verified"):
            return change(state, status="revoked", since=occurred)
        case Referral(), ReferralTransferred(to=to) if state.status in OPEN:
            return change(state, status="transferred_on", since=occurred, transferred_to=to)
        case Referral(), ReferralTerminated() if state.status in OPEN:
            return change(state, status="terminated", since=occurred)
        case _:
            return _timed(state, fact, principal, occurred)


def _timed(state: Referral, fact: ReferralFact, principal: str, occurred: datetime) -> Referral:
    """A fact that moves a due date or speaks of one; and what the lead hears of its co-units."""
    change = msgspec.structs.replace
    match state, fact:
        case Referral(status="signed" | "in_handling", extension=None), ExtensionRequested():
            return change(state, extension=fact, extension_by=principal)
        case Referral(status="signed" | "in_handling", extension=ExtensionRequested() as asked), (
            ExtensionGranted(reason=reason, working_days=days)
        ) if reason == asked.reason and 0 < days <= asked.working_days:
            granted = change(state, extensions=state.extensions + 1, extended_days=state.extended_days + days)
            return change(granted, extension=None, extension_by=None, moving=EXTENSION)
        case Referral(status="signed" | "in_handling", extension=ExtensionRequested() as asked), (
            ExtensionRefused(reason=reason)
        ) if reason == asked.reason:
            return change(state, extension=None, extension_by=None)
        case Referral(status="signed" | "in_handling" as status), ReferralHeld():
            return change(state, status="on_hold", since=occurred, held_from=occurred, held_status=status)
        case Referral(status="on_hold", held_status=str(status)), ReferralResumed():
            return change(state, status=status, since=occurred, held_from=None, held_status=None, moving=HOLD)
        case Referral(), DueRecomputed(old=old, new=new, cause=cause) if old == state.due and _may_move(state, cause):
            moved = change(state, moving=None, return_until=fact.return_until or state.return_until)
            if state.status == "issued":
                moved = change(moved, due_sign=new)
            return _due(moved, None if state.status == "issued" else new, fact, occurred)
        case Referral(reminded=False), DueSoon() if state.due is not None:
            return change(state, reminded=True)
        case Referral(status="issued", sign_overdue=False), SignOverdue():
            return change(state, sign_overdue=True, last_step=occurred)
        case Referral(), ReferralOverdue(threshold=threshold) if (
            state.due is not None
            and threshold not in state.crossed
            and (state.status != "issued" or state.sign_overdue)
        ):
            return change(state, crossed=(*state.crossed, threshold), last_step=occurred)
        case Referral(lead=str(before)), LeadChanged(lead=lead) if lead != before and state.status not in ENDED:
            return change(state, lead=lead)
        case Referral(), CoUnitNoted(co=co, step=step) if (
            state.issued.role == LEAD and state.status not in ENDED and (step == JOINED) == (co not in state.co_units)
        ):
            return change(state, co_units={**state.co_units, co: step})
        case _:
            raise _damage(state, fact)


def _may_move(state: Referral, cause: str) -> bool:
    """An extension and a hold move the date that they were recorded for; a calendar settles what was provisional, and an
    amended one moves any."""
    by_calendar = cause == AMENDED or (cause == CALENDAR and state.provisional)
    return cause == state.moving or (by_calendar and state.moving is None)


def _again(state: Referral, due: datetime, fact: ReportSentBack | ReferralRedone, occurred: datetime) -> Referral:
    again = msgspec.structs.replace(state, status="in_handling", since=occurred, rounds=state.rounds + 1, result=None)
    return _due(again, due, fact, occurred)


def _due(
    state: Referral,
    due_report: datetime | None,
    fact: ReferralSigned | ReportSentBack | ReferralRedone | DueRecomputed,
    begins: datetime,
) -> Referral:
    """Another due date runs. What was reminded or overdue before is settled: it has its own ladder."""
    counted = msgspec.structs.replace(
        state,
        due_report=due_report,
        counted=fact.counted,
        calendar_version=fact.calendar_version,
        provisional=fact.provisional,
        period_from=begins,
    )
    if isinstance(fact, DueRecomputed) and fact.new == fact.old:
        # Held for hours, or confirmed by the year's calendar: what was recorded of this date stands.
        return counted
    return msgspec.structs.replace(counted, crossed=(), reminded=False, last_step=None)


def _damage(state: Referral | None, fact: ReferralFact) -> DamagedHistory:
    name = state.issued.referral_no if state else "?"
    return DamagedHistory(f"{type(fact).__name__} cannot follow in referral {name}")
