"""Entering a contact: nothing -> draft -> finalised. Pure: no clock, no I/O, no new ids. domain.md §4.3 A.

What happens to an entry afterwards stands in corrections.py.
"""

from datetime import datetime, timedelta

import msgspec

from events.calendar import CHINA
from events.codes import code_list
from events.commit import Actor, derive_id
from events.contact import (
    ContactDrafted,
    ContactFact,
    ContactFinalised,
    ContactLinkedToCase,
    ContactRegistered,
    ContentRecorded,
    OpinionRecorded,
    ResultRecorded,
)
from services.decision import Already, Env, Refused, first_refusal
from services.intake.contact_commands import DraftContact, FinaliseContact, RegisterContact
from services.intake.contact_history import Contact, evolve, fold
from services.intake.screen import grounds
from services.refusals import unusable_code

__all__ = ["Contact", "decide", "evolve", "fold"]

# A clock may run a little ahead of ours; beyond that a start in the future is a typing mistake.
AHEAD_MAX = timedelta(minutes=5)
# No register of the hotline is older; before it a typing mistake, and years that no calendar can hold.
EARLIEST = datetime(2000, 1, 1, tzinfo=CHINA)
NON_SUBSTANTIVE = "H1"
MERGED = "G1"
REFERRED = "B1"
NOT_ACCEPTED = "D1"
# They open no case of their own.
WITHOUT_A_CASE = (MERGED, NON_SUBSTANTIVE)
# These end the matter at the desk or open no case of its own, which a matter for the police never does.
ENDS_AT_THE_DESK = ("answered", "not_accepted", "informed", "non_substantive", "merged")
# A duty officer's principal is `duty-<desk>` (services/directory); the city's desk enters registers for the counties.
DUTY, CITY_DUTY = "duty-", "duty-city"
# Coded field -> its list.
LISTS = {
    name: name
    for name in (
        *("channel", "caller_role", "contact_type", "category", "region", "age_band", "sex", "urgency"),
        *("disposition", "heard_from", "confidentiality"),
    )
} | {"ground": "non_acceptance_ground", "route": "alternative_route"}
# They came in after entries were on record.
LATER_FIELDS = ("suspect_unit", "ground", "route", "into")
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


def contact_id(desk: str, number: str) -> str:
    """The id of the contact with this number at this desk: the number is unique, so is the id."""
    return derive_id("contact", desk, number)


def personal(command: DraftContact | RegisterContact) -> dict[str, str]:
    """The fields to seal: who called, about whom, and every word that was typed freely."""
    values = {name: getattr(command, name) for name in PERSONAL}
    return {name: str(value) for name, value in values.items() if value not in ("", None)}


def canonical(command: DraftContact | RegisterContact) -> str:
    """The entry without its command id: the same entry gives the same text.

    Fields that came in later count only where they are given: an older entry keeps its digest.
    """
    plain = msgspec.to_builtins(msgspec.structs.replace(command, command_id="0", occurred=None, seen=None))
    for later in LATER_FIELDS:
        if plain.get(later) is None:
            plain.pop(later, None)
    return msgspec.json.encode(plain).decode()


def decide(
    command: DraftContact | RegisterContact,
    state: Contact | None,
    env: Env,
    earlier: str | None,
    earlier_case: str | None,
) -> list[ContactFact] | Already | Refused:
    """Draft an entry of the form, or register and finalise it.

    `earlier`: the first contact of the same phone number, if any; `earlier_case`: the case that it opened, or the one
    that the command names.
    """
    entry_digest = env.keyed_digest(canonical(command))
    if state is not None and state.voided:
        return Refused("contact.voided", "number")
    if state is not None and state.registered is not None:
        same = state.registered.entry_digest == entry_digest
        return Already() if same else Refused("contact.number_taken", "number")
    if isinstance(command, DraftContact):
        return _draft(command, state, env, entry_digest)
    if state is None and isinstance(command, FinaliseContact):
        return Refused("contact.not_drafted", "number")
    if state is not None and not isinstance(command, FinaliseContact):
        return Refused("contact.drafted", "number")
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
    facts.append(
        ContactFinalised(
            primary_disposition=command.disposition,
            screen=command.screen,
            unit=command.unit,
            suspect_unit=command.suspect_unit,
            ground=command.ground,
            route=command.route,
        )
    )
    if command.disposition == MERGED and earlier_case:
        facts.append(ContactLinkedToCase(case=earlier_case, relation="same_matter"))
    return facts


