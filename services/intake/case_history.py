"""What is on record of one case, folded: its state, and what may follow. Pure. domain.md §4.3 B.

What is legal follows from the facts alone, never from a policy, a calendar or a code list: those change, history does
not. Decisions stand in case.py and the modules beside it. What work does to a case stands in case_work.py.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from events.case import (
    AssignedToOfficer,
    CallbackCompleted,
    CaseAccepted,
    CaseAnswered,
    CaseArchived,
    CaseClosed,
    CaseFact,
    CaseNotAccepted,
    CaseOpened,
    CaseReopened,
    CasesLinked,
    CasesUnlinked,
    CaseTriaged,
    ConsentRecorded,
    ConsentWithdrawn,
    LeaderInstructionRecorded,
    MandatoryReportAcknowledged,
    MandatoryReportMade,
    MandatoryReportOverridden,
    MandatoryReportRequired,
    OutcomeReviewed,
    RegistrationViewed,
    TriageCorrected,
)
from services.decision import DamagedHistory
from services.intake.case_state import ENDED, OPEN, WORKED, Case, may_leave_triage, untouched
from services.intake.case_work import called_back, reviewed, worked

VOIDED = "voided"
# What came to light, or was ordered elsewhere, stops neither at the archive nor at a void.
COMES_TO_LIGHT = ("mandatory_report", "redo")


def evolve(state: Case | None, fact: CaseFact) -> Case:
    """Apply one recorded fact. History is never refused: a fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, CaseOpened(confidentiality=confidentiality):
            return Case(opened=fact, confidentiality=confidentiality)
        case Case(status="opened"), CaseTriaged():
            return change(state, status="triaged", triaged=fact)
        case Case(reached=True), _:
            # The three answers stand in the commit of the attempt that reached the caller.
            found = called_back(state, fact) if isinstance(fact, CallbackCompleted) else None
        case Case(status="opened"), _:
            found = None
        case Case(), RegistrationViewed():
            return state
        case Case(), TriageCorrected() | CasesLinked() | CasesUnlinked() | ConsentRecorded() | ConsentWithdrawn():
            found = _beside(state, fact)
        case Case(), (
            MandatoryReportRequired()
            | MandatoryReportMade()
            | MandatoryReportAcknowledged()
            | MandatoryReportOverridden()
        ):
            found = _reported(state, fact)
        case Case(status=status), AssignedToOfficer(officer=officer) if status in OPEN:
            return change(state, officer=officer)
        case Case(status=status), LeaderInstructionRecorded() if status in OPEN:
            return state
        case Case(), CaseAnswered() | CaseNotAccepted() | CaseAccepted():
            found = _decided(state, fact)
        case Case(), CaseClosed(code="voided") if untouched(state):
            return change(state, status="closed", closed_as=VOIDED)
        case Case(status=status), CaseReopened(reason=reason) if status not in OPEN and (
            reason in COMES_TO_LIGHT or (status in ENDED and state.closed_as != VOIDED)
        ):
            found = change(
                *(state,), status="in_handling", handled=False, called_back=None, missed_on=(), closed_as=None,
                appeal_until=None, reopened=state.reopened + 1,
            )  # fmt: skip
        case Case(status=status), CaseArchived() if status in ENDED and not state.report_open:
            return change(state, status="archived")
        case Case(status=status), OutcomeReviewed() if status in (*WORKED, *ENDED):
            found = reviewed(state, fact)
        case Case(status=status), _ if status in WORKED:
            found = worked(state, fact)
        case _:
            found = None
    if found is None:
        contact = state.opened.contact if state else "?"
        raise DamagedHistory(f"{type(fact).__name__} cannot follow in case of contact {contact}")
    return found


def fold(facts: Iterable[CaseFact]) -> Case | None:
    state: Case | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state


def _beside(state: Case, fact: CaseFact) -> Case | None:
    """A fact that stands beside the course of the case and does not move it."""
    change = msgspec.structs.replace
    match fact:
        case TriageCorrected(field="confidentiality", new=new):
            return change(state, confidentiality=new)
        case TriageCorrected(field=field, new=new) if state.triaged and field in CaseTriaged.__struct_fields__:
            changed: Any = {field: new}
            return change(state, triaged=change(state.triaged, **changed))
        case CasesLinked(other=other, relation=relation) if (other, relation) not in state.links:
            return change(state, links=(*state.links, (other, relation)))
        case CasesUnlinked(other=other, relation=relation) if (other, relation) in state.links:
            return change(state, links=tuple(each for each in state.links if each != (other, relation)))
        case ConsentRecorded(by=by) if state.status != "archived":
            return change(state, consents=tuple({*state.consents, by}))
        case ConsentWithdrawn(by=by) if by in state.consents and state.status != "archived":
            return change(state, consents=tuple(each for each in state.consents if each != by))
        case _:
            return None


def _reported(state: Case, fact: CaseFact) -> Case | None:
    """The mandatory report: required, made, acknowledged; or worked before it, in an emergency."""
    change = msgspec.structs.replace
    match fact:
        case MandatoryReportRequired(grounds=grounds) if state.status in OPEN and {*grounds} - {*state.report_grounds}:
            # What came to light later calls for a report of its own.
            return change(
                *(state,), report_grounds=(*state.report_grounds, *grounds), report_made=False,
                report_acknowledged=False, report_overridden=False,
            )  # fmt: skip
        case MandatoryReportMade(made=made) if state.report_open and state.status in OPEN:
            return change(state, report_made=True, report_at=made)
        case MandatoryReportAcknowledged() if state.report_made and not state.report_acknowledged:
            return change(state, report_acknowledged=True)
        case MandatoryReportOverridden() if state.report_open and not state.report_overridden and state.status in OPEN:
            return change(state, report_overridden=True)
        case _:
            return None


def _decided(state: Case, fact: CaseFact) -> Case | None:
    """Answered, accepted or not: out of triage, or on second thoughts while nothing is under way."""
    change = msgspec.structs.replace
    if state.status not in ("triaged", "accepted") or not may_leave_triage(state):
        return None
    match fact:
        case CaseAccepted() if state.status == "triaged":
            return change(state, status="accepted")
        case CaseAnswered(appeal_until=until) if not state.report_open:
            return change(state, status="answered", appeal_until=until)
        case CaseNotAccepted(appeal_until=until) if not state.report_open:
            return change(state, status="not_accepted", appeal_until=until)
        case _:
            return None
