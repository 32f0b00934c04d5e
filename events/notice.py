"""Facts of one supervision notice, levels 0 to 5, and of the series that number documents. domain.md §4.3 D."""

from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token
from events.referral import Period

Level = Annotated[int, Meta(ge=0, le=5, description="0 remind, 1 urge, 2 notice, 3 circular, 4 talk, 5 to the meeting")]


class NoticeDrafted(Fact, tag="NoticeDrafted.v1", frozen=True, kw_only=True):
    level: Level
    grounds: tuple[Code, ...]
    unit: Token
    referral: Id
    referral_no: Label
    matter_zh: Label
    matter_en: Label
    issued: Moment
    due: Moment
    working_days_over: int
    calendar_version: Label
    demands: tuple[Code, ...]
    reply_due: Moment
    # The calendar of the year that the reply date reaches into is not published yet.
    provisional: bool = False
    # What level 4 takes the shape of: a talk (约谈) or listed supervision (挂牌督办).
    form: Code | None = None
    # The notice of the level below that was not answered.
    escalated_from: Id | None = None
    # A resolution of the joint meeting is supervised like a referral: then `referral` and `referral_no` are its own.
    about: Code = "referral"


class NoticeSignedOff(Fact, tag="NoticeSignedOff.v1", frozen=True, kw_only=True):
    """签发. A notice without a mandate is not a notice: `authority_basis` names it (domain.md §0.8)."""

    doc_no: Label
    signatory: Label
    authority_basis: Label
    # The basis as an entry of services/referral/supervision.toml, and its kind there.
    authority: Code | None = None
    authority_kind: Code | None = None


class ReminderIssued(Fact, tag="ReminderIssued.v1", frozen=True, kw_only=True):
    """提醒, level 0: the standing rule sends it before the due day; it has no document number and asks for no reply."""

    authority: Code
    authority_basis: Label


class NoticeServed(Fact, tag="NoticeServed.v1", frozen=True, kw_only=True):
    method: Code
    # Which post of the unit took it: a code, never a name.
    to: Code | None = None
    # The reply counts from here; absent where the date of the draft stands.
    reply_due: Moment | None = None
    provisional: bool = False
    counted: Period | None = None


class NoticeAcknowledged(Fact, tag="NoticeAcknowledged.v1", frozen=True, kw_only=True):
    pass


class ReplyReceived(Fact, tag="ReplyReceived.v1", frozen=True, kw_only=True):
    result: Code
    measures: tuple[Code, ...]
    # After the date to reply by: recorded, never refused.
    late: bool = False


class ReplyAccepted(Fact, tag="ReplyAccepted.v1", frozen=True, kw_only=True):
    """The supervisor found that the reply answers what was demanded."""


class ReplySentBack(Fact, tag="ReplySentBack.v1", frozen=True, kw_only=True):
    """退回重报: the notice stands as served again, with a new date to reply by."""

    reason: Code
    reply_due: Moment
    calendar_version: Label
    provisional: bool = False
    counted: Period | None = None


class ReplyDueRecomputed(Fact, tag="ReplyDueRecomputed.v1", frozen=True, kw_only=True):
    """The date to reply by, counted again on another calendar. `new` may equal `old`: then it is confirmed."""

    old: Moment
    new: Moment
    # Code list due_cause.
    cause: Code
    calendar_version: Label
    provisional: bool = False


class ReplyOverdue(Fact, tag="ReplyOverdue.v1", frozen=True, kw_only=True):
    """The date to reply by has passed without a reply; recorded once for each such date."""

    reply_due: Moment


class NoticeEscalated(Fact, tag="NoticeEscalated.v1", frozen=True, kw_only=True):
    """升级: the notice of the next level was drafted in the same atomic batch; this one stays open beside it."""

    to: Id
    level: Level


class NoticeWithdrawn(Fact, tag="NoticeWithdrawn.v1", frozen=True, kw_only=True):
    """作废: what was numbered keeps its number."""

    reason: Code


class NoticeDischarged(Fact, tag="NoticeDischarged.v1", frozen=True, kw_only=True):
    """销号: after an accepted reply, because the referral ended, or because a newer notice of its level took its place."""

    reason: Code


class NumberAssigned(Fact, tag="NumberAssigned.v1", frozen=True, kw_only=True):
    """The next number of a yearly document series; no gap, none twice."""

    number: Annotated[int, Meta(ge=1)]
    to: Id


NoticeFact = (
    NoticeDrafted
    | NoticeSignedOff
    | ReminderIssued
    | NoticeServed
    | NoticeAcknowledged
    | ReplyReceived
    | ReplyAccepted
    | ReplySentBack
    | ReplyDueRecomputed
    | ReplyOverdue
    | NoticeEscalated
    | NoticeWithdrawn
    | NoticeDischarged
)
SeriesFact = NumberAssigned
