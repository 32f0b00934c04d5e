"""The commands of the referral service: referrals and supervision notices. domain.md §4.3 C, D.

No command here has a free-text field: what units and supervisors say is coded, so that nothing personal can reach a feed.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Id, Label, Token
from services.command import Command

Measures = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]


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


class SignReferral(Command, frozen=True, kw_only=True):
    """签收: the unit takes the referral; the clock of its report starts."""

    referral: Id
    method: Code = "system"


class ReportProgress(Command, frozen=True, kw_only=True):
    """阶段反馈."""

    referral: Id
    measures: Measures


class ReportResult(Command, frozen=True, kw_only=True):
    """办结反馈: the unit's final report. Late is allowed and flagged."""

    referral: Id
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


class RequestReturn(Command, frozen=True, kw_only=True):
    """退单申请: a unit may ask, the coordinator decides."""

    referral: Id
    ground: Code


class GrantReturn(Command, frozen=True, kw_only=True):
    """Release the unit. The case is referred anew by intake.RequestReferral with `replaces`."""

    referral: Id


class RefuseReturn(Command, frozen=True, kw_only=True):
    """The unit is designated: it handles the matter and may not ask again."""

    referral: Id


class CheckDeadline(Command, frozen=True, kw_only=True):
    """Wake a referral: record what has become overdue by now, if anything. Harmless at any time."""

    referral: Id


class SignOffNotice(Command, frozen=True, kw_only=True):
    """签发 a drafted notice: it gets its document number and is served."""

    notice: Id
    signatory: Label
    authority_basis: Label


class AcknowledgeNotice(Command, frozen=True, kw_only=True):
    notice: Id


class ReplyToNotice(Command, frozen=True, kw_only=True):
    """回执: the unit answers a notice."""

    notice: Id
    result: Code
    measures: Measures


class DischargeNotice(Command, frozen=True, kw_only=True):
    """销号 after an accepted reply or a verified referral."""

    notice: Id


class DraftNotice(Command, frozen=True, kw_only=True):
    """Draft the notice that a crossed threshold calls for. Sent by the referral service itself, as a reaction."""

    referral: Id
    unit: Token
    level: Annotated[int, Meta(ge=1, le=2)]


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
        CheckDeadline,
        DraftNotice,
        SignOffNotice,
        AcknowledgeNotice,
        ReplyToNotice,
        DischargeNotice,
    )
}
LATER = frozenset(
    {"RequestExtension", "GrantExtension", "RefuseExtension", "HoldReferral", "ResumeReferral", "RedoReferral"}
    | {"RevokeReferral", "TransferReferral", "TerminateReferral", "CloseReferral", "EscalateNotice", "WithdrawNotice"}
    | {"ServeNotice", "SendBackReply", "AcceptReply"}
)
