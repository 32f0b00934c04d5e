"""What is on record of one year's calendar, folded. Pure. Decisions: services/referral/publication.py."""

from collections.abc import Iterable

from events.publication import CalendarPublished, digest_of
from services.decision import DamagedHistory


def evolve(state: CalendarPublished | None, fact: CalendarPublished) -> CalendarPublished:
    """The notice that counts: the first one, or the last that amends it. A fact that does not fit means damage."""
    if (state is not None and (not fact.amends or fact.year != state.year)) or fact.digest != digest_of(fact.holidays):
        raise DamagedHistory(f"{type(fact).__name__} of {fact.year} cannot follow")
    return fact


def fold(facts: Iterable[CalendarPublished]) -> CalendarPublished | None:
    """The year as it was published last; None before it is, also of a year that came with the program."""
    state: CalendarPublished | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state
