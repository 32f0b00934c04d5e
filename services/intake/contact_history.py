"""What is on record of one contact, folded: its state, and what may follow. Pure. domain.md §4.3 A.

What is legal follows from the facts alone. Decisions stand in contact.py and corrections.py.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from events.contact import (
    ContactCorrected,
    ContactDrafted,
    ContactFact,
    ContactFinalised,
    ContactLinkedToCase,
    ContactRegistered,
    ContactUnlinkedFromCase,
    ContactVoided,
    ContentRecorded,
    OpinionRecorded,
    ResultRecorded,
)
from services.decision import DamagedHistory


class Contact(Struct, frozen=True, kw_only=True):
    """`registered` stands for the form as it was entered; `corrected` holds what its coded fields were changed to."""

    contact: str
    drafted: ContactDrafted | None = None
    registered: ContactRegistered | None = None
    # The parts that were written down, by the names of their facts.
    parts: tuple[str, ...] = ()
    finalised: ContactFinalised | None = None
    linked_to: str | None = None
    corrected: dict[str, str | None] = {}
    voided: bool = False

    @property
    def status(self) -> str:
        if self.voided:
            return "void"
        return "finalised" if self.finalised else "draft"

    def value(self, field: str) -> str | None:
        """What a coded field says now."""
        if field in self.corrected:
            return self.corrected[field]
        for fact in (self.registered, self.finalised):
            if fact is not None and field in fact.__struct_fields__:
                found = getattr(fact, field)
                return None if found is None else str(found)
        return None


def evolve(state: Contact | None, fact: ContactFact, contact: str) -> Contact:
    """Apply one recorded fact. History is never refused: a fact that does not fit means damage."""
    change = msgspec.structs.replace
    part = type(fact).__name__
    match state, fact:
        case None, ContactRegistered():
            return Contact(contact=contact, registered=fact)
        case None, ContactDrafted():
            return Contact(contact=contact, drafted=fact)
        case Contact(registered=None, voided=False, drafted=ContactDrafted(number=number, desk=desk)), (
            ContactDrafted() | ContactRegistered()
        ) if (fact.number, fact.desk) == (number, desk):
            return change(state, drafted=fact) if isinstance(fact, ContactDrafted) else change(state, registered=fact)
        case Contact(registered=ContactRegistered(), finalised=None, parts=parts), (
            ContentRecorded() | OpinionRecorded() | ResultRecorded()
        ) if part not in parts:
            return change(state, parts=(*parts, part))
        case Contact(finalised=None, parts=parts), ContactFinalised() if {"ContentRecorded", "OpinionRecorded"} <= {
            *parts
        }:
            return change(state, finalised=fact)
        case Contact(finalised=ContactFinalised(), voided=False, linked_to=None), ContactLinkedToCase(case=linked):
            return change(state, linked_to=linked)
        case Contact(voided=False, linked_to=str() as linked), ContactUnlinkedFromCase(case=left) if left == linked:
            return change(state, linked_to=None)
        case Contact(finalised=ContactFinalised(), voided=False), ContactCorrected(field=field, new=new):
            return change(state, corrected={**state.corrected, field: new})
        case Contact(voided=False, linked_to=None), ContactVoided() if state.finalised or state.registered is None:
            return change(state, voided=True)
        case _:
            raise DamagedHistory(f"{part} cannot follow in contact {contact}")


def fold(contact: str, facts: Iterable[ContactFact]) -> Contact | None:
    state: Contact | None = None
    for fact in facts:
        state = evolve(state, fact, contact)
    return state
