"""What a supervision notice is about: a referral, or a resolution of the joint meeting. Pure. domain.md §4.3 D, E.

The resolution is the meeting service's; what a notice needs of it is folded here from its facts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from events.resolution import (
    ResolutionAdopted,
    ResolutionCarriedOver,
    ResolutionDischarged,
    ResolutionDueRecomputed,
    ResolutionExtended,
    ResolutionReported,
    ResolutionSentBack,
)
from services.referral.referral import Referral

REFERRAL, RESOLUTION = "referral", "resolution"
SIGN_OVERDUE, REPORT_OVERDUE, RESOLUTION_OVERDUE = "sign_overdue", "report_overdue", "resolution_overdue"
# A clock runs against the unit in these states alone.
RUNNING = ("issued", "signed", "in_handling")
# Nothing is left to supervise.
ENDED = frozenset({"verified", "returned", "revoked", "transferred_on", "terminated", "closed"})


class Matter(Struct, frozen=True, kw_only=True):
    """`due`: the date that it stands under, and `ground` what it is when that is missed."""

    about: str
    unit: str
    number: str
    matter_zh: str
    matter_en: str
    issued: datetime
    due: datetime
    ground: str
    running: bool = True
    ended: bool = False
    reported: bool = False

    def overdue(self, now: datetime) -> bool:
        return self.running and now > self.due


def of_referral(referral: Referral) -> Matter:
    unsigned = referral.status == "issued" or referral.due_report is None
    return Matter(
        about=REFERRAL,
        unit=referral.issued.unit,
        number=referral.issued.referral_no,
        matter_zh=referral.issued.matter_zh,
        matter_en=referral.issued.matter_en,
        issued=referral.issued.issued,
        due=referral.due_sign if unsigned or referral.due_report is None else referral.due_report,
        ground=SIGN_OVERDUE if unsigned else REPORT_OVERDUE,
        running=referral.status in RUNNING,
        ended=referral.status in ENDED,
        reported=referral.reporter is not None,
    )


def of_resolution(facts: Iterable[Any], adopted_at: datetime) -> Matter | None:
    """The resolution with these facts, adopted at that moment; None when there are none."""
    matter: Matter | None = None
    for fact in facts:
        if isinstance(fact, ResolutionAdopted):
            matter = Matter(
                about=RESOLUTION,
                unit=fact.lead,
                number=fact.resolution_no,
                matter_zh=fact.title,
                # Its title is in the language of the meeting; the number says which one it is.
                matter_en=f"resolution {fact.resolution_no} of the joint meeting",
                issued=adopted_at,
                due=fact.due,
                ground=RESOLUTION_OVERDUE,
            )
        elif matter is not None:
            matter = msgspec.structs.replace(matter, **_changes(fact))
    return matter


def _changes(fact: Any) -> dict[str, Any]:
    match fact:
        case ResolutionReported():
            return {"running": False, "reported": True}
        case ResolutionSentBack(due=due):
            return {"running": True, "due": due}
        case ResolutionExtended(due=due) | ResolutionDueRecomputed(new=due):
            return {"due": due}
        case ResolutionDischarged() | ResolutionCarriedOver():
            return {"running": False, "ended": True}
        case _:
            return {}
