"""What is on record of one case, folded: its state, and what may follow. Pure. domain.md §4.3 B.

What is legal follows from the facts alone, never from a policy, a calendar or a code list: those change, history does
not. Decisions stand in case.py.
"""

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct

from events.case import (
    CallbackAttempted,
    CallbackCompleted,
    CaseAccepted,
    CaseAnswered,
    CaseClosed,
    CaseFact,
    CaseNotAccepted,
    CaseOpened,
    CaseTriaged,
    CoordinationRecorded,
    LeaderInstructionRecorded,
    MandatoryReportMade,
    MandatoryReportRequired,
    OutcomeRecorded,
    ReferralOutcomeNoted,
    ReferralRequested,
    RegistrationViewed,
)
from services.decision import DamagedHistory

OPEN = ("triaged", "accepted", "in_handling", "awaiting_callback")
UNREACHABLE_AFTER_DAYS = 3
UNREACHABLE, NO_CALLBACK = "unreachable", "no_callback"


class Case(Struct, frozen=True, kw_only=True):
    opened: CaseOpened
    status: str = "opened"
    triaged: CaseTriaged | None = None
    report_grounds: tuple[int, ...] = ()
    report_made: bool = False
    # Referral id -> its unit, while it is open.
    open_referrals: dict[str, str] = {}
    # Every referral that was ever asked for, and those that are known to be issued.
    requested: tuple[str, ...] = ()
    issued: tuple[str, ...] = ()
    # Returned, and not replaced by another yet.
    returned: tuple[str, ...] = ()
    handled: bool = False
    # Days on which the caller was not reached since work was last done.
    missed_on: tuple[date, ...] = ()
    # An attempt reached the caller, and the answers follow.
    reached: bool = False
    called_back: CallbackCompleted | None = None

    @property
    def report_open(self) -> bool:
        return bool(self.report_grounds) and not self.report_made

    @property
    def no_callback(self) -> bool:
        return self.opened.confidentiality == NO_CALLBACK


def evolve(state: Case | None, fact: CaseFact) -> Case:
    """Apply one recorded fact. History is never refused: a fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, CaseOpened():
            return Case(opened=fact)
        case Case(status="opened"), CaseTriaged():
            return change(state, status="triaged", triaged=fact)
        case Case(reached=False), RegistrationViewed():
            return state
        case Case(status="triaged", report_grounds=()), MandatoryReportRequired(grounds=required) if required:
            return change(state, report_grounds=required)
        case Case(status="triaged", report_open=True), MandatoryReportMade():
            return change(state, report_made=True)
        case Case(status="triaged"), CaseAnswered() if _may_leave_triage(state):
            return change(state, status="answered")
        case Case(status="triaged"), CaseNotAccepted() if _may_leave_triage(state):
            return change(state, status="not_accepted")
        case Case(status="triaged"), CaseAccepted() if _may_leave_triage(state):
            return change(state, status="accepted")
        case Case(status=status, reached=False), LeaderInstructionRecorded() if status in OPEN:
            return state
        case Case(status="accepted" | "in_handling" | "awaiting_callback", reached=False), _:
            return _worked(state, fact)
        case Case(status="awaiting_callback", reached=True), CallbackCompleted(satisfied=satisfied, solved=solved):
            # Neither solved nor satisfied: back to work (退回重办, Jinan 27).
            done = satisfied or solved
            waiting = "awaiting_callback" if done else "in_handling"
            return change(state, status=waiting, called_back=fact, handled=done, reached=False)
        case _:
            raise _damage(state, fact)


def _may_leave_triage(state: Case) -> bool:
    """Every plain yes of the screen called for a report, and what was called for was made."""
    assert state.triaged is not None  # the status is triaged
    yes = {number for number, answer in enumerate(state.triaged.screen, start=1) if answer == "y"}
    return yes <= {*state.report_grounds} and not state.report_open


def _worked(state: Case, fact: CaseFact) -> Case:
    """A fact of a case in hand."""
    change = msgspec.structs.replace
    match fact:
        case OutcomeRecorded():
            return state
        case ReferralRequested(referral=referral, unit=unit, replaces=replaces) if (
            referral not in state.requested
            and unit not in state.open_referrals.values()
            and (replaces is None or replaces in state.returned or replaces in state.open_referrals)
        ):
            return change(
                state,
                status="in_handling",
                open_referrals={**state.open_referrals, referral: unit},
                requested=(*state.requested, referral),
                returned=tuple(each for each in state.returned if each != replaces),
                missed_on=(),
                called_back=None,
            )
        case ReferralOutcomeNoted(outcome="issued", referral=referral) if (
            referral in state.open_referrals and referral not in state.issued
        ):
            return change(state, issued=(*state.issued, referral))
        case ReferralOutcomeNoted(outcome="verified" | "return_granted", referral=referral) if (
            referral in state.open_referrals
        ):
            return _ended(state, fact)
        case CoordinationRecorded():
            waiting = "in_handling" if state.open_referrals else "awaiting_callback"
            return change(state, status=waiting, handled=True, missed_on=(), called_back=None)
        case CallbackAttempted(reached=True) if state.status == "awaiting_callback":
            return change(state, reached=True, missed_on=())
        case CallbackAttempted(on=day) if state.status == "awaiting_callback":
            return change(state, missed_on=(*state.missed_on, day))
        case CaseClosed(code=code) if state.status == "awaiting_callback" and _may_close(state, code):
            return change(state, status="closed")
        case _:
            raise _damage(state, fact)


def _may_close(state: Case, code: str) -> bool:
    if code == UNREACHABLE:
        return len({*state.missed_on}) >= UNREACHABLE_AFTER_DAYS
    return state.no_callback if code == NO_CALLBACK else state.called_back is not None


def fold(facts: Iterable[CaseFact]) -> Case | None:
    state: Case | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state


def _ended(state: Case, noted: ReferralOutcomeNoted) -> Case:
    left = {key: unit for key, unit in state.open_referrals.items() if key != noted.referral}
    verified = noted.outcome == "verified"
    handled = state.handled or verified
    waiting = "in_handling" if left else ("awaiting_callback" if handled else "accepted")
    return msgspec.structs.replace(
        state,
        open_referrals=left,
        returned=state.returned if verified else (*state.returned, noted.referral),
        handled=handled,
        status=waiting,
    )


def _damage(state: Case | None, fact: CaseFact) -> DamagedHistory:
    contact = state.opened.contact if state else "?"
    return DamagedHistory(f"{type(fact).__name__} cannot follow in case of contact {contact}")
