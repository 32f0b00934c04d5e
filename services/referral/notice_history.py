"""What is on record of one supervision notice, folded: its state, and what may follow. Pure. domain.md §4.3 D.

drafted -> signed_off -> served -> acknowledged -> replied -> accepted -> discharged; replied -> served (sent back);
any open state -> withdrawn | discharged (with its referral). Level 0 goes from drafted to served without a number.
What is legal follows from the facts alone, never from a policy, a calendar or a code list; when time next does something
to it, from the calendar as well. Decisions: notice.py.
"""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from events.notice import (
    NoticeAcknowledged,
    NoticeDischarged,
    NoticeDrafted,
    NoticeEscalated,
    NoticeFact,
    NoticeServed,
    NoticeSignedOff,
    NoticeWithdrawn,
    ReminderIssued,
    ReplyAccepted,
    ReplyDueRecomputed,
    ReplyOverdue,
    ReplyReceived,
    ReplySentBack,
)
from events.referral import Period
from services.decision import DamagedHistory
from services.referral.clock import Deadlines
from services.referral.extensions import by_calendar
from services.referral.referral_history import AMENDED, CALENDAR

REMIND, URGE, NOTICE, CIRCULAR, TALK, MEETING = range(6)
OPEN = ("drafted", "signed_off", "served", "acknowledged", "replied", "accepted")
# The unit has it and owes a reply.
AWAITING_REPLY = ("served", "acknowledged")
REPLY_ACCEPTED, REFERRAL_ENDED, SUPERSEDED = "reply_accepted", "referral_ended", "superseded"
RESOLUTION_ENDED = "resolution_ended"
# The due moment itself is in time; the clock's smallest step after it is not.
_JUST_AFTER = timedelta(microseconds=1)


class Notice(Struct, frozen=True, kw_only=True):
    drafted: NoticeDrafted
    status: str = "drafted"
    # A reply acknowledges as well.
    acknowledged: bool = False
    # Once signed off, for ever: a withdrawn notice keeps its number.
    doc_no: str | None = None
    # The date to reply by, as it stands now, and whether it was missed without a reply.
    reply_due: datetime
    reply_overdue: bool = False
    # What that date was counted from, and whether a calendar that is not published yet can still move it.
    counted: Period | None = None
    provisional: bool = False
    # The notice of the level above, the last one if there were several.
    escalated_to: str | None = None
    discharge_reason: str | None = None
    # When the last step happened: nothing after it can have happened before. None: the steps were folded without times.
    since: datetime | None = None

    @property
    def awaits_reply(self) -> bool:
        """Whether the date to reply by is running: neither answered nor missed."""
        return self.status in AWAITING_REPLY and not self.reply_overdue and self.drafted.level != REMIND

    @property
    def open(self) -> bool:
        """Whether it still stands: neither discharged nor withdrawn."""
        return self.status in OPEN


def settled(state: Notice, deadlines: Deadlines) -> ReplyDueRecomputed | None:
    """The reply date on the calendar of now, when it was provisional or a year was amended, and it is another; else None.

    One that has passed without a reply stays: what was missed, was missed. A draft's is counted anew by its service.
    """
    if not state.awaits_reply or state.counted is None or not (state.provisional or deadlines.amended):
        return None
    new, provisional = deadlines.end(state.counted)
    if (new, provisional) == (state.reply_due, state.provisional):
        return None
    cause = by_calendar(state.counted, state.provisional, deadlines)
    return ReplyDueRecomputed(
        old=state.reply_due, new=new, cause=cause, calendar_version=deadlines.version, provisional=provisional
    )


def next_wake(state: Notice | None, deadlines: Deadlines) -> datetime | None:
    """When CheckNotice would next record something: at that moment, and not a moment before. None: nothing to wait for.

    It may lie in the past: then CheckNotice would record something now.
    """
    if state is None or not state.awaits_reply:
        return None
    if state.counted is not None and settled(state, deadlines) is not None:
        # At once: that it is overdue would stand on a date that no longer holds.
        return state.counted.start
    return state.reply_due + _JUST_AFTER


