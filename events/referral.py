"""Facts of one referral (转办单) to one unit. domain.md §4.3 C.

Partners read these bytes as they were committed. They are built from a disclosure profile and hold no name,
phone number, address, school, story or case id: every field is a code, a number, a date or an official's post.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token

Days = Annotated[int, Meta(ge=0, le=1000)]


class Duty(Fact, frozen=True, kw_only=True):
    """The three responsibilities (三项责任制): posts, not people."""

    leader: Label
    department: Label
    post: Label


class Period(Fact, frozen=True, kw_only=True):
    """What a due date was counted from: enough to count it again on another calendar, whatever the policies say then."""

    start: Moment
    limit: Days
    # minutes, hours, natural_days, working_days, months
    unit: Code


class ReferralIssued(Fact, tag="ReferralIssued.v1", frozen=True, kw_only=True):
    referral_no: Label
    unit: Token
    role: Code
    duty: Duty
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    urgency: Code
    # Built from the codes above in both languages; nobody types it.
    matter_zh: Label
    matter_en: Label
    asks: tuple[Code, ...]
    legal_basis: tuple[Label, ...]
    disclosure_profile: Code
    issued: Moment
    due_sign: Moment
    sign_policy: Code
    report_policy: Code
    calendar_version: Label
    provisional: bool
    counted: Period | None = None
    # A co-unit (协办) alone: the referral of the unit that leads (首接负责制), and who that is.
    lead: Id | None = None
    lead_unit: Token | None = None


class ReferralSigned(Fact, tag="ReferralSigned.v1", frozen=True, kw_only=True):
    """签收. The clock of the report starts here: `due_report` is the end of that working day."""

    method: Code
    late: bool
    due_report: Moment
    # Until when the unit may ask to return it; kept here so that replay needs no calendar.
    return_until: Moment
    report_policy: Code
    calendar_version: Label
    provisional: bool
    counted: Period | None = None


class ProgressReported(Fact, tag="ProgressReported.v1", frozen=True, kw_only=True):
    measures: tuple[Code, ...]
    # How it reached the office when the unit did not enter it itself.
    method: Code | None = None


class FinalReported(Fact, tag="FinalReported.v1", frozen=True, kw_only=True):
    result: Code
    measures: tuple[Code, ...]
    handled_on: date
    replied_to_caller_on: date | None = None
    late: bool
    # Whole working days after the due day; 0 when in time.
    late_working_days: int = 0
    # As in ProgressReported: the report then counts from the day it reached the office, not from its entry.
    method: Code | None = None
    # Co-units whose reports the lead had not received when it reported.
    co_outstanding: int = 0


class ReportVerified(Fact, tag="ReportVerified.v1", frozen=True, kw_only=True):
    result: Code


class ReportSentBack(Fact, tag="ReportSentBack.v1", frozen=True, kw_only=True):
    reason: Code
    due_report: Moment
    calendar_version: Label | None = None
    provisional: bool = False
    counted: Period | None = None


class ReferralRedone(Fact, tag="ReferralRedone.v1", frozen=True, kw_only=True):
    """重办: a report, though it may be verified, does not stand; the unit handles the matter again."""

    reason: Code
    due_report: Moment
    calendar_version: Label
    provisional: bool
    counted: Period


class ReturnRequested(Fact, tag="ReturnRequested.v1", frozen=True, kw_only=True):
    ground: Code


class ReturnGranted(Fact, tag="ReturnGranted.v1", frozen=True, kw_only=True):
    """The unit is released. Where the matter goes next stands in the case, not here."""

    ground: Code


class ReturnRefused(Fact, tag="ReturnRefused.v1", frozen=True, kw_only=True):
    """The unit is designated: it may not ask again (Weifang 12345 Reg. art 22)."""

    ground: Code


class ExtensionRequested(Fact, tag="ExtensionRequested.v1", frozen=True, kw_only=True):
    reason: Code
    working_days: Days


class ExtensionGranted(Fact, tag="ExtensionGranted.v1", frozen=True, kw_only=True):
    """延期: DueRecomputed follows in the same commit and says until when."""

    reason: Code
    working_days: Days


class ExtensionRefused(Fact, tag="ExtensionRefused.v1", frozen=True, kw_only=True):
    reason: Code


class ReferralHeld(Fact, tag="ReferralHeld.v1", frozen=True, kw_only=True):
    """中止: a statutory ground stops the clock, an expert appraisal for one."""

    ground: Code


class ReferralResumed(Fact, tag="ReferralResumed.v1", frozen=True, kw_only=True):
    """恢复: DueRecomputed follows in the same commit. `working_days`: how many the referral was held."""

    working_days: Days


class DueRecomputed(Fact, tag="DueRecomputed.v1", frozen=True, kw_only=True):
    """A due date moved, and why; or a provisional one was confirmed by the year's calendar (`new` equals `old`)."""

    # sign or report
    awaited: Code
    old: Moment
    new: Moment
    # extension, hold, calendar_published
    cause: Code
    calendar_version: Label
    provisional: bool
    counted: Period
    # Until when the unit may ask to return it, when a hold moved that too.
    return_until: Moment | None = None


