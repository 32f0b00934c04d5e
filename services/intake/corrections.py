"""What happens to an entry after it was finalised: corrected, voided, joined to a case or taken from it. Pure.

domain.md §4.3 A. A correction never overwrites: the old value stays where it was recorded, with its digest here.
"""

import re

from msgspec import Struct

from events.calendar import CHINA
from events.contact import (
    ContactCorrected,
    ContactFact,
    ContactLinkedToCase,
    ContactUnlinkedFromCase,
    ContactVoided,
)
from services.command import Command
from services.decision import Already, Env, Refused, unknown_code
from services.intake import contact as contacts
from services.intake.contact_commands import CorrectContact, LinkContact, UnlinkContact, VoidContact
from services.intake.contact_history import Contact
from services.intake.screen import grounds
from services.refusals import unusable_code

SAME_MATTER = "same_matter"
# Coded fields that may be corrected. A wrong time, number, desk or disposition is a void and a new entry: deadlines and
# the case's course hang on them.
REQUIRED = ("channel", "caller_role", "contact_type", "category", "region", "age_band", "sex", "urgency", "screen")
OPTIONAL = ("heard_from", "confidentiality", "suspect_unit")
# Of these the case was triaged by.
TRIAGED = (
    *("contact_type", "category", "region", "age_band", "sex", "urgency", "screen"),
    *("suspect_unit", "confidentiality"),
)
_SHAPES = {
    "screen": r"[ynu]{9}",
    "caller_phone": r"[0-9+ ()-]{0,32}",
    "child_age": r"(?:1[01][0-9]|120|[0-9]{1,2})?",
    **dict.fromkeys(("duty_officer", "caller_name", "child_name"), r"(?s:.{0,200})"),
}


class Around(Struct, frozen=True, kw_only=True):
    """What lies outside the contact and counts: its own case, the case it is to be joined to, its sealed words.

    `plain`: the personal fields as they stand; `earlier`: the first contact of a corrected phone number.
    """

    own_case: str | None = None
    own_case_voided: bool = False
    target_voided: bool = False
    plain: dict[str, str] = {}
    earlier: str | None = None


def decide(command: Command, state: Contact | None, env: Env, around: Around) -> list[ContactFact] | Already | Refused:
    """Return the facts to record on a contact that is on record already."""
    if state is None:
        return Refused("contact.not_found", "contact")
    if env.occurred > env.now + contacts.AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    desk = state.registered or state.drafted
    assert desk is not None  # a contact begins with one of the two
    if env.actor.principal != contacts.CITY_DUTY and contacts.other_desk(env.actor, desk.desk):
        return Refused("contact.other_desk", "contact")
    match command:
        case VoidContact(reason=reason):
            return _void(state, reason, around)
        case _ if state.voided:
            return Refused("contact.voided", "contact")
        case _ if state.finalised is None:
            return Refused("contact.not_finalised", "contact")
        case CorrectContact():
            return _correct(command, state, env, around)
        case LinkContact(case=case):
            return _link(state, case, around)
        case UnlinkContact():
            return _unlink(command, state, around)
        case _:
            return Refused("command.unknown_verb")


def _void(state: Contact, reason: str, around: Around) -> list[ContactFact] | Already | Refused:
    if state.voided:
        return Already()
    if state.linked_to is not None:
        return Refused("contact.linked", "contact")
    # A case that was not closed as voided depends on its contact, and so does one that is just being opened.
    opens_a_case = state.finalised is not None and state.finalised.primary_disposition not in contacts.WITHOUT_A_CASE
    if opens_a_case and not around.own_case_voided:
        return Refused("contact.case_depends", "contact")
    return unknown_code("void_reason", reason, "reason") or [ContactVoided(reason=reason)]


