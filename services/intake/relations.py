"""What stands beside the course of a case: relations to other cases, consent, views of the form. Pure.

domain.md §4.3 B (`linked` is a relation, not a state) and §5.
"""

from events.calendar import CHINA
from events.case import (
    CaseFact,
    CasesLinked,
    CasesUnlinked,
    ConsentRecorded,
    ConsentWithdrawn,
    RegistrationViewed,
)
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.intake.case_state import Case
from services.intake.commands import (
    LinkCases,
    NoteCaseLink,
    RecordConsent,
    UnlinkCases,
    ViewRegistration,
    WithdrawConsent,
)
from services.intake.contact import other_desk

# Below 14 the guardian consents (未成年人保护法 72; PIPL 31).
TOO_YOUNG = ("0-5", "6-13")


def link(command: LinkCases, state: Case, key: str) -> list[CaseFact] | Already | Refused:
    """Relate this case, whose id is `key`, to another."""
    if command.other == key:
        return Refused("case.linked_to_itself", "other")
    refusal = unknown_code("relation", command.relation, "relation")
    if refusal is not None:
        return refusal
    if (command.other, command.relation) in state.links:
        return Already()
    return [CasesLinked(other=command.other, relation=command.relation)]


def unlink(command: UnlinkCases, state: Case) -> list[CaseFact] | Refused:
    """Take a relation away."""
    if (command.other, command.relation) not in state.links:
        return Refused("case.not_linked", "other")
    return [CasesUnlinked(other=command.other, relation=command.relation)]


def mirror(command: NoteCaseLink, state: Case) -> list[CaseFact] | Already:
    """The other side of a relation."""
    if ((command.other, command.relation) in state.links) == command.linked:
        return Already()
    fact = CasesLinked if command.linked else CasesUnlinked
    return [fact(other=command.other, relation=command.relation)]


def view(command: ViewRegistration, state: Case, env: Env) -> list[CaseFact] | Refused:
    """Someone is shown the plain form."""
    if other_desk(env.actor, state.opened.desk):
        return Refused("case.other_desk", "case")
    return unknown_code("view_purpose", command.purpose, "purpose") or [
        RegistrationViewed(purpose=command.purpose, fields=("registration_form",), as_of=command.as_of)
    ]


def consent(command: RecordConsent, state: Case, env: Env) -> list[CaseFact] | Refused:
    """A consent, as roles and codes."""
    refusal = first_refusal(
        Refused("case.archived", "case") if state.status == "archived" else None,
        unknown_code("consent_giver", command.by, "by"),
        unknown_code("consent_basis", command.basis, "basis"),
        *(unknown_code("view_purpose", purpose, "purposes") for purpose in command.purposes),
        *(None if unit in env.units else Refused("unit.unknown", "units") for unit in command.units),
    )
    if refusal is not None:
        return refusal
    if state.suspect_unit in command.units:
        return Refused("case.suspect_unit", "units")
    assert state.triaged is not None
    if command.by == "child_14" and state.triaged.age_band in TOO_YOUNG:
        return Refused("case.too_young_to_consent", "by")
    if command.expires_on is not None and command.expires_on < env.occurred.astimezone(CHINA).date():
        return Refused("case.consent_expired", "expires_on")
    return [
        ConsentRecorded(
            by=command.by,
            basis=command.basis,
            units=command.units,
            purposes=command.purposes,
            expires_on=command.expires_on,
        )
    ]


def withdraw(command: WithdrawConsent, state: Case) -> list[CaseFact] | Refused:
    """A consent is taken back; an archived case passes nothing on any more, but the withdrawal would be lost there."""
    if state.status == "archived":
        return Refused("case.archived", "case")
    return [ConsentWithdrawn(by=command.by)] if command.by in state.consents else Refused("case.no_such_consent", "by")
