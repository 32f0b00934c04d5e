"""The commands of the referral service: referrals, supervision notices, the calendar. domain.md §4.3 C, D, M.

No command here has a free-text field: what units and supervisors say is coded, so that nothing personal can reach a feed.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Digest, Id, Label, Token
from events.publication import Holiday, Year
from services.command import Command

Level = Annotated[int, Meta(ge=0, le=5)]
Grounds = Annotated[tuple[Code, ...], Meta(max_length=8)]
Demands = Annotated[tuple[Code, ...], Meta(max_length=12)]
Measures = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
WorkingDays = Annotated[int, Meta(ge=1, le=250)]


class IssueReferral(Command, frozen=True, kw_only=True):
    """Issue a referral. Sent by the referral service itself, as the reaction to ReferralRequested."""

    referral: Id
    unit: Token
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    urgency: Code
    asks: tuple[Code, ...]
    # A co-unit's alone: the referral of the unit that leads.
    lead: Id | None = None


class ForUnit(Command, frozen=True, kw_only=True):
    """What a unit says. A coordinator enters it for a unit that works on paper: `on_behalf_of` and another `method`."""

    referral: Id
    on_behalf_of: Token | None = None
    method: Code = "system"


class SignReferral(ForUnit, frozen=True, kw_only=True):
    """签收: the unit takes the referral; the clock of its report starts."""


class ReportProgress(ForUnit, frozen=True, kw_only=True):
    """阶段反馈."""

    measures: Measures


class ReportResult(ForUnit, frozen=True, kw_only=True):
    """办结反馈: the unit's final report. Late is allowed and flagged."""

    result: Code
    measures: Measures
    handled_on: date
    replied_to_caller_on: date | None = None


class VerifyReport(Command, frozen=True, kw_only=True):
    """审核 by a coordinator, never by the reporting unit."""

    referral: Id


class SendBackReport(Command, frozen=True, kw_only=True):
    """退回重办 with a reason."""

    referral: Id
    reason: Code


class RequestReturn(ForUnit, frozen=True, kw_only=True):
    """退单申请: a unit may ask, the coordinator decides."""

    ground: Code


class GrantReturn(Command, frozen=True, kw_only=True):
    """Release the unit. The case is referred anew by intake.RequestReferral with `replaces`."""

    referral: Id


class RefuseReturn(Command, frozen=True, kw_only=True):
    """The unit is designated: it handles the matter and may not ask again."""

    referral: Id


class RequestExtension(ForUnit, frozen=True, kw_only=True):
    """延期申请: so many working days more, and why."""

    reason: Code
    working_days: WorkingDays


class GrantExtension(Command, frozen=True, kw_only=True):
    """Grant what was asked, or fewer working days. Beyond the policy's bounds a supervisor does."""

    referral: Id
    working_days: WorkingDays | None = None


class RefuseExtension(Command, frozen=True, kw_only=True):
    """The due date stays."""

    referral: Id


class HoldReferral(Command, frozen=True, kw_only=True):
    """中止: a statutory ground stops the clock from `occurred` on."""

    referral: Id
    ground: Code


class ResumeReferral(Command, frozen=True, kw_only=True):
    """恢复: the clock goes on, and the due date moves by what was held."""

    referral: Id


class RedoReferral(Command, frozen=True, kw_only=True):
    """重办: a report, verified or not, does not stand; an unsatisfied caller for one."""

    referral: Id
    reason: Code


class RevokeReferral(Command, frozen=True, kw_only=True):
    """撤回 by the issuing office."""

    referral: Id
    reason: Code


class TransferReferral(Command, frozen=True, kw_only=True):
    """再转: `to` stands in its place. Sent by the referral service itself, when the case refers it on to another unit."""

    referral: Id
    to: Id


class TerminateReferral(Command, frozen=True, kw_only=True):
    """终止办理 on the caller's written request of that day (Weifang 12345 Reg. art 21)."""

    referral: Id
    requested_on: date


class CloseReferral(Command, frozen=True, kw_only=True):
    """办结 of a verified referral: it cannot be done again."""

    referral: Id


class NoteCoUnit(Command, frozen=True, kw_only=True):
    """Tell the lead about a co-unit. Sent by the referral service itself, as a reaction."""

    referral: Id
    co: Id
    unit: Token
    step: Code
    result: Code | None = None
    late: bool = False


class ChangeLead(Command, frozen=True, kw_only=True):
    """Tell a co-unit that another referral leads now. Sent by the referral service itself, as a reaction."""

    referral: Id
    lead: Id


class PublishCalendar(Command, frozen=True, kw_only=True):
    """公布工作日历: a year's holidays and make-up days, as the State Council's notice has them."""

    year: Year
    title: Label
    holidays: Annotated[tuple[Holiday, ...], Meta(min_length=1, max_length=20)]
    # The year is published already, and this whole list stands in place of its own.
    amends: bool = False


