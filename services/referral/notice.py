"""The life of one supervision notice: drafted -> signed off and served -> replied -> discharged. Pure. domain.md §4.3 D."""

import re
from datetime import datetime

from events.commit import derive_id
from events.notice import (
    NoticeAcknowledged,
    NoticeDischarged,
    NoticeDrafted,
    NoticeFact,
    NoticeServed,
    NoticeSignedOff,
    ReplyReceived,
)
from services.command import Command
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral.commands import AcknowledgeNotice, DischargeNotice, DraftNotice, ReplyToNotice, SignOffNotice
from services.referral.notice_history import NOTICE, URGE, Notice, evolve, next_wake
from services.referral.referral import AHEAD_MAX, Deadlines, Referral

__all__ = ["NOTICE", "URGE", "Notice", "decide", "draft", "evolve", "next_wake", "notice_id"]

# What a notice of each level demands, and the policy of its reply date (working days; domain.md §4.7 R1, R2).
DEMANDS = {URGE: ("report_back", "handle"), NOTICE: ("report_back", "handle", "explain_delay")}
REPLY_POLICY = "R2"
# 催办 goes out under the standing rule; the rule, not a person, is its mandate (domain.md §0.8, fsou 172733).
URGE_BASIS = "青少年维权热线管理办法（催办条款）"
URGE_SIGNATORY = "热线协调办公室"
# A mobile phone has 11 digits in a row, an identity card 17; a document number or a date never so many.
NUMBER_OF_A_PERSON = re.compile(r"\d{9,}")


def notice_id(referral: str, level: int, rounds: int) -> str:
    """One open notice a referral and level: the id says so, whoever drafts it twice meets the first."""
    return derive_id("notice", referral, str(level), str(rounds))


def draft(
    command: DraftNotice, referral: Referral, env: Env, deadlines: Deadlines, number: str
) -> list[NoticeFact] | Refused:
    """Draft a notice for an overdue referral. An urge is signed off by the standing rule and served at once."""
    due, ground = _overdue(referral)
    if due is None or env.now <= due or referral.status not in ("issued", "signed", "in_handling"):
        return Refused("notice.referral_not_overdue", "referral")
    reply_due, provisional = deadlines.due(REPLY_POLICY, env.now)
    facts: list[NoticeFact] = [
        NoticeDrafted(
            level=command.level,
            grounds=(ground,),
            unit=command.unit,
            referral=command.referral,
            referral_no=referral.issued.referral_no,
            matter_zh=referral.issued.matter_zh,
            matter_en=referral.issued.matter_en,
            issued=referral.issued.issued,
            due=due,
            working_days_over=deadlines.working_days_after(due, env.now),
            calendar_version=deadlines.version,
            demands=DEMANDS[command.level],
            reply_due=reply_due,
            provisional=provisional,
        )
    ]
    if command.level == URGE:
        facts += _sign_off(number, URGE_SIGNATORY, URGE_BASIS)
    return facts


def _overdue(referral: Referral) -> tuple[datetime | None, str]:
    if referral.status == "issued":
        return referral.issued.due_sign, "sign_overdue"
    return referral.due_report, "report_overdue"


def _sign_off(number: str, signatory: str, basis: str) -> list[NoticeFact]:
    return [
        NoticeSignedOff(doc_no=number, signatory=signatory, authority_basis=basis),
        NoticeServed(method="system"),
    ]


def decide(command: Command, state: Notice | None, env: Env, number: str = "") -> list[NoticeFact] | Already | Refused:
    """Return the facts to record; `number` is the next document number, used by SignOffNotice alone."""
    match command, state:
        case _, None:
            return Refused("notice.not_found", "notice")
        case _, Notice() if env.actor.role == "unit" and env.actor.unit != state.drafted.unit:
            # Exactly like no notice: no unit learns what another one was sent.
            return Refused("notice.not_found", "notice")
        case _, Notice() if (refusal := _moment(state, env)) is not None:
            return refusal
        case SignOffNotice(), Notice(status="drafted"):
            return _mandate(command) or _sign_off(number, command.signatory, command.authority_basis)
        case SignOffNotice() | AcknowledgeNotice() | ReplyToNotice(), Notice(status="discharged", acknowledged=False):
            return Refused("notice.discharged", "notice")
        case SignOffNotice(), Notice():
            return Already()
        case _, Notice(status="drafted") if not isinstance(command, DischargeNotice):
            return Refused("notice.not_served", "notice")
        case AcknowledgeNotice(), Notice(status="served"):
            return [NoticeAcknowledged()]
        case AcknowledgeNotice(), Notice():
            return Already()
        case ReplyToNotice(result=result, measures=measures), Notice(status="served" | "acknowledged"):
            return first_refusal(
                unknown_code("referral_result", result, "result"),
                *(unknown_code("measure", code, "measures") for code in measures),
            ) or [ReplyReceived(result=result, measures=measures)]
        case DischargeNotice(), Notice(status="discharged"):
            return Already()
        case DischargeNotice(), Notice() if env.actor.role == "service":
            # 销号 with the matter itself: its referral was verified, or the unit was released. Nobody judged a reply.
            return [NoticeDischarged(reason="referral_ended")]
        case DischargeNotice(), Notice(status="replied"):
            return [NoticeDischarged(reason="reply_accepted")]
        case DischargeNotice(), Notice():
            return Refused("notice.not_replied", "notice")
        case _:
            return Refused("notice.not_in_this_state", "notice", {"status": state.status})


def _moment(state: Notice, env: Env) -> Refused | None:
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    return Refused("notice.back_dated", "occurred") if env.occurred < state.drafted.due else None


def _mandate(command: SignOffNotice) -> Refused | None:
    """Why this signatory and basis make no notice, if so. Both reach the unit's feed."""
    if not command.authority_basis.strip():
        return Refused("notice.authority_basis_missing", "authority_basis")
    if not command.signatory.strip():
        return Refused("notice.signatory_missing", "signatory")
    for field in ("signatory", "authority_basis"):
        if NUMBER_OF_A_PERSON.search(getattr(command, field)):
            return Refused("notice.personal_data", field)
    return None