class ReferralRevoked(Fact, tag="ReferralRevoked.v1", frozen=True, kw_only=True):
    """撤回 by the issuing office. It does not count against the unit."""

    reason: Code


class ReferralTransferred(Fact, tag="ReferralTransferred.v1", frozen=True, kw_only=True):
    """再转: another referral stands in its place. Which unit that went to, this unit is not told."""

    to: Id


class ReferralTerminated(Fact, tag="ReferralTerminated.v1", frozen=True, kw_only=True):
    """终止办理 on the caller's written request (Weifang 12345 Reg. art 21). It does not count against the unit."""

    requested_on: date


class ReferralClosed(Fact, tag="ReferralClosed.v1", frozen=True, kw_only=True):
    pass


class LeadChanged(Fact, tag="LeadChanged.v1", frozen=True, kw_only=True):
    """On a co-unit's referral: another unit leads from here on, for the first one's referral was replaced."""

    lead: Id
    lead_unit: Token


class CoUnitNoted(Fact, tag="CoUnitNoted.v1", frozen=True, kw_only=True):
    """On the lead's referral: what the lead must know of one co-unit, and nothing more."""

    co: Id
    unit: Token
    # joined, reported, sent_back, released
    step: Code
    result: Code | None = None
    late: bool = False


class SignOverdue(Fact, tag="SignOverdue.v1", frozen=True, kw_only=True):
    due: Moment


class DueSoon(Fact, tag="DueSoon.v1", frozen=True, kw_only=True):
    """提醒: the due day is near and nothing is reported. Once for each due date; the notice of level 0 stands on it."""

    due: Moment
    # Whole working days that are left; 0 when the reminder itself came late.
    working_days: int
    calendar_version: Label


class ReferralOverdue(Fact, tag="ReferralOverdue.v1", frozen=True, kw_only=True):
    """A threshold after the due day was crossed, unsigned or unreported: `working_days` late, each threshold once."""

    due: Moment
    working_days: int
    threshold: Code
    calendar_version: Label


ReferralFact = (
    ReferralIssued
    | ReferralSigned
    | ProgressReported
    | FinalReported
    | ReportVerified
    | ReportSentBack
    | ReturnRequested
    | ReturnGranted
    | ReturnRefused
    | ReferralRedone
    | ExtensionRequested
    | ExtensionGranted
    | ExtensionRefused
    | ReferralHeld
    | ReferralResumed
    | DueRecomputed
    | ReferralRevoked
    | ReferralTransferred
    | ReferralTerminated
    | ReferralClosed
    | LeadChanged
    | CoUnitNoted
    | SignOverdue
    | DueSoon
    | ReferralOverdue
)