class CheckDeadline(Command, frozen=True, kw_only=True):
    """Wake a referral: record what has become overdue by now, if anything. Harmless at any time."""

    referral: Id


class DraftNotice(Command, frozen=True, kw_only=True):
    """拟稿: by the service for a date that draws near or has passed; by a supervisor for what no date shows.

    Without `grounds` they follow from what is overdue, without `demands` from the level. `form` is for level 4.
    """

    referral: Id
    unit: Token | None = None
    level: Level
    grounds: Grounds = ()
    demands: Demands = ()
    form: Code | None = None


class SignOffNotice(Command, frozen=True, kw_only=True):
    """签发 a drafted notice: it gets its document number, and is served at once when `method` is the system.

    `authority`: a code of services/referral/supervision.toml. `authority_basis`: the rule's name, or the number of the
    resolution or instruction. One of the two is needed.
    """

    notice: Id
    signatory: Label
    authority: Code | None = None
    authority_basis: Annotated[str, Meta(max_length=80)] | None = None
    method: Code = "system"


class ServeNotice(Command, frozen=True, kw_only=True):
    """送达 what was signed off: by which means, and to which post of the unit."""

    notice: Id
    method: Code
    to: Code | None = None


class AcknowledgeNotice(Command, frozen=True, kw_only=True):
    """签收 a notice. A coordinator does it for a unit that works on paper and names it in `on_behalf_of`."""

    notice: Id
    on_behalf_of: Token | None = None


class ReplyToNotice(Command, frozen=True, kw_only=True):
    """回执: the unit answers a notice, or a coordinator enters what it answered on paper."""

    notice: Id
    result: Code
    measures: Measures
    on_behalf_of: Token | None = None


class AcceptReply(Command, frozen=True, kw_only=True):
    """The reply answers what was demanded: the notice is discharged (销号)."""

    notice: Id


class SendBackReply(Command, frozen=True, kw_only=True):
    """退回重报: the reply does not answer it; the unit has a new date to reply by."""

    notice: Id
    reason: Code


class EscalateNotice(Command, frozen=True, kw_only=True):
    """升级: the date to reply by has passed and no reply was accepted; drafts the notice of the next level."""

    notice: Id
    demands: Demands = ()
    form: Code | None = None


class WithdrawNotice(Command, frozen=True, kw_only=True):
    """作废. A number that was given stays given."""

    notice: Id
    reason: Code


class CheckNotice(Command, frozen=True, kw_only=True):
    """Wake a notice: record that its reply is overdue, if it is. Harmless at any time."""

    notice: Id


class DischargeNotice(Command, frozen=True, kw_only=True):
    """销号: by the service with its referral, or for a newer notice of its level; by a supervisor like AcceptReply."""

    notice: Id
    reason: Code | None = None


class UploadPart(Command, frozen=True, kw_only=True):
    """Send one part of a file, at most 64 KiB of it as base64; parts are counted from 0. Nothing is on record yet."""

    referral: Id
    sha256: Digest
    part: Annotated[int, Meta(ge=0)]
    parts: Annotated[int, Meta(ge=1, le=160)]
    data: Annotated[str, Meta(max_length=90_000)]


class AttachFile(Command, frozen=True, kw_only=True):
    """附件: attach the file whose parts were sent, known by its digest."""

    referral: Id
    sha256: Digest
    media_type: Code
    on_behalf_of: Token | None = None


class ViewFile(Command, frozen=True, kw_only=True):
    """Ask for an attached file. The view is recorded; its parts are then read with ReadFile."""

    file: Id
    purpose: Code


class ReadFile(Command, frozen=True, kw_only=True):
    """Be given one part of a file. `view`: the commit by which this sender's view was recorded."""

    file: Id
    view: Id
    part: Annotated[int, Meta(ge=0)] = 0


COMMANDS: dict[str, type[Command]] = {
    command.__name__: command
    for command in (
        IssueReferral,
        SignReferral,
        ReportProgress,
        ReportResult,
        VerifyReport,
        SendBackReport,
        RequestReturn,
        GrantReturn,
        RefuseReturn,
        RequestExtension,
        GrantExtension,
        RefuseExtension,
        HoldReferral,
        ResumeReferral,
        RedoReferral,
        RevokeReferral,
        TransferReferral,
        TerminateReferral,
        CloseReferral,
        NoteCoUnit,
        ChangeLead,
        PublishCalendar,
        CheckDeadline,
        DraftNotice,
        SignOffNotice,
        ServeNotice,
        AcknowledgeNotice,
        ReplyToNotice,
        AcceptReply,
        SendBackReply,
        EscalateNotice,
        WithdrawNotice,
        CheckNotice,
        DischargeNotice,
        UploadPart,
        AttachFile,
        ViewFile,
        ReadFile,
    )
}