def _correct(
    command: CorrectContact, state: Contact, env: Env, around: Around
) -> list[ContactFact] | Already | Refused:
    field, value = command.field, command.value.strip()
    coded = field in (*REQUIRED, *OPTIONAL)
    if not coded and field not in contacts.PERSONAL:
        return Refused("contact.field_not_correctable", "field")
    refusal = unknown_code("correction_reason", command.reason, "reason")
    if refusal is None and not re.fullmatch(_SHAPES.get(field, r"(?s:.*)"), value):
        refusal = Refused("command.bad_value", "value")
    if refusal is None:
        refusal = _coded(field, value, state, env) if coded else _personal(field, value, state)
    if refusal is not None:
        return refusal
    old = (state.value(field) if coded else around.plain.get(field)) or ""
    if old == value:
        return Already()
    return [
        ContactCorrected(
            field=field,
            reason=command.reason,
            old_digest=env.keyed_digest(old),
            new=(value or None) if coded else None,
            repeat_of=around.earlier if field == "caller_phone" else None,
        )
    ]


def _coded(field: str, value: str, state: Contact, env: Env) -> Refused | None:
    assert state.registered is not None and state.finalised is not None  # only finalised entries are corrected
    if not value:
        return Refused("contact.field_required", "value") if field in REQUIRED else None
    if field == "suspect_unit":
        return None if value in env.units else Refused("unit.unknown", "value")
    day = state.registered.started.astimezone(CHINA).date()
    if field in contacts.LISTS and (refusal := unusable_code(contacts.LISTS[field], value, "value", day)) is not None:
        return refusal
    if field == "region":
        return contacts.statistical(value, "value")
    now = {name: state.value(name) for name in ("category", "contact_type", "screen", "urgency")} | {field: value}
    disposition = state.finalised.primary_disposition
    if contacts.half_non_substantive(disposition, now["category"], now["contact_type"]):
        return Refused("contact.half_non_substantive", "value")
    # Such a contact has no case that could be held for the report.
    lost = disposition in contacts.WITHOUT_A_CASE and grounds(now["screen"] or "", now["urgency"] or "")
    return Refused("contact.mandatory_report_open", "value") if lost else None


def _personal(field: str, value: str, state: Contact) -> Refused | None:
    assert state.finalised is not None
    if state.finalised.primary_disposition == contacts.NON_SUBSTANTIVE:
        held = bool(value) and field in contacts.IDENTIFYING
        return Refused("contact.personal_data_in_non_substantive", "value") if held else None
    if not value and field in ("narrative", "opinion"):
        return Refused("contact.content_missing" if field == "narrative" else "contact.opinion_missing", "value")
    return None


def _link(state: Contact, case: str, around: Around) -> list[ContactFact] | Already | Refused:
    assert state.finalised is not None
    if state.linked_to == case:
        return Already()
    if state.linked_to is not None:
        return Refused("contact.linked", "contact")
    if around.own_case == case:
        return Refused("contact.own_case", "case")
    if around.target_voided:
        return Refused("case.voided", "case")
    if state.finalised.primary_disposition == contacts.NON_SUBSTANTIVE:
        return Refused("contact.nothing_to_link", "contact")
    return [ContactLinkedToCase(case=case, relation=SAME_MATTER)]


def _unlink(command: UnlinkContact, state: Contact, around: Around) -> list[ContactFact] | Already | Refused:
    assert state.finalised is not None
    if state.linked_to is None:
        return Refused("contact.not_linked", "contact")
    if state.linked_to == command.into:
        return Already()
    refusal = unknown_code("unlink_reason", command.reason, "reason")
    if refusal is not None:
        return refusal
    # It opened no case of its own: without another one nobody would hold what the caller said.
    if state.finalised.primary_disposition == contacts.MERGED and command.into is None:
        return Refused("contact.merged_needs_a_case", "into")
    if command.into is not None and around.own_case == command.into:
        return Refused("contact.own_case", "into")
    if around.target_voided:
        return Refused("case.voided", "into")
    left: list[ContactFact] = [ContactUnlinkedFromCase(case=state.linked_to, reason=command.reason)]
    return left + ([ContactLinkedToCase(case=command.into, relation=SAME_MATTER)] if command.into else [])
