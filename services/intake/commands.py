"""The commands of intake: contacts and cases. domain.md §4.3 A, B."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.case import Screen
from events.contact import Number
from events.fact import Code, Id, Label, Moment, Token
from services.command import Command, ShortText, Text

# As printed on the form, in one line; a query finds it by exactly these characters.
FormNumber = Annotated[
    str, Meta(pattern=r"\A[^\x00-\x1f\x7f*>]{1,40}\Z", description="编号, unique in its desk and year")
]


class RegisterContact(Command, frozen=True, kw_only=True):
    """Enter one contact, complete as on the paper form (登记表), with its primary disposition."""

    number: FormNumber
    desk: Token
    channel: Code
    started: Moment
    ended: Moment | None = None
    caller_role: Code
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    sex: Code
    urgency: Code
    screen: Screen
    disposition: Code
    unit: Token | None = None
    heard_from: Code | None = None
    confidentiality: Code | None = None
    # Personal fields: sealed on arrival.
    duty_officer: ShortText = ""
    caller_name: ShortText = ""
    caller_phone: Annotated[str, Meta(pattern=r"\A[0-9+ ()-]{0,32}\Z")] = ""
    child_name: ShortText = ""
    child_age: Annotated[int, Meta(ge=0, le=120)] | None = None
    narrative: Text
    opinion: Text
    result: Text = ""
    remarks: Text = ""


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


class MakeMandatoryReport(Command, frozen=True, kw_only=True):
    """Record that the report to the police was made (强制报告)."""

    case: Id
    to: Token
    method: Code
    made: Moment
    police_ref: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z-]{1,40}\Z")]


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


class RecordCallback(Command, frozen=True, kw_only=True):
    """Record a callback (回访); the three answers are needed when the caller was reached."""

    case: Id
    reached: bool
    answered: bool | None = None
    solved: bool | None = None
    satisfied: bool | None = None


class CloseCase(Command, frozen=True, kw_only=True):
    """Close the case with a closure code."""

    case: Id
    code: Code


class NoteReferralOutcome(Command, frozen=True, kw_only=True):
    """Note on the case what came of a referral. Sent by intake itself, as a reaction."""

    case: Id
    referral: Id
    outcome: Code
    result: Code | None = None


class ViewRegistration(Command, frozen=True, kw_only=True):
    """Be shown the plain registration form. The view is recorded before the form is shown."""

    case: Id
    purpose: Code


COMMANDS: dict[str, type[Command]] = {
    command.__name__: command
    for command in (
        RegisterContact,
        OpenCase,
        MakeMandatoryReport,
        RecordInstruction,
        RequestReferral,
        RecordCoordination,
        RecordOutcome,
        RecordCallback,
        CloseCase,
        NoteReferralOutcome,
        ViewRegistration,
    )
}
# Named in domain.md §4.3 and not on the road yet: refused by name, so that a sender knows it is not a spelling mistake.
LATER = frozenset(
    {"CorrectContact", "VoidContact", "AssignOfficer", "LinkCases", "UnlinkCases", "ReopenCase", "ArchiveCase"}
    | {"RecordConsent", "WithdrawConsent", "RegisterSubject", "SealCase", "AcknowledgeMandatoryReport"}
)
