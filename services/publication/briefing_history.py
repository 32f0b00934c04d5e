"""What is on record of one briefing, folded: its state, and what may follow. Pure. domain.md §4.3 F.

generated -> reviewed -> issued -> corrected (again and again); any of them -> withdrawn.
What is legal follows from the facts alone, never from a code list. Decisions: briefing.py.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from events.briefing import (
    BriefingCorrected,
    BriefingFact,
    BriefingGenerated,
    BriefingIssued,
    BriefingReviewed,
    BriefingWithdrawn,
)
from events.commit import Commit
from services.decision import DamagedHistory

OUT = ("issued", "corrected")


class Briefing(Struct, frozen=True, kw_only=True):
    generated: BriefingGenerated
    generated_by: str
    status: str = "generated"
    # Once issued, for ever: a withdrawn briefing keeps its numbers.
    issued: BriefingIssued | None = None
    corrections: tuple[BriefingCorrected, ...] = ()
    # When the last step happened: nothing after it can have happened before.
    since: datetime

    def corrected(self, figure: str) -> BriefingCorrected | None:
        """The last correction of this figure."""
        return next((each for each in reversed(self.corrections) if each.figure == figure), None)


def evolve(state: Briefing | None, fact: BriefingFact, principal: str, occurred: datetime) -> Briefing:
    """Apply one recorded fact, which `principal` recorded. A fact that does not fit means damage."""
    if state is None:
        if not isinstance(fact, BriefingGenerated):
            raise DamagedHistory(f"{type(fact).__name__} cannot begin a briefing")
        return Briefing(generated=fact, generated_by=principal, since=occurred)
    changes = _step(state, fact, principal)
    if changes is None:
        raise DamagedHistory(f"{type(fact).__name__} cannot follow in a briefing that is {state.status}")
    return msgspec.structs.replace(state, since=max(state.since, occurred), **changes)


def _step(state: Briefing, fact: BriefingFact, principal: str) -> dict[str, object] | None:
    match state, fact:
        case Briefing(status="generated"), BriefingReviewed(figures_digest=digest) if (
            principal != state.generated_by and digest == state.generated.figures_digest
        ):
            return {"status": "reviewed"}
        case Briefing(status="reviewed"), BriefingIssued():
            return {"status": "issued", "issued": fact}
        case Briefing(), BriefingCorrected() if state.status in OUT and _follows(state, fact):
            return {"status": "corrected", "corrections": (*state.corrections, fact)}
        case Briefing(), BriefingWithdrawn() if state.status != "withdrawn":
            return {"status": "withdrawn"}
        case _:
            return None


def _follows(state: Briefing, fact: BriefingCorrected) -> bool:
    """Numbered without a gap, from what stood before, by a commit that came in between."""
    last = state.corrected(fact.figure)
    after = last.position if last else state.generated.position
    return (
        fact.number == len(state.corrections) + 1
        and fact.was != fact.now
        and (last is None or fact.was == last.now)
        and after < fact.cause <= fact.position
    )


def fold(commits: Iterable[Commit]) -> Briefing | None:
    """The briefing as it stands; None when there is none."""
    state: Briefing | None = None
    for commit in commits:
        for fact in commit.facts:
            state = evolve(state, fact, commit.actor.principal, commit.occurred)  # type: ignore[arg-type]
    return state