def _draft(
    command: DraftContact, state: Contact | None, env: Env, entry_digest: str
) -> list[ContactFact] | Already | Refused:
    if state is not None and state.drafted is not None:
        if state.drafted.entry_digest == entry_digest:
            return Already()
        # Another beginning is another contact: someone else has this number.
        if state.drafted.started != command.started:
            return Refused("contact.number_taken", "number")
    refusal = _times(command, env) or _codes(command) or _place(command, env)
    if refusal is not None:
        return refusal
    return [
        ContactDrafted(
            number=command.number,
            desk=command.desk,
            started=command.started,
            channel=command.channel,
            caller_role=command.caller_role,
            contact_type=command.contact_type,
            category=command.category,
            region=command.region,
            age_band=command.age_band,
            sex=command.sex,
            urgency=command.urgency,
            entry_digest=entry_digest,
        )
    ]


def other_desk(actor: Actor, desk: str) -> bool:
    """Whether `actor` is the duty officer of another desk than this one."""
    return actor.role == "duty_officer" and actor.principal.startswith(DUTY) and actor.principal != f"{DUTY}{desk}"


def _codes(command: DraftContact | RegisterContact) -> Refused | None:
    """A code must have been in use on the day of the contact, whenever it is typed in."""
    day = command.started.astimezone(CHINA).date()
    checks = (unusable_code(list_name, getattr(command, field, None), field, day) for field, list_name in LISTS.items())
    return first_refusal(*checks)


def _times(command: DraftContact | RegisterContact, env: Env) -> Refused | None:
    latest = env.now + AHEAD_MAX
    ended = command.ended if isinstance(command, RegisterContact) else None
    if command.started < EARLIEST:
        return Refused("contact.too_long_ago", "started")
    if command.started > latest:
        return Refused("contact.in_the_future", "started")
    if ended is not None and _before(ended, command.started):
        return Refused("contact.ends_before_it_starts", "ended")
    if ended is not None and ended > latest:
        return Refused("contact.in_the_future", "ended")
    if env.occurred > latest:
        return Refused("command.in_the_future", "occurred")
    return Refused("contact.back_dated", "occurred") if env.occurred < command.started - AHEAD_MAX else None


def _sense(command: RegisterContact, env: Env, earlier_case: str | None) -> Refused | None:
    substantive = command.disposition != NON_SUBSTANTIVE
    refusal = _place(command, env)
    if refusal is not None:
        return refusal
    if substantive and not command.narrative.strip():
        return Refused("contact.content_missing", "narrative")
    if substantive and not command.opinion.strip():
        return Refused("contact.opinion_missing", "opinion")
    identifying = [name for name in IDENTIFYING if getattr(command, name) not in ("", None)]
    if not substantive and identifying:
        return Refused("contact.personal_data_in_non_substantive", identifying[0])
    if half_non_substantive(command.disposition, command.category, command.contact_type):
        return Refused("contact.half_non_substantive", "disposition")
    if command.disposition == REFERRED and command.unit is None:
        return Refused("contact.unit_missing", "unit")
    if command.unit is not None and command.unit not in env.units:
        return Refused("unit.unknown", "unit")
    if command.suspect_unit is not None and command.suspect_unit not in env.units:
        return Refused("unit.unknown", "suspect_unit")
    if command.unit is not None and command.unit == command.suspect_unit:
        return Refused("contact.suspect_unit", "unit")
    if command.disposition != NOT_ACCEPTED and (command.ground or command.route):
        return Refused("contact.ground_without_refusal", "ground")
    if (command.ground is None) != (command.route is None):
        return Refused("contact.route_missing", "route")
    if _group("disposition", command.disposition) in ENDS_AT_THE_DESK and grounds(command.screen, command.urgency):
        return Refused("contact.mandatory_report_open", "disposition")
    if command.into is not None and command.disposition != MERGED:
        return Refused("contact.into_without_merge", "into")
    if command.disposition == MERGED and earlier_case is None:
        return Refused("contact.nothing_to_merge_into", "disposition")
    return None


def _place(command: DraftContact | RegisterContact, env: Env) -> Refused | None:
    """Whose contact it is, and where it happened."""
    if env.actor.principal != CITY_DUTY and other_desk(env.actor, command.desk):
        return Refused("contact.other_desk", "desk")
    return statistical(command.region)


def statistical(region: str | None, field: str = "region") -> Refused | None:
    """A refusal of a region code that stands in statistics alone. `field`: where the sender wrote it."""
    if region is not None and _group("region", region) == "statistical":
        return Refused("contact.statistical_region", field)
    return None


def half_non_substantive(disposition: str | None, category: str | None, contact_type: str | None) -> bool:
    """Whether the three fields that call a contact non-substantive disagree."""
    says = {
        disposition == NON_SUBSTANTIVE,
        _group("category", category or "") == "non_substantive",
        contact_type == "non_substantive",
    }
    return len(says) > 1


def _group(list_name: str, code: str) -> str:
    entry = code_list(list_name).get(code)
    return entry.group or "" if entry else ""


def _before(ended: datetime, started: datetime) -> bool:
    return ended.tzinfo is None or ended < started
