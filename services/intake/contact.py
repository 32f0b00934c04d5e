"""The life of one contact: nothing -> finalised. Pure: no clock, no I/O, no new ids. domain.md §4.3 A."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from events.calendar import CHINA
from events.codes import code_list
from events.commit import Actor, derive_id
from events.contact import (
    ContactFact,
    ContactFinalised,
    ContactLinkedToCase,
    ContactRegistered,
    ContentRecorded,
    OpinionRecorded,
    ResultRecorded,
)
from services.decision import Already, DamagedHistory, Env, Refused, first_refusal
from services.intake.commands import RegisterContact
from services.intake.screen import grounds
from services.refusals import unusable_code

# A clock may run a little ahead of ours; beyond that a start in the future is a typing mistake.
AHEAD_MAX = timedelta(minutes=5)
# No register of the hotline is older; before it a typing mistake, and years that no calendar can hold.
EARLIEST = datetime(2000, 1, 1, tzinfo=CHINA)
NON_SUBSTANTIVE = "H1"
MERGED = "G1"
REFERRED = "B1"
# These end the matter at the desk or open no case of its own, which a matter for the police never does.
ENDS_AT_THE_DESK = ("answered", "not_accepted", "informed", "non_substantive", "merged")
# A duty officer's principal is `duty-<desk>` (services/directory); the city's desk enters registers for the counties.
DUTY, CITY_DUTY = "duty-", "duty-city"
# What a contact without substance must not hold.
IDENTIFYING = ("caller_name", "caller_phone", "child_name", "child_age")
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
    # The parts that were written down, by the names of their facts.
    parts: tuple[str, ...] = ()
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
    refusal = _times(command, env) or _codes(command) or _sense(command, env, earlier_case)
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
    part = type(fact).__name__
    match state, fact:
        case None, ContactRegistered():
            return Contact(contact=contact, registered=fact)
        case Contact(finalised=None, parts=parts), ContentRecorded() | OpinionRecorded() | ResultRecorded() if (
            part not in parts
        ):
            return msgspec.structs.replace(state, parts=(*parts, part))
        case Contact(finalised=None, parts=parts), ContactFinalised() if {"ContentRecorded", "OpinionRecorded"} <= {
            *parts
        }:
            return msgspec.structs.replace(state, finalised=fact)
        case Contact(finalised=ContactFinalised(primary_disposition=disposition), linked_to=None), ContactLinkedToCase(
            case=linked
        ) if disposition == MERGED:
            return msgspec.structs.replace(state, linked_to=linked)
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in contact {contact}")


def fold(contact: str, facts: Iterable[ContactFact]) -> Contact | None:
    state: Contact | None = None
    for fact in facts:
        state = evolve(state, fact, contact)
    return state


def other_desk(actor: Actor, desk: str) -> bool:
    """Whether `actor` is the duty officer of another desk than this one."""
    return actor.role == "duty_officer" and actor.principal.startswith(DUTY) and actor.principal != f"{DUTY}{desk}"


def _codes(command: RegisterContact) -> Refused | None:
    """A code must have been in use on the day of the contact, whenever it is typed in."""
    day = command.started.astimezone(CHINA).date()
    fields = {
        "channel": command.channel,
        "caller_role": command.caller_role,
        "contact_type": command.contact_type,
        "category": command.category,
        "region": command.region,
        "age_band": command.age_band,
        "sex": command.sex,
        "urgency": command.urgency,
        "disposition": command.disposition,
        "heard_from": command.heard_from,
        "confidentiality": command.confidentiality,
    }
    return first_refusal(*(unusable_code(name, code, name, day) for name, code in fields.items()))


def _times(command: RegisterContact, env: Env) -> Refused | None:
    latest = env.now + AHEAD_MAX
    if command.started < EARLIEST:
        return Refused("contact.too_long_ago", "started")
    if command.started > latest:
        return Refused("contact.in_the_future", "started")
    if command.ended is not None and _before(command.ended, command.started):
        return Refused("contact.ends_before_it_starts", "ended")
    if command.ended is not None and command.ended > latest:
        return Refused("contact.in_the_future", "ended")
    if env.occurred > latest:
        return Refused("command.in_the_future", "occurred")
    return Refused("contact.back_dated", "occurred") if env.occurred < command.started - AHEAD_MAX else None


def _sense(command: RegisterContact, env: Env, earlier_case: str | None) -> Refused | None:
    substantive = command.disposition != NON_SUBSTANTIVE
    if env.actor.principal != CITY_DUTY and other_desk(env.actor, command.desk):
        return Refused("contact.other_desk", "desk")
    if _group("region", command.region) == "statistical":
        return Refused("contact.statistical_region", "region")
    if substantive and not command.narrative.strip():
        return Refused("contact.content_missing", "narrative")
    if substantive and not command.opinion.strip():
        return Refused("contact.opinion_missing", "opinion")
    identifying = [name for name in IDENTIFYING if getattr(command, name) not in ("", None)]
    if not substantive and identifying:
        return Refused("contact.personal_data_in_non_substantive", identifying[0])
    silent_category = _group("category", command.category) == "non_substantive"
    silent_type = command.contact_type == "non_substantive"
    if silent_category == substantive or silent_type == substantive:
        return Refused("contact.half_non_substantive", "disposition")
    if command.disposition == REFERRED and command.unit is None:
        return Refused("contact.unit_missing", "unit")
    if command.unit is not None and command.unit not in env.units:
        return Refused("unit.unknown", "unit")
    if _group("disposition", command.disposition) in ENDS_AT_THE_DESK and grounds(command.screen, command.urgency):
        return Refused("contact.mandatory_report_open", "disposition")
    if command.disposition == MERGED and earlier_case is None:
        return Refused("contact.nothing_to_merge_into", "disposition")
    return None


def _group(list_name: str, code: str) -> str:
    entry = code_list(list_name).get(code)
    return entry.group or "" if entry else ""


def _before(ended: datetime, started: datetime) -> bool:
    return ended.tzinfo is None or ended < started
