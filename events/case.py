"""Facts of one case (个案), from triage to closure. domain.md §4.3 B."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token

Screen = Annotated[str, Meta(pattern=r"\A[ynu]{9}\Z", description="the nine answers, in order: y, n, u")]


class CaseOpened(Fact, tag="CaseOpened.v1", frozen=True, kw_only=True):
    contact: Id
    number: str
    desk: Token
    channel: Code
    started: Moment
    # What the caller asked for: `no_callback` forbids the callback, and the case is closed without one.
    confidentiality: Code | None = None


class CaseTriaged(Fact, tag="CaseTriaged.v1", frozen=True, kw_only=True):
    """研判: `unknown` on a danger that is going on counts as yes (domain.md §5)."""

    screen: Screen
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    sex: Code
    urgency: Code


class MandatoryReportRequired(Fact, tag="MandatoryReportRequired.v1", frozen=True, kw_only=True):
    """强制报告: at least one of the nine situations. `grounds` are their numbers, 1-9."""

    grounds: tuple[int, ...]
    due: Moment


class MandatoryReportMade(Fact, tag="MandatoryReportMade.v1", frozen=True, kw_only=True):
    to: Token
    method: Code
    made: Moment
    police_ref: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z-]{1,40}\Z")]


class CaseAnswered(Fact, tag="CaseAnswered.v1", frozen=True, kw_only=True):
    disposition: Code


class CaseNotAccepted(Fact, tag="CaseNotAccepted.v1", frozen=True, kw_only=True):
    ground: Code


class CaseAccepted(Fact, tag="CaseAccepted.v1", frozen=True, kw_only=True):
    disposition: Code


class LeaderInstructionRecorded(Fact, tag="LeaderInstructionRecorded.v1", frozen=True, kw_only=True):
    """领导批示; its words are sealed under `instruction`."""

    instruction_no: Label
    post: Label


class ReferralRequested(Fact, tag="ReferralRequested.v1", frozen=True, kw_only=True):
    """The case asks for a referral. Only this side knows which case a referral belongs to."""

    referral: Id
    unit: Token
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    urgency: Code
    asks: tuple[Code, ...]
    # The referral that this one replaces: it was returned, or is transferred on by this.
    replaces: Id | None = None
    # A co-unit's: the referral of the unit that leads.
    lead: Id | None = None


class ReferralOutcomeNoted(Fact, tag="ReferralOutcomeNoted.v1", frozen=True, kw_only=True):
    """What came of a referral: issued, return_granted, verified. `result` is the verified report's code."""

    referral: Id
    outcome: Code
    result: Code | None = None


class CoordinationRecorded(Fact, tag="CoordinationRecorded.v1", frozen=True, kw_only=True):
    """直接协调 with several units at one table; its words are sealed under `coordination`."""

    units: tuple[Token, ...]
    measures: tuple[Code, ...]


class OutcomeRecorded(Fact, tag="OutcomeRecorded.v1", frozen=True, kw_only=True):
    """A result in the child's life: a benefit (whole yuan a month), back at school …"""

    outcome: Code
    monthly_yuan: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    starts_on: date | None = None
    review_on: date | None = None


class CallbackAttempted(Fact, tag="CallbackAttempted.v1", frozen=True, kw_only=True):
    reached: bool
    # The day of the attempt in China: misses on three different working days close the case (domain.md §4.3 B).
    on: date


class CallbackCompleted(Fact, tag="CallbackCompleted.v1", frozen=True, kw_only=True):
    answered: bool
    solved: bool
    satisfied: bool


class CaseClosed(Fact, tag="CaseClosed.v1", frozen=True, kw_only=True):
    code: Code


class RegistrationViewed(Fact, tag="RegistrationViewed.v1", frozen=True, kw_only=True):
    """Someone was shown the plain registration form. Recorded before it is shown (domain.md §5)."""

    purpose: Code
    fields: tuple[str, ...]


CaseFact = (
    CaseOpened
    | CaseTriaged
    | MandatoryReportRequired
    | MandatoryReportMade
    | CaseAnswered
    | CaseNotAccepted
    | CaseAccepted
    | LeaderInstructionRecorded
    | ReferralRequested
    | ReferralOutcomeNoted
    | CoordinationRecorded
    | OutcomeRecorded
    | CallbackAttempted
    | CallbackCompleted
    | CaseClosed
    | RegistrationViewed
)
