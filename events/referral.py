"""Facts of one referral (转办单) to one unit. domain.md §4.3 C.

Partners read these bytes as they were committed. They are built from a disclosure profile and hold no name,
phone number, address, school, story or case id: every field is a code, a number, a date or an official's post.
"""

from datetime import date

from events.fact import Code, Fact, Label, Moment, Token


class Duty(Fact, frozen=True, kw_only=True):
    """The three responsibilities (三项责任制): posts, not people."""

    leader: Label
    department: Label
    post: Label


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


class ProgressReported(Fact, tag="ProgressReported.v1", frozen=True, kw_only=True):
    measures: tuple[Code, ...]


class FinalReported(Fact, tag="FinalReported.v1", frozen=True, kw_only=True):
    result: Code
    measures: tuple[Code, ...]
    handled_on: date
    replied_to_caller_on: date | None = None
    late: bool
    # Whole working days after the due day; 0 when in time.
    late_working_days: int = 0


class ReportVerified(Fact, tag="ReportVerified.v1", frozen=True, kw_only=True):
    result: Code


class ReportSentBack(Fact, tag="ReportSentBack.v1", frozen=True, kw_only=True):
    reason: Code
    due_report: Moment
    calendar_version: Label | None = None
    provisional: bool = False


class ReturnRequested(Fact, tag="ReturnRequested.v1", frozen=True, kw_only=True):
    ground: Code


class ReturnGranted(Fact, tag="ReturnGranted.v1", frozen=True, kw_only=True):
    """The unit is released. Where the matter goes next stands in the case, not here."""

    ground: Code


class ReturnRefused(Fact, tag="ReturnRefused.v1", frozen=True, kw_only=True):
    """The unit is designated: it may not ask again (Weifang 12345 Reg. art 22)."""

    ground: Code


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
    | SignOverdue
    | DueSoon
    | ReferralOverdue
)
