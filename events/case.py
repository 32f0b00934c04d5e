"""Facts of one case (个案), from triage to closure. domain.md §4.3 B."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token

PoliceRef = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z-]{1,40}\Z", description="受案登记号 or call number")]
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
    # The unit that is complained of: it is never a recipient (domain.md §4.3 B, Jinan 32).
    suspect_unit: Token | None = None


class TriageCorrected(Fact, tag="TriageCorrected.v1", frozen=True, kw_only=True):
    """The entry was corrected in a field that the case was triaged by. No `new`: the field was emptied."""

    field: Code
    new: Token | None = None


class MandatoryReportRequired(Fact, tag="MandatoryReportRequired.v1", frozen=True, kw_only=True):
    """强制报告: at least one of the nine situations. `grounds` are their numbers, 1-9."""

    grounds: tuple[int, ...]
    due: Moment


class MandatoryReportMade(Fact, tag="MandatoryReportMade.v1", frozen=True, kw_only=True):
    to: Token
    method: Code
    made: Moment
    police_ref: PoliceRef


class MandatoryReportAcknowledged(Fact, tag="MandatoryReportAcknowledged.v1", frozen=True, kw_only=True):
    """The police confirmed that they have the report. A case is not closed before."""

    by: Token
    acknowledged: Moment
    receipt: PoliceRef | None = None


class MandatoryReportOverridden(Fact, tag="MandatoryReportOverridden.v1", frozen=True, kw_only=True):
    """In an emergency work began before the report. It stays due, and the case cannot be closed without it.

    `post` answers for it; the explanation is sealed under `explanation` (domain.md §4.3 B, invariants).
    """

    post: Label
    reason: Code


class CaseAnswered(Fact, tag="CaseAnswered.v1", frozen=True, kw_only=True):
    disposition: Code
    # Until then the caller can still come back on it; the case is archived after.
    appeal_until: Moment | None = None


class CaseNotAccepted(Fact, tag="CaseNotAccepted.v1", frozen=True, kw_only=True):
    """不予受理: why, where the caller was sent instead, and when that was said."""

    ground: Code
    route: Code | None = None
    told: Moment | None = None
    appeal_until: Moment | None = None


class CaseAccepted(Fact, tag="CaseAccepted.v1", frozen=True, kw_only=True):
    disposition: Code


class AssignedToOfficer(Fact, tag="AssignedToOfficer.v1", frozen=True, kw_only=True):
    """Who looks after the case while no unit holds it: a principal of the directory."""

    officer: Token


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
    """What came of a referral, a code of list referral_outcome. `result` is the verified report's code."""

    referral: Id
    outcome: Code
    result: Code | None = None
    # Set when nothing is left to be done but to call back.
    callback_due: Moment | None = None
    # That day reaches into a year whose calendar is not published yet.
    provisional: bool = False


class CoordinationRecorded(Fact, tag="CoordinationRecorded.v1", frozen=True, kw_only=True):
    """直接协调 with several units at one table; its words are sealed under `coordination`."""

    units: tuple[Token, ...]
    measures: tuple[Code, ...]
    callback_due: Moment | None = None
    # That day reaches into a year whose calendar is not published yet.
    provisional: bool = False


class OutcomeRecorded(Fact, tag="OutcomeRecorded.v1", frozen=True, kw_only=True):
    """A result in the child's life: a benefit (whole yuan a month), back at school …"""

    outcome: Code
    monthly_yuan: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    starts_on: date | None = None
    review_on: date | None = None


class OutcomeReviewed(Fact, tag="OutcomeReviewed.v1", frozen=True, kw_only=True):
    """Whether an outcome still holds: the benefit is paid, the child is still at school."""

    outcome: Code
    holds: bool
    reviewed_on: date
    next_review_on: date | None = None


class CallbackAttempted(Fact, tag="CallbackAttempted.v1", frozen=True, kw_only=True):
    reached: bool
    # The day of the attempt in China: misses on three different working days close the case (domain.md §4.3 B).
    on: date


class CallbackCompleted(Fact, tag="CallbackCompleted.v1", frozen=True, kw_only=True):
    answered: bool
    solved: bool
    satisfied: bool
    # False: neither solved nor satisfied, and found to be without ground; only a founded complaint goes back to work.
    founded: bool | None = None


class CaseClosed(Fact, tag="CaseClosed.v1", frozen=True, kw_only=True):
    code: Code
    appeal_until: Moment | None = None


class CaseReopened(Fact, tag="CaseReopened.v1", frozen=True, kw_only=True):
    """重启: new facts (sealed under `new_facts`), an order of supervision, or something that came to light."""

    reason: Code
    # The contact that brought the new facts, and the post that ordered it.
    contact: Id | None = None
    post: Label | None = None


class CaseArchived(Fact, tag="CaseArchived.v1", frozen=True, kw_only=True):
    """归档, after the appeal window. Relations and views may follow; work may not."""


class CasesLinked(Fact, tag="CasesLinked.v1", frozen=True, kw_only=True):
    """关联: a relation, never a state. It stands on both cases."""

    other: Id
    relation: Code


class CasesUnlinked(Fact, tag="CasesUnlinked.v1", frozen=True, kw_only=True):
    other: Id
    relation: Code


class ConsentRecorded(Fact, tag="ConsentRecorded.v1", frozen=True, kw_only=True):
    """Who agreed to what being passed on, as role codes: no name. A later consent of the same role replaces it."""

    by: Code
    basis: Code
    units: tuple[Token, ...] = ()
    purposes: tuple[Code, ...] = ()
    expires_on: date | None = None


class ConsentWithdrawn(Fact, tag="ConsentWithdrawn.v1", frozen=True, kw_only=True):
    by: Code


class RegistrationViewed(Fact, tag="RegistrationViewed.v1", frozen=True, kw_only=True, omit_defaults=True):
    """Someone was shown the plain registration form. Recorded before it is shown (domain.md §5)."""

    purpose: Code
    fields: tuple[str, ...]
    # The position of the ledger that the form was shown as of; absent: as it stood when it was shown.
    as_of: Annotated[int, Meta(ge=1)] | None = None


CaseFact = (
    CaseOpened
    | CaseTriaged
    | TriageCorrected
    | MandatoryReportRequired
    | MandatoryReportMade
    | MandatoryReportAcknowledged
    | MandatoryReportOverridden
    | CaseAnswered
    | CaseNotAccepted
    | CaseAccepted
    | AssignedToOfficer
    | LeaderInstructionRecorded
    | ReferralRequested
    | ReferralOutcomeNoted
    | CoordinationRecorded
    | OutcomeRecorded
    | OutcomeReviewed
    | CallbackAttempted
    | CallbackCompleted
    | CaseClosed
    | CaseReopened
    | CaseArchived
    | CasesLinked
    | CasesUnlinked
    | ConsentRecorded
    | ConsentWithdrawn
    | RegistrationViewed
)
