"""The commands of the meeting service: joint meetings and their resolutions. domain.md §4.3 E.

Titles, places and posts are short official labels; what units report is coded, so that nothing personal reaches a feed.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Digest, Id, Label, Token
from services.command import Command

Measures = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
Regions = Annotated[tuple[Code, ...], Meta(max_length=40)]
Units = Annotated[tuple[Token, ...], Meta(max_length=200)]


class PlanMeeting(Command, frozen=True, kw_only=True):
    """筹备会议: whose meeting, when, where, and which post takes the chair. Its id follows from this command."""

    organ: Code
    starts: Annotated[datetime, Meta(tz=True)]
    place: Label
    chair: Label
    regions: Regions = ()


class SendNotification(Command, frozen=True, kw_only=True):
    """会议通知 to units of the directory; more units may follow until the agenda is frozen."""

    meeting: Id
    units: Annotated[Units, Meta(min_length=1)]


class ProposeAgendaItem(Command, frozen=True, kw_only=True):
    """提出议题. `number`: of the referral, notice or resolution that it is about. The same matter twice is one item."""

    meeting: Id
    kind: Code
    title: Label
    number: Label | None = None
    unit: Token | None = None
    category: Code | None = None
    region: Code | None = None
    why: Code | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None


class WithdrawAgendaItem(Command, frozen=True, kw_only=True):
    """撤下议题, until the agenda is frozen."""

    meeting: Id
    item: Id


class FreezeAgenda(Command, frozen=True, kw_only=True):
    """确定议题: the items and the briefing that the meeting has before it. Nothing is added afterwards."""

    meeting: Id
    briefing: Id


class RecordAttendance(Command, frozen=True, kw_only=True):
    """会议召开: which units were present (出席), excused (请假) or observed (列席)."""

    meeting: Id
    present: Annotated[Units, Meta(min_length=1)]
    excused: Units = ()
    observers: Units = ()


class RecordDiscussion(Command, frozen=True, kw_only=True):
    """记录议题结果. Said again with another outcome, the last one counts."""

    meeting: Id
    item: Id
    outcome: Code


class AdoptResolution(Command, frozen=True, kw_only=True):
    """议定: exactly one unit leads, and there is a working day to be done by.

    `basis`: the rule or document that it rests on; without it, the rules of the joint meeting.
    """

    meeting: Id
    title: Label
    lead: Token
    due: date
    co: Units = ()
    item: Id | None = None
    basis: Label | None = None


class DraftMinutes(Command, frozen=True, kw_only=True):
    """拟写纪要: every item has an outcome by now."""

    meeting: Id


class SignMinutes(Command, frozen=True, kw_only=True):
    """签发纪要. `restatement`: the briefing that corrects the frozen one, when the minutes print its figures instead."""

    meeting: Id
    signatory: Label
    figures_digest: Digest
    restatement: Id | None = None


class DistributeMinutes(Command, frozen=True, kw_only=True):
    """分送纪要; without `units`, to all that were called to the meeting and all that have a part in a resolution."""

    meeting: Id
    units: Units = ()


class CloseMeeting(Command, frozen=True, kw_only=True):
    """会议办结: every resolution is discharged or handed to another meeting."""

    meeting: Id


class CancelMeeting(Command, frozen=True, kw_only=True):
    """取消会议, before it was held."""

    meeting: Id
    reason: Code


class NoteResolution(Command, frozen=True, kw_only=True):
    """Tell a meeting what became of its resolution. Sent by the meeting service itself, as a reaction."""

    meeting: Id
    resolution: Id
    status: Code


class NoteCooperation(Command, frozen=True, kw_only=True):
    """Tell a co-unit how a resolution stood after its commit `n`. Sent by the meeting service itself, as a reaction."""

    resolution: Id
    unit: Token
    n: Annotated[int, Meta(ge=1)]


class ForLead(Command, frozen=True, kw_only=True):
    """What a lead unit says. A coordinator enters it for one that works on paper: `on_behalf_of` and another `method`."""

    resolution: Id
    on_behalf_of: Token | None = None
    method: Code = "system"


class ReportResolutionProgress(ForLead, frozen=True, kw_only=True):
    """议定事项阶段反馈."""

    measures: Measures


class ReportResolution(ForLead, frozen=True, kw_only=True):
    """议定事项落实反馈. Late is allowed and flagged."""

    result: Code
    measures: Measures


class DischargeResolution(Command, frozen=True, kw_only=True):
    """销号: the report stands."""

    resolution: Id


class SendBackResolution(Command, frozen=True, kw_only=True):
    """退回: the report does not stand. `due`: the new day; without it, the one that runs, if it has not passed."""

    resolution: Id
    reason: Code
    due: date | None = None


class ExtendResolution(Command, frozen=True, kw_only=True):
    """延期 by the meeting office. Once the due day has passed, a supervisor alone grants it."""

    resolution: Id
    due: date
    reason: Code


class CarryOverResolution(Command, frozen=True, kw_only=True):
    """结转: hand it to another meeting whose agenda is still open; that one decides anew."""

    resolution: Id
    to: Id


class CheckResolution(Command, frozen=True, kw_only=True):
    """Wake a resolution: record what has become of its due day by now, if anything. Harmless at any time."""

    resolution: Id


COMMANDS: dict[str, type[Command]] = {
    command.__name__: command
    for command in (
        PlanMeeting,
        SendNotification,
        ProposeAgendaItem,
        WithdrawAgendaItem,
        FreezeAgenda,
        RecordAttendance,
        RecordDiscussion,
        AdoptResolution,
        DraftMinutes,
        SignMinutes,
        DistributeMinutes,
        CloseMeeting,
        CancelMeeting,
        NoteResolution,
        NoteCooperation,
        ReportResolutionProgress,
        ReportResolution,
        DischargeResolution,
        SendBackResolution,
        ExtendResolution,
        CarryOverResolution,
        CheckResolution,
    )
}
