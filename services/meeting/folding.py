"""The states of the aggregates, and a briefing as it is laid before a meeting, from what the ledger holds."""

from events.briefing import BriefingGenerated, BriefingWithdrawn
from services.ledger import History
from services.meeting import cooperation as cooperations
from services.meeting import meeting as meetings
from services.meeting import resolution as resolutions
from services.meeting.rules import Laid


def fold_meeting(history: History) -> meetings.Meeting | None:
    """The meeting as it stands; None when there is none."""
    state: meetings.Meeting | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = meetings.evolve(state, fact, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_resolution(history: History) -> resolutions.Resolution | None:
    """The resolution as it stands; None when there is none."""
    state: resolutions.Resolution | None = None
    for stored in history.commits:
        for fact in stored.commit.facts:
            state = resolutions.evolve(state, fact, stored.commit.actor.principal, stored.commit.occurred)  # type: ignore[arg-type]
    return state


def fold_cooperation(history: History) -> cooperations.Cooperation | None:
    """What a co-unit has heard; None when it was told nothing."""
    state: cooperations.Cooperation | None = None
    for fact in history.facts:
        state = cooperations.evolve(state, fact)
    return state


def laid(briefing: str, history: History) -> Laid | None:
    """The briefing of this id; None when there is none."""
    facts = list(history.facts)
    if not facts or not isinstance(facts[0], BriefingGenerated):
        return None
    withdrawn = any(isinstance(fact, BriefingWithdrawn) for fact in facts)
    return Laid(
        briefing=briefing,
        position=facts[0].position,
        figures_digest=facts[0].figures_digest,
        withdrawn=withdrawn,
    )
