"""Decisions on one supervision notice: sign off, serve, answer, judge, withdraw, discharge. Pure. domain.md §4.3 D.

Its states and what may follow stand in notice_history.py, how it comes to be in notice_draft.py.
"""

import re

from events.calendar import CHINA
from events.notice import (
    NoticeAcknowledged,
    NoticeDischarged,
    NoticeFact,
    NoticeWithdrawn,
    ReplyAccepted,
    ReplyOverdue,
    ReplyReceived,
    ReplySentBack,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral import supervision
from services.referral.commands import (
    AcceptReply,
    AcknowledgeNotice,
    CheckNotice,
    DischargeNotice,
    ReplyToNotice,
    SendBackReply,
    ServeNotice,
    SignOffNotice,
    WithdrawNotice,
)
from services.referral.matter import RESOLUTION
from services.referral.notice_draft import SYSTEM, draft, due_of, escalate, notice_id, served, signed_off
from services.referral.notice_history import (
    AWAITING_REPLY,
    CIRCULAR,
    NOTICE,
    REFERRAL_ENDED,
    REMIND,
    REPLY_ACCEPTED,
    RESOLUTION_ENDED,
    SUPERSEDED,
    URGE,
    Notice,
    evolve,
    next_wake,
    settled,
)
from services.referral.referral import AHEAD_MAX, Deadlines

__all__ = [
    "CIRCULAR", "NOTICE", "REMIND", "URGE", "Notice", "decide", "draft", "due_of", "escalate", "evolve", "next_wake",
    "notice_id", "settled",
]  # fmt: skip

# A mobile phone has 11 digits in a row, an identity card 17; a document number or a date never so many.
NUMBER_OF_A_PERSON = re.compile(r"\d{9,}")

Outcome = list[NoticeFact] | Already | Refused


def decide(
    command: Command,
    state: Notice | None,
    env: Env,
    deadlines: Deadlines,
    number: str = "",
    previous: Notice | None = None,
) -> Outcome:
    """Return the facts to record.

    `number`: the next document number, and `previous`: the notice that this one was escalated from; for SignOffNotice.
    """
    if state is None or (env.actor.role == "unit" and env.actor.unit != state.drafted.unit):
        # Another's is exactly like none: no unit learns what another one was sent.
        return Refused("notice.not_found", "notice")
    if isinstance(command, CheckNotice):
        return _check(state, env, deadlines)
    refusal = _moment(state, env) or _proxy(command, state, env)
    if refusal is not None:
        return refusal
    match command:
        case SignOffNotice() | ServeNotice():
            return _send(command, state, env, deadlines, number, previous)
        case AcknowledgeNotice() | ReplyToNotice():
            return _answer(command, state, env)
        case WithdrawNotice():
            return _withdraw(command, state)
        case DischargeNotice() if env.actor.role == "service":
            return _end(command, state)
        case AcceptReply() | SendBackReply() | DischargeNotice():
            return _judge(command, state, env, deadlines)
        case _:
            return Refused("notice.not_in_this_state", "notice", {"status": state.status})


def _send(
    command: SignOffNotice | ServeNotice,
    state: Notice,
    env: Env,
    deadlines: Deadlines,
    number: str,
    previous: Notice | None,
) -> Outcome:
    match command, state:
        case _, Notice(status="withdrawn"):
            return Refused("notice.withdrawn", "notice")
        case SignOffNotice(), Notice(status="drafted"):
            return _sign_off(command, state, env, deadlines, number, previous)
        case ServeNotice(), Notice(status="drafted"):
            return Refused("notice.not_signed_off", "notice")
        case ServeNotice(method=method, to=to), Notice(status="signed_off"):
            refusal = unknown_code("serve_method", method, "method") or unknown_code("served_to", to, "to")
            return refusal or [served(state.drafted, method, to, env.occurred, deadlines)]
        case _, Notice(status="discharged", doc_no=None):
            return Refused("notice.discharged", "notice")
        case _:
            return Already()


def _sign_off(
    command: SignOffNotice,
    state: Notice,
    env: Env,
    deadlines: Deadlines,
    number: str,
    previous: Notice | None,
) -> Outcome:
    refusal = _signature(command) or unknown_code("serve_method", command.method, "method")
    if refusal is not None:
        return refusal
    if previous is not None and previous.open and not _had_its_time(previous, env):
        return Refused("notice.previous_level_running", "notice")
    day = env.occurred.astimezone(CHINA).date()
    basis = supervision.basis(state.drafted.level, command.authority, command.authority_basis, day)
    if isinstance(basis, Refused):
        return basis
    facts: list[NoticeFact] = [signed_off(number, command.signatory, basis)]
    # What goes on paper is served when somebody has it in hand: ServeNotice says when.
    return [*facts, served(state.drafted, SYSTEM, None, env.occurred, deadlines)] if command.method == SYSTEM else facts


def _signature(command: SignOffNotice) -> Refused | None:
    """Why this signature cannot stand on paper, if so. Signatory and basis both reach the unit's feed."""
    if not command.signatory.strip():
        return Refused("notice.signatory_missing", "signatory")
    for field in ("signatory", "authority_basis"):
        if NUMBER_OF_A_PERSON.search(getattr(command, field) or ""):
            return Refused("notice.personal_data", field)
    return None


def _had_its_time(previous: Notice, env: Env) -> bool:
    return previous.status not in ("drafted", "signed_off") and env.now > previous.reply_due


def _answer(command: AcknowledgeNotice | ReplyToNotice, state: Notice, env: Env) -> Outcome:
    match command, state:
        case _, Notice(status="withdrawn"):
            return Refused("notice.withdrawn", "notice")
        case _, Notice(status="drafted" | "signed_off"):
            return Refused("notice.not_served", "notice")
        case AcknowledgeNotice(), Notice(status="served"):
            return [NoticeAcknowledged()]
        case AcknowledgeNotice(), Notice(acknowledged=True):
            return Already()
        case _, Notice(status="discharged"):
            return Refused("notice.discharged", "notice")
        case ReplyToNotice(), Notice() if state.drafted.level == REMIND:
            return Refused("notice.no_reply_asked", "notice")
        case ReplyToNotice(result=result, measures=measures), Notice() if state.status in AWAITING_REPLY:
            refusal = first_refusal(
                unknown_code("referral_result", result, "result"),
                *(unknown_code("measure", code, "measures") for code in measures),
            )
            # Late is recorded, never refused: refusing would hide the delay from supervision.
            late = env.occurred > state.reply_due
            return refusal or [ReplyReceived(result=result, measures=measures, late=late)]
        case _:
            return Refused("notice.not_in_this_state", "notice", {"status": state.status})


def _judge(
    command: AcceptReply | SendBackReply | DischargeNotice, state: Notice, env: Env, deadlines: Deadlines
) -> Outcome:
    match command, state:
        case _, Notice(status="withdrawn"):
            return Refused("notice.withdrawn", "notice")
        case DischargeNotice(), Notice(status="discharged"):
            return Already()
        case AcceptReply(), Notice(status="discharged", discharge_reason="reply_accepted"):
            return Already()
        case _, Notice(status="discharged"):
            return Refused("notice.discharged", "notice")
        case SendBackReply(), Notice(status="accepted"):
            return Refused("notice.reply_accepted", "notice")
        case SendBackReply(reason=reason), Notice(status="replied"):
            return unknown_code("sent_back_reason", reason, "reason") or [_sent_back(reason, state, env, deadlines)]
        case _, Notice(status="replied"):
            return [ReplyAccepted(), NoticeDischarged(reason=REPLY_ACCEPTED)]
        case _, Notice(status="accepted"):
            return [NoticeDischarged(reason=REPLY_ACCEPTED)]
        case _:
            return Refused("notice.not_replied", "notice")


def _sent_back(reason: str, state: Notice, env: Env, deadlines: Deadlines) -> ReplySentBack:
    level = supervision.level(state.drafted.level, state.drafted.form)
    assert level is not None and level.reply_policy is not None  # what has a reply asks for one
    counted = deadlines.period(level.reply_policy, env.now)
    due, provisional = deadlines.end(counted)
    return ReplySentBack(
        reason=reason, reply_due=due, calendar_version=deadlines.version, provisional=provisional, counted=counted
    )


def _withdraw(command: WithdrawNotice, state: Notice) -> Outcome:
    match state.status:
        case "withdrawn":
            return Already()
        case "discharged":
            return Refused("notice.discharged", "notice")
        case "accepted":
            return Refused("notice.reply_accepted", "notice")
    return unknown_code("withdraw_reason", command.reason, "reason") or [NoticeWithdrawn(reason=command.reason)]


def _end(command: DischargeNotice, state: Notice) -> Outcome:
    """销号 with the matter itself: its referral has ended, or a newer date made it pointless. Nobody judged a reply."""
    if not state.open:
        return Already()
    ended = RESOLUTION_ENDED if state.drafted.about == RESOLUTION else REFERRAL_ENDED
    return [NoticeDischarged(reason=SUPERSEDED if command.reason == SUPERSEDED else ended)]


def _check(state: Notice, env: Env, deadlines: Deadlines) -> Outcome:
    wake = next_wake(state, deadlines)
    if wake is None or env.now < wake:
        return Already()
    return [settled(state, deadlines) or ReplyOverdue(reply_due=state.reply_due)]


def _moment(state: Notice, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    earliest = state.since or state.drafted.issued
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = env.occurred < earliest and env.occurred < env.now
    return Refused("notice.back_dated", "occurred") if early else None


def _proxy(command: Command, state: Notice, env: Env) -> Refused | None:
    """Who speaks for a unit: the unit itself, or a coordinator who names it and enters what it did on paper."""
    if not isinstance(command, AcknowledgeNotice | ReplyToNotice):
        return None
    unit = command.on_behalf_of
    if env.actor.role == "unit":
        return None if unit in (None, env.actor.unit) else Refused("notice.not_a_proxy", "on_behalf_of")
    if unit is None:
        return Refused("notice.on_behalf_of_missing", "on_behalf_of")
    return None if unit == state.drafted.unit else Refused("notice.on_behalf_of_another", "on_behalf_of")
