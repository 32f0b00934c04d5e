"""The life of one contact: nothing -> finalised. Pure: no clock, no I/O, no new ids. domain.md §4.3 A."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from events.codes import code_list
from events.commit import derive_id
from events.contact import (
    ContactFact,
    ContactFinalised,
    ContactLinkedToCase,
    ContactRegistered,
    ContentRecorded,
    OpinionRecorded,
    ResultRecorded,
)
from services.decision import Already, DamagedHistory, Env, Refused, first_refusal, unknown_code
from services.intake.commands import RegisterContact
from services.intake.screen import grounds

# A clock may run a little ahead of ours; beyond that a start in the future is a typing mistake.
AHEAD_MAX = timedelta(minutes=5)
NON_SUBSTANTIVE = "H1"
MERGED = "G1"
REFERRED = "B1"
# These end the matter at the desk, which a matter for the police never is.
ENDS_AT_THE_DESK = ("answered", "not_accepted", "informed", "non_substantive")
PERSONAL = (
    "duty_officer",
    "caller_name",
    "caller_phone",
    "child_name",
    "child_age",
    "narrative",
    "opinion",
    "result",
    "remarks",
)


class Contact(Struct, frozen=True, kw_only=True):
    contact: str
    registered: ContactRegistered
    finalised: ContactFinalised | None = None
    linked_to: str | None = None


def contact_id(desk: str, number: str) -> str:
    """The id of the contact with this number at this desk: the number is unique, so is the id."""
    return derive_id("contact", desk, number)


def personal(command: RegisterContact) -> dict[str, str]:
    """The fields to seal: who called, about whom, and every word that was typed freely."""
    values = {name: getattr(command, name) for name in PERSONAL}
    return {name: str(value) for name, value in values.items() if value not in ("", None)}


def canonical(command: RegisterContact) -> str:
    """The entry without its command id: the same entry gives the same text."""
    return msgspec.json.encode(
        msgspec.structs.replace(command, command_id="0", occurred=None, seen=None), order="deterministic"
    ).decode()


def decide(
    command: RegisterContact, state: Contact | None, env: Env, earlier: str | None, earlier_case: str | None
) -> list[ContactFact] | Already | Refused:
    """Register and finalise one entry of the form.

    `earlier`: the first contact of the same phone number, if any; `earlier_case`: the case that it opened.
    """
    entry_digest = env.keyed_digest(canonical(command))
    if state is not None:
        same = state.registered.entry_digest == entry_digest
        return Already() if same else Refused("contact.number_taken", "number")
    refusal = _codes(command) or _sense(command, env, earlier_case)
    if refusal is not None:
        return refusal
    facts: list[ContactFact] = [
        ContactRegistered(
            number=command.number,
            desk=command.desk,
            channel=command.channel,
            started=command.started,
            ended=command.ended,
            caller_role=command.caller_role,
            contact_type=command.contact_type,
            category=command.category,
            region=command.region,
            age_band=command.age_band,
            sex=command.sex,
            urgency=command.urgency,
            heard_from=command.heard_from,
            confidentiality=command.confidentiality,
            entry_digest=entry_digest,
            repeat_of=earlier,
        ),
        ContentRecorded(characters=len(command.narrative)),
        OpinionRecorded(unit=command.unit),
    ]
    if command.result:
        facts.append(ResultRecorded(characters=len(command.result)))
    facts.append(ContactFinalised(primary_disposition=command.disposition, screen=command.screen, unit=command.unit))
    if command.disposition == MERGED and earlier_case:
        facts.append(ContactLinkedToCase(case=earlier_case, relation="same_matter"))
    return facts


def evolve(state: Contact | None, fact: ContactFact, contact: str) -> Contact:
    """Apply one recorded fact. History is never refused: a fact that does not fit means damage."""
    match state, fact:
        case None, ContactRegistered():
            return Contact(contact=contact, registered=fact)
        case Contact(finalised=None), ContentRecorded() | OpinionRecorded() | ResultRecorded():
            return state
        case Contact(finalised=None), ContactFinalised():
            return msgspec.structs.replace(state, finalised=fact)
        case Contact(finalised=ContactFinalised()), ContactLinkedToCase(case=linked):
            return msgspec.structs.replace(state, linked_to=linked)
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in contact {contact}")


def fold(contact: str, facts: Iterable[ContactFact]) -> Contact | None:
    state: Contact | None = None
    for fact in facts:
        state = evolve(state, fact, contact)
    return state


def _codes(command: RegisterContact) -> Refused | None:
    return first_refusal(
        unknown_code("channel", command.channel, "channel"),
        unknown_code("caller_role", command.caller_role, "caller_role"),
        unknown_code("contact_type", command.contact_type, "contact_type"),
        unknown_code("category", command.category, "category"),
        unknown_code("region", command.region, "region"),
        unknown_code("age_band", command.age_band, "age_band"),
        unknown_code("sex", command.sex, "sex"),
        unknown_code("urgency", command.urgency, "urgency"),
        unknown_code("disposition", command.disposition, "disposition"),
        unknown_code("heard_from", command.heard_from, "heard_from"),
        unknown_code("confidentiality", command.confidentiality, "confidentiality"),
    )


def _sense(command: RegisterContact, env: Env, earlier_case: str | None) -> Refused | None:
    substantive = command.disposition != NON_SUBSTANTIVE
    if command.started > env.now + AHEAD_MAX:
        return Refused("contact.in_the_future", "started")
    if command.ended is not None and _before(command.ended, command.started):
        return Refused("contact.ends_before_it_starts", "ended")
    if substantive and not command.narrative:
        return Refused("contact.content_missing", "narrative")
    if substantive and not command.opinion:
        return Refused("contact.opinion_missing", "opinion")
    if not substantive and (command.caller_name or command.caller_phone or command.child_name):
        return Refused("contact.personal_data_in_non_substantive", "caller_name")
    if command.disposition == REFERRED and command.unit is None:
        return Refused("contact.unit_missing", "unit")
    if command.unit is not None and command.unit not in env.units:
        return Refused("unit.unknown", "unit")
    if command.disposition == MERGED and earlier_case is None:
        return Refused("contact.nothing_to_merge_into", "disposition")
    ends = any(_group(command.disposition) == group for group in ENDS_AT_THE_DESK)
    if ends and grounds(command.screen, command.urgency):
        return Refused("contact.mandatory_report_open", "disposition")
    return None


def _group(disposition: str) -> str:
    entry = code_list("disposition").get(disposition)
    return entry.group or "" if entry else ""


def _before(ended: datetime, started: datetime) -> bool:
    return ended.tzinfo is None or ended < started
