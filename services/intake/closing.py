"""How a case ends, is called back about, comes back, and goes to the archive. Pure. domain.md §4.3 B."""

from events.calendar import CHINA
from events.case import (
    CallbackAttempted,
    CallbackCompleted,
    CaseAnswered,
    CaseArchived,
    CaseClosed,
    CaseFact,
    CaseNotAccepted,
    CaseReopened,
)
from events.codes import code_list
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.intake.case_history import VOIDED
from services.intake.case_state import NO_CALLBACK, OPEN, Case, untouched
from services.intake.case_work import UNREACHABLE, UNREACHABLE_AFTER_DAYS
from services.intake.commands import AnswerCase, CloseCase, RecordCallback, RefuseAcceptance, ReopenCase

RESOLVED = "resolved"
ANSWERS = ("answered", "informed")
# Each comes about by what happens elsewhere, and nobody chooses it.
NOT_CHOSEN = ("mandatory_report", "outcome_lapsed", "redo")


def answer(command: AnswerCase, state: Case, env: Env) -> list[CaseFact] | Refused:
    """Answered at the desk after all: an accepted case on which nobody works."""
    if state.status != "accepted":
        return Refused("case.under_way", "case")
    entry = code_list("disposition").get(command.disposition)
    if entry is None or entry.group not in ANSWERS:
        return Refused("case.not_an_answer", "disposition")
    return _reported_in_vain(state) or [
        CaseAnswered(disposition=command.disposition, appeal_until=env.clock.until("AP", env.occurred))
    ]


def refuse_acceptance(command: RefuseAcceptance, state: Case, env: Env) -> list[CaseFact] | Refused:
    """Not accepted: the ground, the right route, and when the caller was told (Weifang 19; Jinan 25)."""
    if state.report_grounds:
        return Refused("case.mandatory_case_stays", "case")
    if state.status != "accepted":
        return Refused("case.under_way", "case")
    refusal = first_refusal(
        unknown_code("non_acceptance_ground", command.ground, "ground"),
        unknown_code("alternative_route", command.route, "route"),
    )
    if refusal is not None:
        return refusal
    if command.told > env.now or command.told < state.opened.started:
        return Refused("case.told_time_impossible", "told")
    return [
        CaseNotAccepted(
            ground=command.ground,
            route=command.route,
            told=command.told,
            appeal_until=env.clock.until("AP", command.told),
        )
    ]


def call_back(command: RecordCallback, state: Case, env: Env) -> list[CaseFact] | Refused:
    """A callback: three tries on three working days; the caller's three answers when reached."""
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    if not state.handled:
        return Refused("case.nothing_done_yet", "case")
    if state.no_callback:
        return Refused("case.no_callback_wanted", "case")
    today = env.occurred.astimezone(CHINA).date()
    answers = (command.answered, command.solved, command.satisfied)
    if not command.reached:
        if answers != (None, None, None) or command.founded is not None:
            return Refused("case.callback_not_reached", "reached")
        missed: list[CaseFact] = [CallbackAttempted(reached=False, on=today)]
        # An evening or a holiday call that nobody answers is noted; it does not count against the caller.
        days = {day for day in (*state.missed_on, today) if env.clock.calendar.is_workday(day)}
        if len(days) < UNREACHABLE_AFTER_DAYS or _reported_in_vain(state) is not None:
            return missed
        return [*missed, CaseClosed(code=UNREACHABLE, appeal_until=env.clock.until("AP", env.occurred))]
    if command.answered is None or command.solved is None or command.satisfied is None:
        return Refused("case.callback_answers_missing", "satisfied")
    if command.founded is not None and (command.solved or command.satisfied):
        return Refused("case.founded_without_complaint", "founded")
    return [
        CallbackAttempted(reached=True, on=today),
        CallbackCompleted(
            answered=command.answered,
            solved=command.solved,
            satisfied=command.satisfied,
            founded=command.founded,
        ),
    ]


def close(command: CloseCase, state: Case, env: Env) -> list[CaseFact] | Refused:
    """Close a case; `voided` closes one that was entered by mistake, before anybody worked on it."""
    if command.code == VOIDED:
        return [CaseClosed(code=VOIDED)] if untouched(state) else Refused("case.not_voidable", "code")
    if state.status not in OPEN:
        return Refused("case.not_open", "case", {"status": state.status})
    if state.open_referrals:
        return Refused("case.referral_open", "case")
    called_back = state.called_back
    if state.status != "awaiting_callback" or (called_back is None and not state.no_callback):
        return Refused("case.callback_missing", "case")
    refusal = _reported_in_vain(state) or unknown_code("closure_code", command.code, "code")
    if refusal is not None:
        return refusal
    if called_back is None:
        fits = command.code == NO_CALLBACK
    else:
        fits = command.code not in (UNREACHABLE, NO_CALLBACK) and (command.code != RESOLVED or called_back.solved)
    if not fits:
        return Refused("case.closure_contradicts_callback", "code")
    return [CaseClosed(code=command.code, appeal_until=env.clock.until("AP", env.occurred))]


def reopen(command: ReopenCase, state: Case, env: Env) -> list[CaseFact] | Refused:
    """New facts or reasons, or an order of supervision. The same facts again are linked, not reopened."""
    if state.closed_as == VOIDED:
        return Refused("case.voided", "case")
    refusal = unknown_code("reopen_reason", command.reason, "reason")
    if refusal is not None:
        return refusal
    if command.reason in NOT_CHOSEN:
        return Refused("case.reason_not_chosen", "reason")
    ordered = command.reason == "supervisor_order"
    if ordered != (env.actor.role == "supervisor"):
        return Refused("case.order_is_supervision_s", "reason")
    if ordered and command.post is None:
        return Refused("case.post_missing", "post")
    if not ordered and not command.new_facts.strip():
        return Refused("case.new_facts_missing", "new_facts")
    return [CaseReopened(reason=command.reason, contact=command.contact, post=command.post)]


def archive(state: Case, env: Env) -> list[CaseFact] | Already | Refused:
    """To the archive, once the caller cannot come back on it any more and nothing is left to be looked at."""
    if state.status == "archived":
        return Already()
    if state.closed_as != VOIDED and (state.appeal_until is None or env.now <= state.appeal_until):
        until = state.appeal_until.astimezone(CHINA).date().isoformat() if state.appeal_until else "-"
        return Refused("case.appeal_window_open", "case", {"until": until})
    refusal = _reported_in_vain(state)
    if refusal is not None:
        return refusal
    waiting = any(day is not None for day in state.outcomes.values())
    return Refused("case.review_open", "case") if waiting else [CaseArchived()]


def _reported_in_vain(state: Case) -> Refused | None:
    """A refusal while the report to the police is open or not acknowledged by them."""
    if state.report_open:
        return Refused("case.mandatory_report_open", "case")
    unheard = bool(state.report_grounds) and not state.report_acknowledged
    return Refused("case.report_not_acknowledged", "case") if unheard else None