def evolve(state: Notice | None, fact: NoticeFact, occurred: datetime | None = None) -> Notice:
    """Apply one recorded fact, which happened at `occurred`. A fact that does not fit means damage."""
    if state is None:
        if not isinstance(fact, NoticeDrafted):
            raise DamagedHistory(f"{type(fact).__name__} cannot begin a notice")
        return Notice(drafted=fact, reply_due=fact.reply_due, provisional=fact.provisional, since=occurred)
    changes = _on_the_way_out(state, fact) or _on_the_way_back(state, fact)
    if changes is None:
        raise DamagedHistory(f"{type(fact).__name__} cannot follow in a notice that is {state.status}")
    if occurred is not None and not isinstance(fact, ReplyOverdue | ReplyDueRecomputed | NoticeEscalated):
        changes["since"] = occurred if state.since is None else max(state.since, occurred)
    return msgspec.structs.replace(state, **changes)


def _on_the_way_out(state: Notice, fact: NoticeFact) -> dict[str, object] | None:
    """From the draft to the unit, and what time does to it."""
    match state, fact:
        case Notice(status="drafted"), NoticeSignedOff(doc_no=number) if state.drafted.level != REMIND:
            return {"status": "signed_off", "doc_no": number}
        case Notice(status="drafted"), ReminderIssued() if state.drafted.level == REMIND:
            return {"status": "signed_off"}
        case Notice(status="signed_off"), NoticeServed(reply_due=None):
            return {"status": "served"}
        case Notice(status="signed_off"), NoticeServed():
            return {"status": "served"} | _reply_date(fact)
        case Notice(), ReplyDueRecomputed(old=old, new=new, cause=cause) if (
            state.awaits_reply
            and old == state.reply_due
            and (cause == AMENDED or (cause == CALENDAR and state.provisional))
        ):
            return {"reply_due": new, "provisional": fact.provisional}
        case Notice(reply_overdue=False), ReplyOverdue(reply_due=due) if (
            state.status in AWAITING_REPLY and due == state.reply_due
        ):
            return {"reply_overdue": True}
        case Notice(), NoticeEscalated(to=to, level=level) if (
            state.open and level == state.drafted.level + 1 and to != state.escalated_to
        ):
            return {"escalated_to": to}
        case Notice(), NoticeWithdrawn() if state.open and state.status != "accepted":
            return {"status": "withdrawn"}
        case _:
            return None


def _on_the_way_back(state: Notice, fact: NoticeFact) -> dict[str, object] | None:
    """From the unit's answer to the discharge."""
    match state, fact:
        case Notice(status="served"), NoticeAcknowledged():
            return {"status": "acknowledged", "acknowledged": True}
        case Notice(), ReplyReceived() if state.status in AWAITING_REPLY and state.drafted.level != REMIND:
            return {"status": "replied", "acknowledged": True}
        case Notice(status="replied"), ReplyAccepted():
            return {"status": "accepted"}
        case Notice(status="replied"), ReplySentBack():
            return {"status": "served", "reply_overdue": False} | _reply_date(fact)
        # A reply was accepted by its discharge before ReplyAccepted was a fact of its own.
        case Notice(status="replied" | "accepted"), NoticeDischarged(reason="reply_accepted"):
            return {"status": "discharged", "discharge_reason": fact.reason}
        case Notice(), NoticeDischarged(reason="referral_ended" | "resolution_ended" | "superseded") if state.open:
            return {"status": "discharged", "discharge_reason": fact.reason}
        case _:
            return None


def _reply_date(fact: NoticeServed | ReplySentBack) -> dict[str, object]:
    """Another date to reply by runs."""
    return {"reply_due": fact.reply_due, "provisional": fact.provisional, "counted": fact.counted}
