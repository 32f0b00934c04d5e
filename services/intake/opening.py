"""Opening a case: triage, and where the desk's disposition sends it. Pure. domain.md §4.3 B."""

from events.case import (
    CaseAccepted,
    CaseAnswered,
    CaseFact,
    CaseNotAccepted,
    CaseOpened,
    CaseTriaged,
    MandatoryReportRequired,
    ReferralRequested,
)
from events.codes import code_list
from services.decision import Env, Refused
from services.intake.commands import OpenCase
from services.intake.screen import grounds

DEFAULT_ASKS = ("verify_facts", "handle", "report_back")
REFERRED = "B1"
# 9 is "other": the paper form has no column for the ground.
UNSTATED_GROUND = "9"
# They open no case of their own.
WITHOUT_A_CASE = ("merged", "non_substantive")


def open_case(command: OpenCase, env: Env) -> list[CaseFact] | Refused:
    """The facts that open the case of a finalised contact, as far as its disposition carries it."""
    entry = code_list("disposition").get(command.disposition)
    if entry is None or entry.group in WITHOUT_A_CASE:
        return Refused("case.not_for_this_contact", "disposition")
    triaged = CaseTriaged(
        screen=command.screen,
        contact_type=command.contact_type,
        category=command.category,
        region=command.region,
        age_band=command.age_band,
        sex=command.sex,
        urgency=command.urgency,
        suspect_unit=command.suspect_unit,
    )
    facts: list[CaseFact] = [
        CaseOpened(
            contact=command.contact,
            number=command.number,
            desk=command.desk,
            channel=command.channel,
            started=command.started,
            confidentiality=command.confidentiality,
        ),
        triaged,
    ]
    required = grounds(command.screen, command.urgency)
    if required:
        # Runs from the call, not from the typing: the law says at once.
        return [*facts, MandatoryReportRequired(grounds=required, due=env.clock.until("MR", command.started))]
    if command.disposition == "D1":
        refused = CaseNotAccepted(
            ground=command.ground or UNSTATED_GROUND,
            route=command.route,
            told=command.started,
            appeal_until=env.clock.until("AP", command.started),
        )
        return [*facts, refused]
    return facts + dispose(command.disposition, command.unit, triaged, env)


def dispose(disposition: str, unit: str | None, triaged: CaseTriaged, env: Env) -> list[CaseFact]:
    """What the desk's disposition does to a triaged case."""
    entry = code_list("disposition").get(disposition)
    match entry.group if entry else None:
        case "answered" | "informed" | "emergency":
            return [CaseAnswered(disposition=disposition, appeal_until=env.clock.until("AP", env.occurred))]
        case "not_accepted":
            return [CaseNotAccepted(ground=UNSTATED_GROUND, appeal_until=env.clock.until("AP", env.occurred))]
        case "referred" if unit is not None and unit != triaged.suspect_unit:
            return [CaseAccepted(disposition=disposition), request(unit, DEFAULT_ASKS, None, triaged, env)]
        case _:
            return [CaseAccepted(disposition=disposition)]


def request(
    unit: str, asks: tuple[str, ...], replaces: str | None, triaged: CaseTriaged, env: Env, lead: str | None = None
) -> ReferralRequested:
    """The request for a referral, with what the case was triaged as. `lead`: of a co-unit, the referral that leads."""
    return ReferralRequested(
        referral=env.new_id("referral" if lead is None else f"co-{unit}"),
        unit=unit,
        contact_type=triaged.contact_type,
        category=triaged.category,
        region=triaged.region,
        age_band=triaged.age_band,
        urgency=triaged.urgency,
        asks=asks,
        replaces=replaces,
        lead=lead,
    )
