"""What the demo's data files hold: what people call about, and how the contacts that do not end on the phone go on."""

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "on_time", "late_report", "never_reported", "returned_granted", "return_refused", "sent_back", "unsigned_overdue"
]


class Story(Struct, frozen=True, kw_only=True):
    """How one referral goes. `days_late`: calendar days after the due day; `satisfied`: what the callback hears."""

    kind: Kind
    result: str = "solved"
    measures: tuple[str, ...] = ("verified_facts", "replied_to_caller")
    days_late: int = 0
    new_unit: str | None = None
    satisfied: bool = True
    closure: str | None = "resolved"


class Outcome(Struct, frozen=True, kw_only=True):
    code: str
    monthly_yuan: int | None = None


class Coordination(Struct, frozen=True, kw_only=True):
    """How one contact is coordinated: `days` after it came in, around one table. `instruction` is the leader's."""

    units: tuple[str, ...]
    measures: tuple[str, ...]
    words: str
    days: int
    outcomes: tuple[Outcome, ...]
    instruction: str = ""
    instruction_no: str = ""
    satisfied: bool = True
    closure: str | None = "resolved"


class Matter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of matters.toml: what many people call about."""

    category: str
    type: str
    roles: tuple[str, ...]
    ages: tuple[int, int]
    urgency: str
    times: int
    narrative: str
    opinion: str
    result: str
    disposition: str = "A1"
    months: tuple[int, ...] = ()


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of referred.toml or coordinated.toml: a contact written out, and what follows from it."""

    started: str
    region: str
    channel: str
    role: str
    sex: str
    type: str
    category: str
    urgency: str
    narrative: str
    opinion: str
    age: int | None = None
    minutes: int = 12
    key: str = ""
    caller: str = ""
    child: str = ""
    screen: str = "否否否否否否否否否"
    confidentiality: str = "none"
    disposition: str = "A1"
    result: str = ""
    remarks: str = ""
    # A referral's story
    unit: str = ""
    kind: Kind | None = None
    outcome: str = "solved"
    days_late: int = 0
    new_unit: str | None = None
    # A coordination
    units: tuple[str, ...] = ()
    words: str = ""
    days: int = 0
    outcomes: tuple[Outcome, ...] = ()
    instruction: str = ""
    instruction_no: str = ""
    # Both
    measures: tuple[str, ...] = ()
    satisfied: bool = True
    closure: str | None = "resolved"


class Again(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The repeat caller's second call, about the contact with key `repeat`."""

    started: str
    type: str
    urgency: str
    narrative: str
    opinion: str
    result: str


class Matters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    matter: tuple[Matter, ...]


class Contacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    contact: tuple[Contact, ...]
    repeat: Again | None = None


def story_of(contact: Contact) -> Story:
    """How the referral of a referred contact goes."""
    assert contact.kind is not None
    return Story(
        kind=contact.kind,
        result=contact.outcome,
        measures=contact.measures or ("verified_facts", "replied_to_caller"),
        days_late=contact.days_late,
        new_unit=contact.new_unit,
        satisfied=contact.satisfied,
        closure=contact.closure,
    )


def coordination_of(contact: Contact) -> Coordination:
    """How a coordinated contact is coordinated."""
    return Coordination(
        units=contact.units,
        measures=contact.measures,
        words=contact.words,
        days=contact.days,
        outcomes=contact.outcomes,
        instruction=contact.instruction,
        instruction_no=contact.instruction_no,
        satisfied=contact.satisfied,
        closure=contact.closure,
    )
