"""The commands of intake: contacts and cases. domain.md §4.3 A, B."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.case import PoliceRef, Screen
from events.contact import Number
from events.fact import Code, Id, Label, Moment, Token
from services.command import Command, Text
from services.intake.contact_commands import (
    CONTACT_COMMANDS,
    CorrectContact,
    DraftContact,
    FinaliseContact,
    LinkContact,
    RegisterContact,
    UnlinkContact,
    VoidContact,
)

__all__ = [
    "COMMANDS",
    "LATER",
    "CorrectContact",
    "DraftContact",
    "FinaliseContact",
    "LinkContact",
    "RegisterContact",
    "UnlinkContact",
    "VoidContact",
]


class OpenCase(Command, frozen=True, kw_only=True):
    """Open the case of a finalised contact. Sent by intake itself, as the reaction to ContactFinalised."""

    contact: Id
    number: Number
    desk: Token
    channel: Code
    started: Moment
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    sex: Code
    urgency: Code
    screen: Screen
    disposition: Code
    unit: Token | None = None
    confidentiality: Code | None = None
    suspect_unit: Token | None = None
    ground: Code | None = None
    route: Code | None = None


class NoteCorrection(Command, frozen=True, kw_only=True):
    """Bring a correction of the contact to its case. Sent by intake itself, as the reaction to ContactCorrected."""

    case: Id
    field: Code
    new: Token | None = None


class MakeMandatoryReport(Command, frozen=True, kw_only=True):
    """Record that the report to the police was made (强制报告)."""

    case: Id
    to: Token
    method: Code
    made: Moment
    police_ref: PoliceRef


class AcknowledgeMandatoryReport(Command, frozen=True, kw_only=True):
    """Record that the police confirmed the report. `by`: their unit; `receipt`: their number for it, if given."""

    case: Id
    by: Token
    acknowledged: Moment
    receipt: PoliceRef | None = None


class OverrideMandatoryReport(Command, frozen=True, kw_only=True):
    """Begin work before the report, in an emergency. Names the post that answers for it; the report stays due."""

    case: Id
    post: Label
    reason: Code
    explanation: Text


class AnswerCase(Command, frozen=True, kw_only=True):
    """Answer an accepted case at the desk (电话解答、心理疏导、告知其他途径): nobody else has to act on it."""

    case: Id
    disposition: Code


class RefuseAcceptance(Command, frozen=True, kw_only=True):
    """Do not accept the case (不予受理): the ground, the right route, and when the caller was told."""

    case: Id
    ground: Code
    route: Code
    told: Moment


class AssignOfficer(Command, frozen=True, kw_only=True):
    """Assign the case to an officer (经办人): a coordinator or duty officer of the directory."""

    case: Id
    officer: Token


class RecordInstruction(Command, frozen=True, kw_only=True):
    """Record a leader's instruction (领导批示) on the case."""

    case: Id
    instruction_no: Label
    post: Label
    instruction: Text


class RequestReferral(Command, frozen=True, kw_only=True):
    """Ask for a referral of the case to a unit; the referral service issues it, and one to each co-unit that assists it."""

    case: Id
    unit: Token
    asks: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=8)] = ("verify_facts", "handle", "report_back")
    # 协办单位, and what is asked of them when it is not the same; `unit` leads (首接负责制).
    co_units: Annotated[tuple[Token, ...], Meta(max_length=8)] = ()
    co_asks: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=8)] | None = None
    replaces: Id | None = None


class RecordCoordination(Command, frozen=True, kw_only=True):
    """Record direct coordination (直接协调) with several units."""

    case: Id
    units: Annotated[tuple[Token, ...], Meta(min_length=1, max_length=20)]
    measures: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    coordination: Text = ""


class RecordOutcome(Command, frozen=True, kw_only=True):
    """Record what came of it for the child: a monthly benefit, back at school …"""

    case: Id
    outcome: Code
    monthly_yuan: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    starts_on: date | None = None
    review_on: date | None = None


class ReviewOutcome(Command, frozen=True, kw_only=True):
    """Record whether an outcome still holds (复核). What does not hold takes a closed case back to work."""

    case: Id
    outcome: Code
    holds: bool
    next_review_on: date | None = None


class RecordCallback(Command, frozen=True, kw_only=True):
    """Record a callback (回访); the three answers are needed when the caller was reached."""

    case: Id
    reached: bool
    answered: bool | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    # False when the caller is neither helped nor content, and nothing is found that could be done better.
    founded: bool | None = None


class CloseCase(Command, frozen=True, kw_only=True):
    """Close the case with a closure code."""

    case: Id
    code: Code


class ReopenCase(Command, frozen=True, kw_only=True):
    """Reopen a case that had ended: new facts, or an order of supervision. The same facts again are only linked."""

    case: Id
    reason: Code
    new_facts: Text = ""
    # The contact that brought the new facts; the post that ordered it.
    contact: Id | None = None
    post: Label | None = None


class ArchiveCase(Command, frozen=True, kw_only=True):
    """Archive a case (归档) after the window in which the caller can come back on it."""

    case: Id


class LinkCases(Command, frozen=True, kw_only=True):
    """Relate two cases: same_matter, same_child, sibling, cluster. It stands on both."""

    case: Id
    other: Id
    relation: Code


class UnlinkCases(Command, frozen=True, kw_only=True):
    """Take a relation of two cases away, on both."""

    case: Id
    other: Id
    relation: Code


class NoteCaseLink(Command, frozen=True, kw_only=True):
    """Put a relation, or its end, on the other case too. Sent by intake itself, as a reaction."""

    case: Id
    other: Id
    relation: Code
    linked: bool


class RecordConsent(Command, frozen=True, kw_only=True):
    """Record a consent (同意): by whom as a role, to which units and purposes, on which basis."""

    case: Id
    by: Code
    basis: Code
    units: Annotated[tuple[Token, ...], Meta(max_length=20)] = ()
    purposes: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    expires_on: date | None = None


class WithdrawConsent(Command, frozen=True, kw_only=True):
    """Withdraw a consent. Nothing is passed on by it from then on."""

    case: Id
    by: Code


class NoteReferralOutcome(Command, frozen=True, kw_only=True):
    """Note on the case what came of a referral. Sent by intake itself, as a reaction."""

    case: Id
    referral: Id
    outcome: Code
    result: Code | None = None


class ViewRegistration(Command, frozen=True, kw_only=True):
    """Be shown the plain registration form. The view is recorded before the form is shown.

    `as_of`: the position of the ledger to show it as of; None: as it stands.
    """

    case: Id
    purpose: Code
    as_of: Annotated[int, Meta(ge=0)] | None = None


_ALL: tuple[type[Command], ...] = (
    *CONTACT_COMMANDS,
    OpenCase,
    NoteCorrection,
    MakeMandatoryReport,
    AcknowledgeMandatoryReport,
    OverrideMandatoryReport,
    AnswerCase,
    RefuseAcceptance,
    AssignOfficer,
    RecordInstruction,
    RequestReferral,
    NoteReferralOutcome,
    RecordCoordination,
    RecordOutcome,
    ReviewOutcome,
    RecordCallback,
    CloseCase,
    ReopenCase,
    ArchiveCase,
    LinkCases,
    UnlinkCases,
    NoteCaseLink,
    RecordConsent,
    WithdrawConsent,
    ViewRegistration,
)
COMMANDS: dict[str, type[Command]] = {command.__name__: command for command in _ALL}
# Named in domain.md §4.3 and not on the road yet: refused by name, so that a sender knows it is not a spelling mistake.
LATER = frozenset({"RegisterSubject", "SealCase"})
