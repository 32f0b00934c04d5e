"""What of a contact and a case is sealed, and the plain form that is made of it again."""

import msgspec

from events.contact import ContactRegistered
from services.command import Command
from services.intake import case as cases
from services.intake.commands import OverrideMandatoryReport, RecordCoordination, RecordInstruction, ReopenCase
from services.intake.vault import Vault
from services.ledger import History


def plain_fields(vault: Vault, entry: History) -> dict[str, str]:
    """The personal fields of a contact as they stand: corrections in place, what only a draft held left out.

    Raises Unreadable.
    """
    plain: dict[str, str] = {}
    for stored in entry.commits:
        if any(isinstance(fact, ContactRegistered) for fact in stored.commit.facts):
            plain = {}
        if stored.commit.sealed is not None:
            plain |= vault.unseal(stored.commit.id, stored.commit.sealed)
    return {name: text for name, text in plain.items() if text}


def contact_of(history: History) -> str:
    """A case shares the key of the contact that opened it."""
    state = cases.fold(history.facts)
    assert state is not None  # nothing personal is sealed before the case is open
    return state.opened.contact


def personal(command: Command) -> dict[str, str]:
    match command:
        case ReopenCase(new_facts=text) if text:
            return {"new_facts": text}
        case OverrideMandatoryReport(explanation=text) if text:
            return {"explanation": text}
        case RecordInstruction(instruction=text) if text:
            return {"instruction": text}
        case RecordCoordination(coordination=text) if text:
            return {"coordination": text}
        case _:
            return {}


def form_facts(*histories: History) -> list[dict[str, object]]:
    return [
        {"occurred": stored.commit.occurred, "actor": stored.commit.actor.principal}
        | {"fact": msgspec.to_builtins(fact)}
        for history in histories
        for stored in history.commits
        for fact in stored.commit.facts
    ]
