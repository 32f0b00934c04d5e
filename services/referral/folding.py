"""The states of the two aggregates, folded from what the ledger holds of them."""

from services.ledger import History
from services.referral import notice as notices
from services.referral import referral as referrals


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
