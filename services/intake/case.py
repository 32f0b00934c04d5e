"""The life of one case: nothing -> triaged -> in handling -> closed. Pure. domain.md §4.3 B.

triaged -> answered | not_accepted | accepted -> in_handling -> awaiting_callback -> closed
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from msgspec import Struct

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
from services.decision import Already, DamagedHistory, Env, Refused, first_refusal, unknown_code
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
from services.intake.screen import grounds

# 未保法 11(2) says at once; half an hour is when the desk is alarmed (domain.md §4.7 MR).
MANDATORY_REPORT_WITHIN = timedelta(minutes=30)
UNREACHABLE_AFTER_DAYS = 3
OPEN = ("triaged", "accepted", "in_handling", "awaiting_callback")
DEFAULT_ASKS = ("verify_facts", "handle", "report_back")
REFERRED = "B1"


class Case(Struct, frozen=True, kw_only=True):
    opened: CaseOpened
    status: str = "opened"
    triaged: CaseTriaged | None = None
    report_grounds: tuple[int, ...] = ()
    report_made: bool = False
    # Referral id -> its unit, while it is open.
    open_referrals: dict[str, str] = {}
    returned: tuple[str, ...] = ()
    handled: bool = False
    missed_on: tuple[date, ...] = ()
    called_back: CallbackCompleted | None = None

    @property
    def report_open(self) -> bool:
        return bool(self.report_grounds) and not self.report_made


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
    unit: str, asks: tuple[str, ...], replaces: str | None, triaged: CaseTriaged, env: Env
) -> ReferralRequested:
    return ReferralRequested(
        referral=env.new_id("referral"),
        unit=unit,
        contact_type=triaged.contact_type,
        category=triaged.category,
        region=triaged.region,
        age_band=triaged.age_band,
        urgency=triaged.urgency,
        asks=asks,
        replaces=replaces,
    )


def decide(
    command: Command, state: Case | None, env: Env, planned: tuple[str, str | None] | None = None
) -> list[CaseFact] | Already | Refused:
    """Return the facts to record. `planned`: the contact's disposition and unit, which wait for the police report."""
    match command, state:
        case OpenCase(), None:
            return open_case(command, env)
        case OpenCase(), Case():
            return Already()
        case _, None:
            return Refused("case.not_found", "case")
        case ViewRegistration(purpose=purpose), Case():
            return unknown_code("view_purpose", purpose, "purpose") or [
                RegistrationViewed(purpose=purpose, fields=("registration_form",))
            ]
        case NoteReferralOutcome(), Case():
            return _note(command, state)
        case _, Case(status=status) if status not in OPEN:
            return Refused("case.not_open", "case", {"status": status})
        case MakeMandatoryReport(), Case():
            return _report(command, state, env, planned)
        case RecordInstruction(instruction_no=number, post=post), Case():
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
            return unknown_code("outcome", command.outcome, "outcome") or [
                OutcomeRecorded(
                    outcome=command.outcome,
                    monthly_yuan=command.monthly_yuan,
                    starts_on=command.starts_on,
                    review_on=command.review_on,
                )
            ]
        case RecordCallback(), Case():
            return _call_back(command, state, env)
        case CloseCase(), Case():
            return _close(command, state)
        case _:
            return Refused("command.unknown_verb")


def _note(command: NoteReferralOutcome, state: Case) -> list[CaseFact] | Already | Refused:
    if command.outcome != "issued" and command.referral not in state.open_referrals:
        return Already()
    return [ReferralOutcomeNoted(referral=command.referral, outcome=command.outcome, result=command.result)]


def _report(
    command: MakeMandatoryReport, state: Case, env: Env, planned: tuple[str, str | None] | None
) -> list[CaseFact] | Already | Refused:
    if not state.report_grounds:
        return Refused("case.no_report_required", "case")
    if state.report_made:
        return Already()
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
    if command.unit not in env.units:
        return Refused("unit.unknown", "unit")
    if command.unit in state.open_referrals.values():
        return Refused("case.already_referred_there", "unit")
    if command.replaces is not None and command.replaces not in state.returned:
        return Refused("case.nothing_to_replace", "replaces")
    refusal = first_refusal(*(unknown_code("ask", code, "asks") for code in command.asks))
    if refusal is not None:
        return refusal
    assert state.triaged is not None
    return [_request(command.unit, command.asks, command.replaces, state.triaged, env)]


