"""What one aggregate's fact asks of another referral: the commands that the service sends itself. Pure. Ids follow from facts."""

from events.case import ReferralRequested
from events.referral import (
    FinalReported,
    ReferralIssued,
    ReferralRedone,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
    ReportSentBack,
    ReturnGranted,
)
from services.ledger import Stored
from services.referral.commands import IssueReferral, NoteCoUnit, TransferReferral
from services.referral.referral_history import JOINED, RELEASED, REPORTED, SENT_BACK

CoUnitStep = (
    ReferralIssued
    | FinalReported
    | ReportSentBack
    | ReferralRedone
    | ReturnGranted
    | ReferralRevoked
    | ReferralTransferred
    | ReferralTerminated
)


def issuing(fact: ReferralRequested) -> IssueReferral:
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
        lead=fact.lead,
    )


def transferring(old: str, new: str) -> TransferReferral:
    """Refused where the old one has ended: a returned referral is replaced without it."""
    return TransferReferral(command_id=f"transfer:{new}", referral=old, to=new)


def noting(stored: Stored, issued: ReferralIssued, fact: CoUnitStep) -> NoteCoUnit:
    assert issued.lead is not None  # it is a co-unit's
    step, result, late = co_step(fact)
    return NoteCoUnit(
        command_id=f"co:{stored.commit.key}:{stored.commit.n}",
        referral=issued.lead,
        co=stored.commit.key,
        unit=issued.unit,
        step=step,
        result=result,
        late=late,
    )


def co_step(fact: CoUnitStep) -> tuple[str, str | None, bool]:
    """What the lead is told of a co-unit's fact: the step, its result, whether it was late."""
    match fact:
        case ReferralIssued():
            return JOINED, None, False
        case FinalReported(result=result, late=late):
            return REPORTED, result, late
        case ReportSentBack() | ReferralRedone():
            return SENT_BACK, None, False
        case _:
            return RELEASED, None, False
