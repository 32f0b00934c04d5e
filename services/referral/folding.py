"""The states of the two aggregates, and what a notice is about, folded from what the ledger holds of them."""

from events import subjects
from services.ledger import History
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral.matter import RESOLUTION, Matter, of_referral, of_resolution


def fold_referral(history: History) -> referrals.Referral | None:
    """The referral as it stands; None when there is none."""
    state: referrals.Referral | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = referrals.evolve(state, fact, stored.commit.actor.principal, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_notice(history: History) -> notices.Notice | None:
    """The notice as it stands; None when there is none."""
    state: notices.Notice | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = notices.evolve(state, fact, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_matter(history: History) -> Matter | None:
    """The referral or the resolution as a notice sees it; None when there is none."""
    if not history.n:
        return None
    kind, _, _ = subjects.parse(history.subject)
    if kind == RESOLUTION:
        return of_resolution(history.facts, history.commits[0].commit.occurred)
    referral = fold_referral(history)
    return of_referral(referral) if referral else None
