"""The mandatory report (强制报告): required, made, acknowledged, and what an emergency allows. Pure.

domain.md §4.3 B, invariants, and §5. A report that was required once is made: no correction takes the duty away, for
whether there is something to it is for the police to say.
"""

from events.case import (
    CaseAccepted,
    CaseFact,
    CaseReopened,
    MandatoryReportAcknowledged,
    MandatoryReportMade,
    MandatoryReportOverridden,
    MandatoryReportRequired,
    TriageCorrected,
)
from events.codes import code_list
from services.decision import Already, Env, Refused, unknown_code
from services.intake.case_history import evolve
from services.intake.case_state import OPEN, Case
from services.intake.commands import (
    AcknowledgeMandatoryReport,
    MakeMandatoryReport,
    NoteCorrection,
    OverrideMandatoryReport,
)
from services.intake.opening import REFERRED, dispose
from services.intake.screen import grounds

Planned = tuple[str, str | None] | None


def report(command: MakeMandatoryReport, state: Case, env: Env, planned: Planned) -> list[CaseFact] | Already | Refused:
    """The report was made; a case that waited in triage goes where the desk had sent it."""
    if not state.report_grounds:
        return Refused("case.no_report_required", "case")
    if command.made > env.now or command.made < state.opened.started:
        return Refused("case.report_time_impossible", "made")
    if command.to not in env.units:
        return Refused("unit.unknown", "to")
    if command.to == state.suspect_unit:
        return Refused("case.suspect_unit", "to")
    refusal = unknown_code("report_method", command.method, "method")
    if refusal is not None:
        return refusal
    made = MandatoryReportMade(to=command.to, method=command.method, made=command.made, police_ref=command.police_ref)
    return [made, *_out_of_triage(state, env, planned)]


def acknowledge(command: AcknowledgeMandatoryReport, state: Case, env: Env) -> list[CaseFact] | Already | Refused:
    """The police confirmed that they have the report."""
    if not state.report_grounds:
        return Refused("case.no_report_required", "case")
    if state.report_open:
        return Refused("case.mandatory_report_open", "case")
    if state.report_acknowledged:
        return Already()
    if command.by not in env.units:
        return Refused("unit.unknown", "by")
    assert state.report_at is not None  # it was made
    if command.acknowledged > env.now or command.acknowledged < state.report_at:
        return Refused("case.acknowledgement_time_impossible", "acknowledged")
    return [
        MandatoryReportAcknowledged(by=command.by, acknowledged=command.acknowledged, receipt=command.receipt),
    ]


def override(
    command: OverrideMandatoryReport, state: Case, env: Env, planned: Planned
) -> list[CaseFact] | Already | Refused:
    """Work begins before the report. The case is only ever accepted by it: nothing ends without the report."""
    if not state.report_grounds:
        return Refused("case.no_report_required", "case")
    if not state.report_open or state.report_overridden:
        return Already()
    refusal = unknown_code("override_reason", command.reason, "reason")
    if refusal is not None:
        return refusal
    if not command.explanation.strip():
        return Refused("case.explanation_missing", "explanation")
    overridden = MandatoryReportOverridden(post=command.post, reason=command.reason)
    if state.status != "triaged":
        return [overridden]
    disposition, unit = planned or (REFERRED, None)
    entry = code_list("disposition").get(disposition)
    assert state.triaged is not None  # a report is only ever required by a triage
    if entry is not None and entry.group == "referred":
        return [overridden, *dispose(disposition, unit, state.triaged, env)]
    return [overridden, CaseAccepted(disposition=disposition)]


def correct(command: NoteCorrection, state: Case, env: Env) -> list[CaseFact] | Already:
    """A correction of the contact reaches its case. What it brings to light calls for a report, even of an ended case."""
    corrected = TriageCorrected(field=command.field, new=command.new)
    now = evolve(state, corrected)
    if now == state:
        return Already()
    assert now.triaged is not None
    required = {*grounds(now.triaged.screen, now.triaged.urgency)} - {*state.report_grounds}
    if not required:
        return [corrected]
    # The clock runs from now: nobody could know before.
    calls_for = MandatoryReportRequired(grounds=tuple(sorted(required)), due=env.clock.until("MR", env.now))
    if state.status in OPEN:
        return [corrected, calls_for]
    return [corrected, CaseReopened(reason="mandatory_report"), calls_for]


def _out_of_triage(state: Case, env: Env, planned: Planned) -> list[CaseFact]:
    if state.status != "triaged":
        return []
    disposition, unit = planned or (REFERRED, None)
    assert state.triaged is not None  # a report is only ever required by a triage
    return dispose(disposition, unit, state.triaged, env)