def _call_back(command: RecordCallback, state: Case, env: Env) -> list[CaseFact] | Refused:
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    if not state.handled:
        return Refused("case.nothing_done_yet", "case")
    if not command.reached:
        today = env.occurred.date()
        days = {*state.missed_on, today}
        attempted: list[CaseFact] = [CallbackAttempted(reached=False, on=today)]
        return attempted + ([CaseClosed(code="unreachable")] if len(days) >= UNREACHABLE_AFTER_DAYS else [])
    if command.answered is None or command.solved is None or command.satisfied is None:
        return Refused("case.callback_answers_missing", "satisfied")
    return [
        CallbackAttempted(reached=True, on=env.occurred.date()),
        CallbackCompleted(answered=command.answered, solved=command.solved, satisfied=command.satisfied),
    ]


def _close(command: CloseCase, state: Case) -> list[CaseFact] | Refused:
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    if state.called_back is None or state.status != "awaiting_callback":
        return Refused("case.callback_missing", "case")
    return unknown_code("closure_code", command.code, "code") or [CaseClosed(code=command.code)]


def evolve(state: Case | None, fact: CaseFact) -> Case:
    """Apply one recorded fact. History is never refused: a fact that does not fit means damage."""
    change = msgspec.structs.replace
    match state, fact:
        case None, CaseOpened():
            return Case(opened=fact)
        case Case(status="opened"), CaseTriaged():
            return change(state, status="triaged", triaged=fact)
        case Case(), RegistrationViewed():
            return state
        case Case(status="triaged"), MandatoryReportRequired(grounds=required):
            return change(state, report_grounds=required)
        case Case(status="triaged", report_open=True), MandatoryReportMade():
            return change(state, report_made=True)
        case Case(status="triaged", report_open=False), CaseAnswered():
            return change(state, status="answered")
        case Case(status="triaged", report_open=False), CaseNotAccepted():
            return change(state, status="not_accepted")
        case Case(status="triaged", report_open=False), CaseAccepted():
            return change(state, status="accepted")
        case Case(status=status), LeaderInstructionRecorded() if status in OPEN:
            return state
        case Case(status=status), OutcomeRecorded() if status in OPEN:
            return state
        case Case(status="accepted" | "in_handling" | "awaiting_callback"), ReferralRequested():
            referrals = {**state.open_referrals, fact.referral: fact.unit}
            return change(state, status="in_handling", open_referrals=referrals, called_back=None)
        case Case(), ReferralOutcomeNoted(outcome="issued"):
            return state
        case Case(), ReferralOutcomeNoted(referral=referral) if referral in state.open_referrals:
            return _ended(state, fact)
        case Case(status="accepted" | "in_handling" | "awaiting_callback"), CoordinationRecorded():
            waiting = "in_handling" if state.open_referrals else "awaiting_callback"
            return change(state, status=waiting, handled=True, called_back=None)
        case Case(status="awaiting_callback" | "in_handling"), CallbackAttempted(reached=True):
            return state
        case Case(status="awaiting_callback" | "in_handling"), CallbackAttempted(on=day):
            return change(state, missed_on=(*state.missed_on, day))
        case Case(status="awaiting_callback" | "in_handling"), CallbackCompleted(satisfied=satisfied, solved=solved):
            # Neither solved nor satisfied: back to work (退回重办, Jinan 27).
            done = satisfied or solved
            waiting = "awaiting_callback" if done else "in_handling"
            return change(state, status=waiting, called_back=fact, handled=done)
        case Case(status="awaiting_callback" | "in_handling"), CaseClosed() if not state.open_referrals:
            return change(state, status="closed")
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in case of contact {_name(state)}")


def fold(facts: Iterable[CaseFact]) -> Case | None:
    state: Case | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state


def _ended(state: Case, noted: ReferralOutcomeNoted) -> Case:
    left = {key: unit for key, unit in state.open_referrals.items() if key != noted.referral}
    verified = noted.outcome == "verified"
    handled = state.handled or verified
    waiting = "in_handling" if left else ("awaiting_callback" if handled else "accepted")
    return msgspec.structs.replace(
        state,
        open_referrals=left,
        returned=state.returned if verified else (*state.returned, noted.referral),
        handled=handled,
        status=waiting,
    )


def _name(state: Case | None) -> str:
    return state.opened.contact if state else "?"
