"""What one aggregate's fact asks of another referral: the commands that the service sends itself. Pure. Ids follow from facts."""

from events.case import ReferralRequested
from events.referral import (
    FinalReported,
    LeadChanged,
    ReferralIssued,
    ReferralRedone,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
    ReportSentBack,
    ReturnGranted,
)
from services.ledger import Stored
from services.referral.commands import ChangeLead, IssueReferral, NoteCoUnit, TransferReferral
from services.referral.referral_history import JOINED, RELEASED, REPORTED, SENT_BACK, Referral

CoUnitStep = (
    ReferralIssued
    | LeadChanged
    | FinalReported
    | ReportSentBack
    | ReferralRedone
    | ReturnGranted
    | ReferralRevoked
    | ReferralTransferred
    | ReferralTerminated
)


def issuing(fact: ReferralRequested, lead: str | None) -> IssueReferral:
    return IssueReferral(
        command_id=f"issue:{fact.referral}",
        referral=fact.referral,
        unit=fact.unit,
        contact_type=fact.contact_type,
        category=fact.category,
        region=fact.region,
        age_band=fact.age_band,
        urgency=fact.urgency,
        asks=fact.asks,
        lead=lead,
    )


def transferring(old: str, new: str) -> TransferReferral:
    """Refused where the old one has ended: a returned referral is replaced without it."""
    return TransferReferral(command_id=f"transfer:{new}", referral=old, to=new)


def led_by(new: str, old: Referral) -> list[ChangeLead]:
    """The co-units of a lead that was replaced go on with the new one."""
    going_on = sorted(co for co, step in old.co_units.items() if step != RELEASED)
    return [ChangeLead(command_id=f"lead:{new}:{co}", referral=co, lead=new) for co in going_on]


def noting(stored: Stored, state: Referral, fact: CoUnitStep) -> list[NoteCoUnit]:
    """What a co-unit's lead is told. A new lead is told that it joined, and that it has reported, if it has."""
    told = [co_step(fact)]
    if isinstance(fact, LeadChanged) and state.result is not None:
        told.append((REPORTED, state.result, False))
    assert state.lead is not None  # it is a co-unit's
    return [
        NoteCoUnit(
            command_id=f"co:{stored.commit.key}:{stored.commit.n}:{step}",
            referral=state.lead,
            co=stored.commit.key,
            unit=state.issued.unit,
            step=step,
            result=result,
            late=late,
        )
        for step, result, late in told
    ]


def co_step(fact: CoUnitStep) -> tuple[str, str | None, bool]:
    """What the lead is told of a co-unit's fact: the step, its result, whether it was late."""
    match fact:
        case ReferralIssued() | LeadChanged():
            return JOINED, None, False
        case FinalReported(result=result, late=late):
            return REPORTED, result, late
        case ReportSentBack() | ReferralRedone():
            return SENT_BACK, None, False
        case _:
            return RELEASED, None, False
