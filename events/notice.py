"""Facts of one supervision notice (催办通知书, 督办通知单) and of the series that number documents. domain.md §4.3 D."""

from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token

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


class NoticeSignedOff(Fact, tag="NoticeSignedOff.v1", frozen=True, kw_only=True):
    """签发. A notice without a mandate is not a notice: `authority_basis` names it (domain.md §0.8)."""

    doc_no: Label
    signatory: Label
    authority_basis: Label


class NoticeServed(Fact, tag="NoticeServed.v1", frozen=True, kw_only=True):
    method: Code


class NoticeAcknowledged(Fact, tag="NoticeAcknowledged.v1", frozen=True, kw_only=True):
    pass


class ReplyReceived(Fact, tag="ReplyReceived.v1", frozen=True, kw_only=True):
    result: Code
    measures: tuple[Code, ...]


class NoticeDischarged(Fact, tag="NoticeDischarged.v1", frozen=True, kw_only=True):
    """销号: after an accepted reply, or because the referral itself was verified."""

    reason: Code


class NumberAssigned(Fact, tag="NumberAssigned.v1", frozen=True, kw_only=True):
    """The next number of a yearly document series; no gap, none twice."""

    number: Annotated[int, Meta(ge=1)]
    to: Id


NoticeFact = NoticeDrafted | NoticeSignedOff | NoticeServed | NoticeAcknowledged | ReplyReceived | NoticeDischarged
SeriesFact = NumberAssigned
