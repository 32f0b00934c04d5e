"""The commands of a contact (来电登记). domain.md §4.3 A."""

from typing import Annotated

from msgspec import Meta

from events.case import Screen
from events.fact import Code, Id, Moment, Token
from services.command import Command, ShortText, Text

# As printed on the form, in one line; a query finds it by exactly these characters.
FormNumber = Annotated[
    str, Meta(pattern=r"\A[^\x00-\x1f\x7f*>]{1,40}\Z", description="编号, unique in its desk and year")
]
Phone = Annotated[str, Meta(pattern=r"\A[0-9+ ()-]{0,32}\Z")]
Age = Annotated[int, Meta(ge=0, le=120)]


class DraftContact(Command, frozen=True, kw_only=True):
    """Take a number and keep an unfinished form. Sent again by whoever goes on with it: the newest draft counts."""

    number: FormNumber
    desk: Token
    started: Moment
    channel: Code | None = None
    caller_role: Code | None = None
    contact_type: Code | None = None
    category: Code | None = None
    region: Code | None = None
    age_band: Code | None = None
    sex: Code | None = None
    urgency: Code | None = None
    # Personal fields: sealed on arrival.
    duty_officer: ShortText = ""
    caller_name: ShortText = ""
    caller_phone: Phone = ""
    child_name: ShortText = ""
    child_age: Age | None = None
    narrative: Text = ""
    opinion: Text = ""
    result: Text = ""
    remarks: Text = ""


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
    caller_phone: Phone = ""
    child_name: ShortText = ""
    child_age: Age | None = None
    narrative: Text
    opinion: Text
    result: Text = ""
    remarks: Text = ""
    # The unit that is complained of: nothing is ever sent there.
    suspect_unit: Token | None = None
    # Not accepted: the ground, and the right route that the caller was told of.
    ground: Code | None = None
    route: Code | None = None
    # Merged: the case in hand, when it is not the one of the caller's first contact.
    into: Id | None = None


class FinaliseContact(RegisterContact, frozen=True, kw_only=True):
    """Finalise a draft: the whole form once more, complete, with its primary disposition."""


class CorrectContact(Command, frozen=True, kw_only=True):
    """Correct one field of a finalised contact (更正). An empty value empties the field. The old value stays on record."""

    contact: Id
    field: Code
    value: Text
    reason: Code


class VoidContact(Command, frozen=True, kw_only=True):
    """Void a contact (作废): it no longer counts, and keeps its number. Not while case work depends on it."""

    contact: Id
    reason: Code


class LinkContact(Command, frozen=True, kw_only=True):
    """Join a finalised contact to a case: the same matter again, which opens nothing anew."""

    contact: Id
    case: Id


class UnlinkContact(Command, frozen=True, kw_only=True):
    """Take a contact from the case it was joined to. One that opened no case of its own goes to another: `into`."""

    contact: Id
    reason: Code
    into: Id | None = None


CONTACT_COMMANDS: tuple[type[Command], ...] = (
    DraftContact,
    RegisterContact,
    FinaliseContact,
    CorrectContact,
    VoidContact,
    LinkContact,
    UnlinkContact,
)
