"""The life of one case: nothing -> triaged -> in handling -> closed. Pure. domain.md §4.3 B.

triaged -> answered | not_accepted | accepted -> in_handling -> awaiting_callback -> closed
"""

from datetime import timedelta

from events.calendar import CHINA, published
from events.case import (
    CallbackAttempted,
    CallbackCompleted,
    CaseAccepted,
    CaseAnswered,
    CaseClosed,
    CaseFact,
    CaseNotAccepted,
    CaseOpened,
    CaseTriaged,
    CoordinationRecorded,
    LeaderInstructionRecorded,
    MandatoryReportMade,
    MandatoryReportRequired,
    OutcomeRecorded,
    ReferralOutcomeNoted,
    ReferralRequested,
    RegistrationViewed,
)
from events.codes import code_list
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.intake.case_history import (
    NO_CALLBACK,
    OPEN,
    UNREACHABLE,
    UNREACHABLE_AFTER_DAYS,
    Case,
    evolve,
    fold,
)
from services.intake.commands import (
    CloseCase,
    MakeMandatoryReport,
    NoteReferralOutcome,
    OpenCase,
    RecordCallback,
    RecordCoordination,
    RecordInstruction,
    RecordOutcome,
    RequestReferral,
    ViewRegistration,
)
from services.intake.contact import AHEAD_MAX, other_desk
from services.intake.screen import grounds

__all__ = ["OPEN", "UNREACHABLE_AFTER_DAYS", "Case", "decide", "evolve", "fold", "open_case"]

# 未保法 11(2) says at once; half an hour is when the desk is alarmed (domain.md §4.7 MR).
MANDATORY_REPORT_WITHIN = timedelta(minutes=30)
DEFAULT_ASKS = ("verify_facts", "handle", "report_back")
REFERRED = "B1"
RESOLVED, BENEFIT = "resolved", "benefit"
# They open no case of their own.
WITHOUT_A_CASE = ("merged", "non_substantive")


