"""What work does to a case: referrals, coordination, outcomes, callbacks, closure. Pure, from the facts alone.

Each function gives the new state, or None when the fact cannot follow. domain.md §4.3 B.
"""

import msgspec

from events.case import (
    CallbackAttempted,
    CallbackCompleted,
    CaseClosed,
    CaseFact,
    CoordinationRecorded,
    OutcomeRecorded,
    OutcomeReviewed,
    ReferralOutcomeNoted,
    ReferralRequested,
)
from services.intake.case_state import NO_CALLBACK, Case, may_leave_triage

UNREACHABLE_AFTER_DAYS = 3
UNREACHABLE = "unreachable"
# Ended without a result: another referral may stand in its place.
WITHOUT_RESULT = ("return_granted", "revoked", "transferred_on")


def worked(state: Case, fact: CaseFact) -> Case | None:
    """A fact of a case in hand."""
    change = msgspec.structs.replace
    match fact:
        case OutcomeRecorded(outcome=outcome, review_on=day):
            return change(state, outcomes={**state.outcomes, outcome: day})
        case ReferralOutcomeNoted():
            return _noted(state, fact)
        case _ if not may_leave_triage(state):
            return None
        case ReferralRequested():
            return _requested(state, fact)
        case CoordinationRecorded():
            waiting = "in_handling" if state.open_referrals else "awaiting_callback"
            done = state.coordinations + 1
            return change(state, status=waiting, handled=True, missed_on=(), called_back=None, coordinations=done)
        case _ if state.status != "awaiting_callback":
            return None
        case CallbackAttempted(reached=True):
            return change(state, reached=True, missed_on=())
        case CallbackAttempted(on=day):
            return change(state, missed_on=(*state.missed_on, day))
        case CaseClosed(code=code, appeal_until=until) if _may_close(state, code):
            return change(state, status="closed", closed_as=code, appeal_until=until)
        case _:
            return None


def called_back(state: Case, fact: CallbackCompleted) -> Case:
    """The answers of the callback. Neither solved nor satisfied, with ground: back to work (退回重办, Jinan 27)."""
    done = fact.satisfied or fact.solved or fact.founded is False
    return msgspec.structs.replace(
        state,
        status="awaiting_callback" if done else "in_handling",
        called_back=fact,
        handled=done,
        reached=False,
        redone=state.redone + (not done),
    )


def reviewed(state: Case, fact: OutcomeReviewed) -> Case | None:
    """A review. What does not hold any more is no outcome, and the case is in work again."""
    if fact.outcome not in state.outcomes:
        return None
    if fact.holds:
        return msgspec.structs.replace(state, outcomes={**state.outcomes, fact.outcome: fact.next_review_on})
    if state.status not in ("accepted", "in_handling", "awaiting_callback"):
        return None
    left = {each: day for each, day in state.outcomes.items() if each != fact.outcome}
    return msgspec.structs.replace(_back_to_work(state), outcomes=left)


def _requested(state: Case, fact: ReferralRequested) -> Case | None:
    taken = fact.referral in state.requested or fact.unit in state.open_referrals.values()
    if taken or (fact.replaces is not None and fact.replaces not in replaceable(state)):
        return None
    # What replaces one that is still open transfers it on.
    transferring = (fact.replaces,) if fact.replaces in state.open_referrals else ()
    return msgspec.structs.replace(
        state,
        status="in_handling",
        open_referrals={**state.open_referrals, fact.referral: fact.unit},
        requested={**state.requested, fact.referral: fact.unit},
        returned=tuple(each for each in state.returned if each != fact.replaces),
        replaced=(*state.replaced, *transferring),
        missed_on=(),
        called_back=None,
    )


def replaceable(state: Case) -> tuple[str, ...]:
    """The referrals that another may stand in the place of: ended without a result, or still open."""
    return (*state.returned, *(each for each in state.open_referrals if each not in state.replaced))


def _noted(state: Case, fact: ReferralOutcomeNoted) -> Case | None:
    referral = fact.referral
    if fact.outcome == "redo" and referral in state.requested:
        again = {**state.open_referrals, referral: state.requested[referral]}
        returned = tuple(each for each in state.returned if each != referral)
        return msgspec.structs.replace(_back_to_work(state), open_referrals=again, returned=returned)
    if referral not in state.open_referrals:
        return None
    match fact.outcome:
        case "issued" if referral not in state.issued:
            return msgspec.structs.replace(state, issued=(*state.issued, referral))
        case "verified" | "terminated":
            return _ended(state, referral, handled=True)
        case outcome if outcome in WITHOUT_RESULT:
            ended = _ended(state, referral, handled=state.handled)
            # One that another stands for already needs none any more.
            returned = () if referral in state.replaced else (referral,)
            return msgspec.structs.replace(ended, returned=(*state.returned, *returned))
        case _:
            return None


def _ended(state: Case, referral: str, handled: bool) -> Case:
    left = {key: unit for key, unit in state.open_referrals.items() if key != referral}
    waiting = "in_handling" if left else ("awaiting_callback" if handled else "accepted")
    return msgspec.structs.replace(state, open_referrals=left, handled=handled, status=waiting)


def _back_to_work(state: Case) -> Case:
    return msgspec.structs.replace(state, status="in_handling", handled=False, called_back=None, missed_on=())


def _may_close(state: Case, code: str) -> bool:
    if state.report_open or state.open_referrals:
        return False
    if code == UNREACHABLE:
        return len({*state.missed_on}) >= UNREACHABLE_AFTER_DAYS
    return state.no_callback if code == NO_CALLBACK else state.called_back is not None