def open_case(command: OpenCase, env: Env) -> list[CaseFact]:
    """The facts that open the case of a finalised contact, as far as its disposition carries it."""
    triaged = CaseTriaged(
        screen=command.screen,
        contact_type=command.contact_type,
        category=command.category,
        region=command.region,
        age_band=command.age_band,
        sex=command.sex,
        urgency=command.urgency,
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
        facts.append(MandatoryReportRequired(grounds=required, due=command.started + MANDATORY_REPORT_WITHIN))
        return facts
    return facts + _dispose(command.disposition, command.unit, triaged, env)


def _dispose(disposition: str, unit: str | None, triaged: CaseTriaged, env: Env) -> list[CaseFact]:
    entry = code_list("disposition").get(disposition)
    match entry.group if entry else None:
        case "answered" | "informed" | "emergency":
            return [CaseAnswered(disposition=disposition)]
        case "not_accepted":
            # The paper form has no column for the ground: 9 is "other".
            return [CaseNotAccepted(ground="9")]
        case "referred" if unit is not None:
            return [CaseAccepted(disposition=disposition), _request(unit, DEFAULT_ASKS, None, triaged, env)]
        case _:
            return [CaseAccepted(disposition=disposition)]


def _request(
    unit: str,
    asks: tuple[str, ...],
    replaces: str | None,
    triaged: CaseTriaged,
    env: Env,
    lead: str | None = None,
) -> ReferralRequested:
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


def decide(
    command: Command, state: Case | None, env: Env, planned: tuple[str, str | None] | None = None
) -> list[CaseFact] | Already | Refused:
    """Return the facts to record. `planned`: the contact's disposition and unit, which wait for the police report."""
    match command, state:
        case OpenCase(disposition=disposition), None:
            entry = code_list("disposition").get(disposition)
            if entry is None or entry.group in WITHOUT_A_CASE:
                return Refused("case.not_for_this_contact", "disposition")
            return open_case(command, env)
        case OpenCase(), Case():
            return Already()
        case _, None:
            return Refused("case.not_found", "case")
        case NoteReferralOutcome(), Case():
            return _note(command, state)
        case _, Case() if (refusal := _moment(state, env)) is not None:
            return refusal
        case ViewRegistration(purpose=purpose), Case(opened=opened):
            if other_desk(env.actor, opened.desk):
                return Refused("case.other_desk", "case")
            return unknown_code("view_purpose", purpose, "purpose") or [
                RegistrationViewed(purpose=purpose, fields=("registration_form",))
            ]
        case MakeMandatoryReport(), Case(report_made=True):
            return Already()
        case _, Case(status=status) if status not in OPEN:
            return Refused("case.not_open", "case", {"status": status})
        case MakeMandatoryReport(), Case():
            return _report(command, state, env, planned)
        case RecordInstruction(instruction_no=number, post=post, instruction=words), Case():
            if not words.strip():
                return Refused("case.instruction_missing", "instruction")
            return [LeaderInstructionRecorded(instruction_no=number, post=post)]
        case _, Case(report_open=True):
            return Refused("case.mandatory_report_open", "case")
        case RequestReferral(), Case():
            return _refer(command, state, env)
        case RecordCoordination(units=units, measures=measures), Case():
            strangers = [unit for unit in units if unit not in env.units]
            if strangers:
                return Refused("unit.unknown", "units")
            return first_refusal(*(unknown_code("measure", code, "measures") for code in measures)) or [
                CoordinationRecorded(units=units, measures=measures)
            ]
        case RecordOutcome(), Case():
            return _outcome(command)
        case RecordCallback(), Case():
            return _call_back(command, state, env)
        case CloseCase(), Case():
            return _close(command, state)
        case _:
            return Refused("command.unknown_verb")


def _moment(state: Case, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    return Refused("case.back_dated", "occurred") if env.occurred < state.opened.started else None


def _note(command: NoteReferralOutcome, state: Case) -> list[CaseFact] | Already | Refused:
    refusal = first_refusal(
        unknown_code("referral_outcome", command.outcome, "outcome"),
        unknown_code("referral_result", command.result, "result"),
    )
    if refusal is not None:
        return refusal
    noted = command.outcome == "issued" and command.referral in state.issued
    if noted or command.referral not in state.open_referrals:
        return Already()
    return [ReferralOutcomeNoted(referral=command.referral, outcome=command.outcome, result=command.result)]


def _report(
    command: MakeMandatoryReport, state: Case, env: Env, planned: tuple[str, str | None] | None
) -> list[CaseFact] | Already | Refused:
    if not state.report_grounds:
        return Refused("case.no_report_required", "case")
    if command.made > env.now or command.made < state.opened.started:
        return Refused("case.report_time_impossible", "made")
    refusal = unknown_code("report_method", command.method, "method")
    if refusal is not None:
        return refusal
    made = MandatoryReportMade(to=command.to, method=command.method, made=command.made, police_ref=command.police_ref)
    disposition, unit = planned or (REFERRED, None)
    assert state.triaged is not None  # a report is only ever required by a triage
    return [made, *_dispose(disposition, unit, state.triaged, env)]


def _refer(command: RequestReferral, state: Case, env: Env) -> list[CaseFact] | Refused:
    units = (command.unit, *command.co_units)
    for field, unit in (("unit", command.unit), *(("co_units", unit) for unit in command.co_units)):
        if unit not in env.units:
            return Refused("unit.unknown", field)
        if unit in state.open_referrals.values() or units.count(unit) > 1:
            return Refused("case.already_referred_there", field)
    # One that is still open is transferred on (再转) by what replaces it; the case alone knows who may not get it.
    if command.replaces is not None and command.replaces not in (*state.returned, *state.open_referrals):
        return Refused("case.nothing_to_replace", "replaces")
    refusal = first_refusal(
        *(unknown_code("ask", code, "asks") for code in command.asks),
        *(unknown_code("ask", code, "co_asks") for code in command.co_asks or ()),
    )
    if refusal is not None:
        return refusal
    assert state.triaged is not None
    lead = _request(command.unit, command.asks, command.replaces, state.triaged, env)
    co_asks = command.co_asks or command.asks
    requested = [lead, *(_request(unit, co_asks, None, state.triaged, env, lead.referral) for unit in command.co_units)]
    # Ids follow from command ids: two people who chose the same one would ask for one referral twice.
    taken = any(each.referral in state.requested for each in requested)
    return Refused("command.id_reused", "command_id") if taken else [*requested]


def _outcome(command: RecordOutcome) -> list[CaseFact] | Refused:
    refusal = unknown_code("outcome", command.outcome, "outcome")
    if refusal is not None:
        return refusal
    if command.monthly_yuan is not None and command.outcome != BENEFIT:
        return Refused("case.amount_without_benefit", "monthly_yuan")
    if command.starts_on is not None and command.review_on is not None and command.review_on < command.starts_on:
        return Refused("case.review_before_start", "review_on")
    return [
        OutcomeRecorded(
            outcome=command.outcome,
            monthly_yuan=command.monthly_yuan,
            starts_on=command.starts_on,
            review_on=command.review_on,
        )
    ]


def _call_back(command: RecordCallback, state: Case, env: Env) -> list[CaseFact] | Refused:
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    if not state.handled:
        return Refused("case.nothing_done_yet", "case")
    if state.no_callback:
        return Refused("case.no_callback_wanted", "case")
    today = env.occurred.astimezone(CHINA).date()
    answers = (command.answered, command.solved, command.satisfied)
    if not command.reached:
        if answers != (None, None, None):
            return Refused("case.callback_not_reached", "reached")
        missed: list[CaseFact] = [CallbackAttempted(reached=False, on=today)]
        # An evening or a holiday call that nobody answers is noted; it does not count against the caller.
        days = {day for day in (*state.missed_on, today) if published().is_workday(day)}
        return missed + ([CaseClosed(code=UNREACHABLE)] if len(days) >= UNREACHABLE_AFTER_DAYS else [])
    if command.answered is None or command.solved is None or command.satisfied is None:
        return Refused("case.callback_answers_missing", "satisfied")
    return [
        CallbackAttempted(reached=True, on=today),
        CallbackCompleted(answered=command.answered, solved=command.solved, satisfied=command.satisfied),
    ]


def _close(command: CloseCase, state: Case) -> list[CaseFact] | Refused:
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    called_back = state.called_back
    if state.status != "awaiting_callback" or (called_back is None and not state.no_callback):
        return Refused("case.callback_missing", "case")
    refusal = unknown_code("closure_code", command.code, "code")
    if refusal is not None:
        return refusal
    if called_back is None:
        fits = command.code == NO_CALLBACK
    else:
        fits = command.code not in (UNREACHABLE, NO_CALLBACK) and (command.code != RESOLVED or called_back.solved)
    return [CaseClosed(code=command.code)] if fits else Refused("case.closure_contradicts_callback", "code")
